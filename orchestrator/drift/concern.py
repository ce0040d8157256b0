"""How urgent a difference is: what can hurt people soonest."""

from __future__ import annotations

from orchestrator.drift.said import Said
from orchestrator.model.drift import Concern, Spot

_OF_KIND = {
    "accounts": Concern.LOGIN,
    "addresses": Concern.OPENING,
    "directory": Concern.LOGIN,
    "door": Concern.LOGIN,
    "hostname": Concern.REST,
    "kernel": Concern.OPENING,
    "keys": Concern.LOGIN,
    "nft": Concern.OPENING,
    "nft_tables": Concern.OPENING,
    "package": Concern.SERVICE,
    "ports": Concern.SERVICE,
    "sockets": Concern.OPENING,
    "unit": Concern.SERVICE,
}
_OF_PLACE = (
    ("/etc/apt/", Concern.OPENING),
    ("/etc/cron", Concern.OPENING),
    ("/etc/krb5", Concern.LOGIN),
    ("/etc/ld.so.preload", Concern.OPENING),
    ("/etc/nftables.conf", Concern.OPENING),
    ("/etc/nsswitch.conf", Concern.LOGIN),
    ("/etc/pam.d/", Concern.LOGIN),
    ("/etc/ssh/", Concern.LOGIN),
    ("/etc/sssd/", Concern.LOGIN),
    ("/etc/sudoers", Concern.OPENING),
    ("/etc/sysctl.d/", Concern.OPENING),
    ("/etc/systemd/network", Concern.OPENING),
    ("/etc/townhall/", Concern.OPENING),
    ("/usr/local/sbin/townhall-firewall", Concern.OPENING),
    ("/usr/share/keyrings", Concern.OPENING),
    ("/usr/share/pam-configs/", Concern.LOGIN),
    ("/var/spool/cron/", Concern.OPENING),
)
_STRANGERS_OPEN = ("/etc/systemd/system", "/usr/local/")
_GUARDS = ("nftables.service", "systemd-networkd.service")
_QUIET_ROLES = frozenset({"base", "workstation"})


def concern(role: str, spot: Spot, said: Said) -> Concern:
    """The concern of a difference; a program that came by hand may do anything, and is an opening."""
    if said.concern:
        return said.concern
    if spot.name in _GUARDS:
        return Concern.OPENING
    path = said.path or spot.name
    if said.stranger and path.startswith(_STRANGERS_OPEN):
        return Concern.OPENING
    if spot.kind in _OF_KIND:
        return _OF_KIND[spot.kind]
    named = next((level for start, level in _OF_PLACE if path.startswith(start)), None)
    return named or (Concern.REST if role in _QUIET_ROLES else Concern.SERVICE)
