"""The firewall's network files: exactly the wanted text, nothing of others removed, nothing smuggled in."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ARGUMENTS = {
    "parent": "eth0",
    "gateway": "198.18.200.254",
    "gateway_interface": "eth0.200",
    "interfaces": [
        {"name": "eth0.10", "vlan": 10, "network": "users-a", "zone": "users", "address": "198.18.10.1/24"},
        {"name": "eth0.200", "vlan": 200, "network": "line", "zone": "outside", "address": "198.18.200.1/24"},
    ],
}


@pytest.fixture(scope="module")
def networks() -> ModuleType:
    path = REPOSITORY / "roles/firewall/library/firewall_networks.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_a_trunk_gets_a_vlan_for_each_network_and_only_one_of_them_the_way_out(networks: ModuleType) -> None:
    """Sabotage: write the gateway into every file."""
    files = networks.files(ARGUMENTS, frozenset())
    assert sorted(files) == [
        "10-townhall-eth0.10.netdev",
        "10-townhall-eth0.10.network",
        "10-townhall-eth0.200.netdev",
        "10-townhall-eth0.200.network",
        "10-townhall-eth0.network",
    ]
    assert "VLAN=eth0.10\nVLAN=eth0.200\n" in files["10-townhall-eth0.network"]
    assert "Kind=vlan\n\n[VLAN]\nId=10\n" in files["10-townhall-eth0.10.netdev"]
    assert [name for name, text in files.items() if "Gateway=" in text] == ["10-townhall-eth0.200.network"]


def test_an_interface_of_someone_else_gets_an_address_and_is_not_made_again(networks: ModuleType) -> None:
    """Sabotage: leave out the question who made an interface."""
    files = networks.files(ARGUMENTS, frozenset({"eth0.10", "eth0.200", "lo"}))
    assert sorted(files) == ["10-townhall-eth0.10.network", "10-townhall-eth0.200.network"]
    assert "Address=198.18.10.1/24\n" in files["10-townhall-eth0.10.network"]


def test_only_own_files_of_networks_that_are_gone_are_removed(networks: ModuleType, tmp_path: Path) -> None:
    """Sabotage: remove every file that is not wanted."""
    wanted = networks.files(ARGUMENTS, frozenset())
    for name, text in wanted.items():
        networks.write(tmp_path / name, text)
    networks.write(tmp_path / "10-townhall-eth0.99.network", "old")
    networks.write(tmp_path / "20-installer.network", "not ours")
    assert networks.differences(wanted, tmp_path) == ([], ["10-townhall-eth0.99.network"])


@pytest.mark.parametrize(
    ("key", "value"),
    [("network", "a\n[Route]"), ("address", "198.18.1.1/24\nGateway=1.2.3.4"), ("name", "eth0/../x")],
)
def test_nothing_is_smuggled_into_a_file(networks: ModuleType, key: str, value: str) -> None:
    """Sabotage: write values as they come."""
    entry = {**ARGUMENTS["interfaces"][0], key: value}
    with pytest.raises(ValueError, match=r"name|octet|[Nn]etmask|permitted|Expected"):
        networks.files({**ARGUMENTS, "interfaces": [entry]}, frozenset())
