"""Makes a town of N PCs in the format of inventories/: `python -m tests.towns.generate ROOT N`.

Some people wait for their PC, and each building has free sockets.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from pathlib import Path
from random import Random

from tests.towns.fixed import CONNECTION, DEPARTMENTS, POLICY, SECRETS, SERVERS, SERVICES, ZONES
from tests.towns.names import people

PCS_IN_BUILDING = 180
PCS_ON_SWITCH = 42
FREE_SOCKETS = 20
PCS_TO_ONE_WAITING = 50
FIRST_DOWNLINK, DOWNLINKS, UPLINK = 43, 5, 48
POSTS = ("референт", "виши референт", "саветник", "самостални саветник", "сарадник", "шеф одсека")
POOL = IPv4Network("10.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Place:
    """A cabled place for one PC; buildings and places in them are counted from 0."""

    building: int
    place: int

    @property
    def switch(self) -> int:
        """The access switch; 0 is the core."""
        switches_in_building = -(-(PCS_IN_BUILDING + FREE_SOCKETS) // PCS_ON_SWITCH)
        return 1 + self.building * switches_in_building + self.place // PCS_ON_SWITCH

    @property
    def room(self) -> str:
        """Four sockets share a room."""
        return f"B{self.building + 1}-{101 + self.place // 4}"

    @property
    def socket(self) -> str:
        """The wall socket."""
        return f"{self.room}-{self.place % 4 + 1}"

    @property
    def address(self) -> IPv4Address:
        """The address in its building's network."""
        return _users(self.building)[10 + self.place]


def _users(building: int) -> IPv4Network:
    return IPv4Network((int(POOL.network_address) + ((256 + building) << 8), 24))


def generate(root: Path, pcs: int, seed: int) -> None:
    """Write the whole inventory of a town under a folder."""
    town = [Place(*divmod(number, PCS_IN_BUILDING)) for number in range(pcs)]
    random = Random(seed)  # noqa: S311
    accounts = list(islice(people(random), pcs + 1 + pcs // PCS_TO_ONE_WAITING))
    buildings = town[-1].building + 1
    common = root / "group_vars" / "all"
    _write(root / "townhall.yml", ["plugin: townhall"])
    _write(common / "networks.yml", _networks(buildings))
    _write(common / "cabling.yml", _cabling(town))
    _write(common / "people.yml", _people(accounts, pcs, buildings, seed))
    for name, text in (
        ("policy", POLICY),
        ("services", SERVICES),
        ("connection", CONNECTION),
        ("secret_names", SECRETS),
    ):
        _write(common / f"{name}.yml", [text.strip()])
    hosts = root / "hosts"
    _write(hosts / "servers.yml", [SERVERS.strip()])
    _write(hosts / "switches.yml", ["switches:", "  hosts:", *_switches(_last_switch(town))])
    lines = (_pc(pc, account) for pc, (account, _) in zip(town, accounts, strict=False))
    _write(hosts / "workstations.yml", ["workstations:", "  hosts:", *lines])


def _write(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _networks(buildings: int) -> Iterator[str]:
    yield 'town: {name: made, title: "Направљена", domain: made.example, netbios: MADE, language: sr-Cyrl}'
    yield "buildings:"
    yield from (f'  B{number + 1}: {{title: "Зграда {number + 1}"}}' for number in range(buildings))
    yield ZONES.strip()
    departments = ", ".join(DEPARTMENTS)
    for number in range(buildings):
        net = _users(number)
        place = f"vlan: {1000 + number}, zone: users, building: B{number + 1}, subnet: {net}"
        leases = f'gateway: {net[1]}, pool: "{net[220]}-{net[249]}"'
        yield f"  users-{number + 1}: {{{place}, {leases}, departments: [{departments}]}}"


def _cabling(town: list[Place]) -> Iterator[str]:
    yield "rooms:"
    yield '  B1-001: {building: B1, title: "сервер сала"}'
    cabled = [*town, *_free(town)]
    rooms = {pc.room: pc.building for pc in cabled}
    yield from (f'  {room}: {{building: B{at + 1}, title: "канцеларија"}}' for room, at in rooms.items())
    yield "sockets:"
    yield from (f"  B1-001-{n}: {{room: B1-001, switch: sw-0000, port: {n}}}" for n in range(1, 21))
    for pc in cabled:
        port = pc.place % PCS_ON_SWITCH + 1
        yield f"  {pc.socket}: {{room: {pc.room}, switch: sw-{pc.switch:04}, port: {port}}}"
    yield "trunks:"
    yield f"  - {{switch: sw-0000, port: {UPLINK}, to: fw1}}"
    for number in range(1, _last_switch(town) + 1):
        above, place = divmod(number - 1, DOWNLINKS)
        port = FIRST_DOWNLINK + place
        yield f"  - {{switch: sw-{above:04}, port: {port}, to: sw-{number:04}, to_port: {UPLINK}}}"


def _last_switch(town: list[Place]) -> int:
    return max(place.switch for place in _free(town))


def _free(town: list[Place]) -> Iterator[Place]:
    """Places of each building that are cabled and empty."""
    for building in range(town[-1].building + 1):
        last = min(PCS_IN_BUILDING, len(town) - building * PCS_IN_BUILDING)
        yield from (Place(building, last + number) for number in range(FREE_SOCKETS))


def _people(accounts: list[tuple[str, str]], pcs: int, buildings: int, seed: int) -> Iterator[str]:
    random = Random(seed)  # noqa: S311
    seats = ", ".join(f"B{number + 1}" for number in range(buildings))
    yield "departments:"
    yield from (f'  {key}: {{title: "{title}", buildings: [{seats}]}}' for key, title in DEPARTMENTS.items())
    yield "people:"
    for number, (account, name) in enumerate(accounts):
        waits = ', without_pc: "PC ordered"' if number >= pcs else ""
        department, post = random.choice(list(DEPARTMENTS)), random.choice(POSTS)
        yield f'  {account}: {{name: "{name}", department: {department}, post: "{post}"{waits}}}'


def _switches(last: int) -> Iterator[str]:
    for number in range(last + 1):
        address = IPv4Address("10.0.64.10") + number
        yield f'    sw-{number:04}: {{mac: "{_mac(0x2C, number)}", address: {address}, platform: cisco_ios}}'


def _pc(pc: Place, account: str) -> str:
    number = pc.building * PCS_IN_BUILDING + pc.place
    name, mac = f"pc-{number + 1:06}", _mac(0x3C, number)
    keys = (
        f'mac: "{mac}", address: {pc.address}, socket: "{pc.socket}", person: {account}, platform: debian13'
    )
    return f"    {name}: {{{keys}}}"


def _mac(first: int, number: int) -> str:
    return ":".join(f"{byte:02x}" for byte in (first, 0x52, 0x82, *number.to_bytes(3, "big")))


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]), seed=1)
