"""What a machine holds before any role ran: an installer's work and no more."""

from __future__ import annotations

import io
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.lab import images
from orchestrator.lab.blueprint import Blueprint, bench, blueprint
from orchestrator.lab.engine_settings import containers_conf
from orchestrator.lab.furnish import File, Identity, Trust, archive, furnish, network_file, trunk_factory
from orchestrator.lab.identities import new_identity, pin
from orchestrator.lab.machine import Machine
from orchestrator.lab.mirror import package_lists
from orchestrator.lab.secrets import ensure_secrets, strong_password
from orchestrator.lab.state import EQUIPMENT_FILE
from orchestrator.load import load
from orchestrator.model.town import Town

REPOSITORY = Path(__file__).resolve().parents[2]
IDENTITY = Identity("a" * 32, "private", "public")
TRUST = Trust("ssh-ed25519 AAAA admin", b"key")
ORDINARY = Machine(True, (3, 13), (), True, True, True, True, True, ("crun",), "debian 13")


@pytest.fixture(scope="module")
def town() -> Town:
    return load(REPOSITORY / "inventories/lab")


@pytest.fixture(scope="module")
def plan(town: Town) -> Blueprint:
    return blueprint(town, EQUIPMENT_FILE)


def test_no_image_of_a_host_holds_a_package_that_a_role_installs() -> None:
    """Sabotage: add restic to the packages of the base image."""
    wanted = {package for packages in package_lists(REPOSITORY / "roles").values() for package in packages}
    assert wanted & set(images.BASE.packages) <= images.GROUND
    assert wanted & set(images.SWITCH.packages) == set()


def test_the_ground_of_a_host_is_systemd_python_and_ssh() -> None:
    assert {"systemd", "python3", "openssh-server"} <= set(images.BASE.packages)
    assert len(images.BASE.packages) <= 12


def test_a_changed_recipe_is_another_image() -> None:
    changed = replace(images.BASE, packages=(*images.BASE.packages, "less"))
    assert changed.tag != images.BASE.tag
    assert replace(images.SWITCH, parent=changed).tag != images.SWITCH.tag


def test_a_server_has_the_address_of_its_line(plan: Blueprint) -> None:
    text = network_file(plan.machines["lab-dc1"], plan)
    assert "Address=198.18.20.11/24" in text
    assert "Gateway=198.18.20.1" in text


def test_a_pc_has_no_address_of_its_own(plan: Blueprint) -> None:
    text = network_file(plan.machines["lab-pc-0001"], plan)
    assert "DHCP=ipv4" in text
    assert "Address=" not in text


def test_a_firewall_knows_only_its_line_to_the_provider(plan: Blueprint) -> None:
    text = network_file(plan.machines["lab-fw1"], plan)
    assert "Name=eth0.200" in text
    assert text.count("Address=") == 1


def test_the_trunk_has_an_interface_for_each_network(plan: Blueprint) -> None:
    text = trunk_factory(plan, plan.machines["lab-fw1"].mac)
    assert [int(tag) for tag in re.findall(r"tag=(\d+)", text)] == [leg.vlan for leg in plan.legs]


def test_a_switch_from_the_factory_carries_nothing(plan: Blueprint) -> None:
    files = {file.path: file for file in furnish(plan.machines["lab-sw1"], plan, IDENTITY, TRUST)}
    assert "add-port" not in str(files["/etc/lab-factory"].content)


def test_private_keys_are_readable_by_root_alone(plan: Blueprint) -> None:
    data = archive(furnish(plan.machines["lab-dc1"], plan, IDENTITY, TRUST))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        modes = {entry.name: entry.mode for entry in tar}
    assert modes["etc/ssh/ssh_host_ed25519_key"] == 0o600
    assert modes["root/.ssh"] == 0o700


def test_an_archive_is_the_same_for_the_same_files() -> None:
    files = [File("/etc/hostname", "x\n")]
    assert archive(files) == archive(files)


def test_a_machine_made_anew_is_pinned_in_place_of_its_forerunner(plan: Blueprint, tmp_path: Path) -> None:
    known, dc1, dc2 = tmp_path / "known_hosts", plan.machines["lab-dc1"], plan.machines["lab-dc2"]
    first, other, second = new_identity(), new_identity(), new_identity()
    pin(known, {"lab-dc1": (dc1, first), "lab-dc2": (dc2, other)})
    pin(known, {"lab-dc1": (dc1, second)})
    text = known.read_text()
    assert first.host_key_public.strip() not in text
    assert second.host_key_public.strip() in text
    assert other.host_key_public.strip() in text
    assert first.machine_id != second.machine_id


def test_secrets_are_made_once_and_never_in_clear(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "group_vars" / "all"
    folder.mkdir(parents=True)
    ensure_secrets(town.secrets.values(), tmp_path, tmp_path / "vault")
    first = {path.name: path.read_text() for path in sorted(folder.iterdir())}
    ensure_secrets(town.secrets.values(), tmp_path, tmp_path / "vault")
    assert {path.name: path.read_text() for path in sorted(folder.iterdir())} == first
    assert set(first) == {f"secrets_tier{secret.tier}.yml" for secret in town.secrets.values()}
    for secret in town.secrets.values():
        text = first[f"secrets_tier{secret.tier}.yml"]
        assert f"secret_{secret.name}: !vault |\n  $ANSIBLE_VAULT;1.2;AES256;tier{secret.tier}\n" in text
    private = (*folder.iterdir(), *(tmp_path / "vault").glob("tier*"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in private)


def test_a_password_satisfies_a_directory() -> None:
    password = strong_password(24)
    assert len(password) == 24
    assert all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))


def test_an_ordinary_machine_keeps_its_own_runtime_and_limits() -> None:
    text = containers_conf(ORDINARY)
    assert "runtime =" not in text
    assert "default_ulimits" not in text
    assert "cgroup_manager" not in text
    assert "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE" not in text


def test_a_machine_that_may_not_raise_limits_gets_runc_and_lower_ones() -> None:
    machine = replace(
        ORDINARY, unified_cgroups=False, may_raise_limits=False, systemd=False, runtimes=("crun", "runc")
    )
    text = containers_conf(machine)
    assert 'runtime = "runc"' in text
    assert 'cgroup_manager = "cgroupfs"' in text
    assert "default_ulimits" in text
    assert "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1" in text


def test_no_container_may_set_the_clock() -> None:
    assert "SYS_TIME" not in containers_conf(ORDINARY)


def test_the_doctor_names_what_is_missing_and_the_lane() -> None:
    machine = replace(ORDINARY, python=(3, 11), missing_packages=("mmdebstrap",), has_tun=False, root=False)
    words = [f"{finding.mark}: {finding.words}" for finding in machine.findings()]
    assert any("missing: apt-get install mmdebstrap" in line for line in words)
    assert any("note: Python 3.11" in line and "compatibility" in line for line in words)
    assert any(line.startswith("missing: /dev/net/tun") for line in words)


def test_package_lists_are_literal(tmp_path: Path) -> None:
    role = tmp_path / "x" / "vars"
    role.mkdir(parents=True)
    (role / "main.yml").write_text("__x_packages: [b, a]\n__x_more_packages: [c]\nx_other: [d]\n")
    assert package_lists(tmp_path) == {"x": ("a", "b", "c")}


def test_a_bench_pc_is_furnished_with_its_fixed_address(plan: Blueprint, town: Town) -> None:
    small = bench(plan, ("lab-pc-0001",), town)
    assert "Address=198.18.10.51/24" in network_file(small.machines["lab-pc-0001"], small)
