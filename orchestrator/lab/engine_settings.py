"""The text of containers.conf for this machine, as its facts ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.lab.machine import Machine

CAPABILITIES = (
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
    "MKNOD",
    "AUDIT_WRITE",
    "NET_RAW",
    "NET_ADMIN",
    "NET_BROADCAST",
    "SYS_ADMIN",
    "SYS_PTRACE",
    "BPF",
    "SYS_NICE",
    "IPC_LOCK",
)
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def containers_conf(machine: Machine) -> str:
    """The project's own containers.conf.

    SYS_TIME is never granted: chrony could step the machine's clock. The usual AppArmor profile forbids every
    mount and every kernel setting of the network, which systemd and a firewall need.
    """
    environment = [PATH] if machine.unified_cgroups else [PATH, "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"]
    lines = ["[containers]"]
    if not machine.may_raise_limits:
        lines.append(f"default_ulimits = {_list(['nofile=20000:20000', 'nproc=4096:4096'])}")
    lines += [
        f"default_capabilities = {_list(CAPABILITIES)}",
        f"env = {_list(environment)}",
        'netns = "none"',
        'base_hosts_file = "none"',
        "dns_servers = []",
        'apparmor_profile = "unconfined"',
        "[engine]",
        'events_logger = "file"',
    ]
    if machine.runtime:
        lines.append(f'runtime = "{machine.runtime}"')
    if not machine.systemd or not machine.unified_cgroups:
        lines.append('cgroup_manager = "cgroupfs"')
    return "\n".join([*lines, "[network]", 'network_backend = "netavark"', ""])


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
