"""Who is hit by a request: people, rooms and services, and what is interrupted for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from orchestrator.model.intent import SwitchPort, User
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.request import (
    NEW,
    QUIET,
    REMOVED,
    Affected,
    Change,
    Hit,
    Interruption,
    Line,
    Lines,
    Side,
    Surroundings,
    joined,
)
from orchestrator.model.source import Because
from orchestrator.request.lines import Edited

NO_HISTORY = "no history"
_UNDISTURBING = QUIET | {NEW}


def hit(  # noqa: PLR0913, PLR0917 - two sides, what changes between them, and what tells why
    base: Side | None,
    head: Side,
    changes: tuple[Change, ...],
    around: Surroundings,
    edited: Edited,
    touched: Mapping[str, Lines] | None = None,
) -> Hit:
    """Everyone and everything that notices, as far as data can tell.

    `touched` gives the lines of each host that changes, if not all lines of its changes are its own.
    """
    touched = touched if touched is not None else _touched(changes)
    accounts = dict(_accounts(base, head, edited))
    sides = [side for side in (head, base) if side]
    found = (
        *_restarts(changes, around),
        *_ports(base, head, edited),
        *_addresses(base, head, edited),
        *_gone(changes),
    )
    disturbed = {host for one in found for host in one.hosts}
    return Hit(
        _people(sides, touched, accounts),
        _rooms(sides, touched),
        _services(sides, touched, disturbed),
        (*found, *_locked_out(accounts)),
    )


def _touched(changes: Iterable[Change]) -> Mapping[str, Lines]:
    found: dict[str, dict[Line, None]] = {}
    for change in changes:
        for host in change.hosts:
            found.setdefault(host, {}).update(dict.fromkeys(change.because))
    return {host: tuple(lines) for host, lines in sorted(found.items())}


def _people(
    sides: list[Side], touched: Mapping[str, Lines], accounts: Mapping[str, tuple[str, str, Lines]]
) -> tuple[Affected, ...]:
    through: dict[str, dict[str, Lines]] = {}
    for side in sides:
        for host in touched:
            line = side.town.hosts.get(host)
            if line and line.person:
                through.setdefault(line.person, {}).setdefault(host, touched[host])
    for account, (what, _, lines) in accounts.items():
        through.setdefault(account, {})[what] = lines
    return _affected({_name(sides, account): found for account, found in through.items()})


def _name(sides: list[Side], account: str) -> str:
    person = next((side.town.people[account] for side in sides if account in side.town.people), None)
    return f"{person.name} ({account})" if person else account


def _rooms(sides: list[Side], touched: Mapping[str, Lines]) -> tuple[Affected, ...]:
    through: dict[str, dict[str, Lines]] = {}
    for side in sides:
        for host in touched:
            place = side.intent.placements.get(host)
            if place and place.room and WORKSTATIONS in side.town.hosts[host].groups:
                title = side.town.rooms[place.room].title
                through.setdefault(f"{place.room} ({title})", {})[host] = touched[host]
    return _affected(through)


def _services(sides: list[Side], touched: Mapping[str, Lines], disturbed: set[str]) -> tuple[Affected, ...]:
    """Services of hosts where something may restart, move or end; a mere entry more disturbs nobody."""
    through: dict[str, dict[str, Lines]] = {}
    for side in sides:
        for service in side.town.services.values():
            for host in side.town.groups.get(service.group or "", ()):
                if host in touched and host in disturbed:
                    through.setdefault(service.name, {})[host] = touched[host]
    return _affected(through)


def _affected(through: Mapping[str, Mapping[str, Lines]]) -> tuple[Affected, ...]:
    return tuple(
        Affected(name, tuple(sorted(found)), joined(found.values()))
        for name, found in sorted(through.items())
    )


def _restarts(changes: Iterable[Change], around: Surroundings) -> Iterator[Interruption]:
    for change in changes:
        handlers = around.restarts.get(change.role, ())
        if change.kind not in _UNDISTURBING and handlers:
            known = around.history.get(change.role)
            expected = f"the unit took {known:.0f} s at the median" if known is not None else NO_HISTORY
            what = f"{change.role} may do: {', '.join(handlers)}"
            yield Interruption(what, change.hosts, expected, change.because)


def _ports(base: Side | None, head: Side, edited: Edited) -> Iterator[Interruption]:
    before = _states(base) if base else {}
    after = _states(head)
    ends = _ends(base) | _ends(head) if base else _ends(head)
    grouped: dict[str, list[tuple[str, int]]] = {}
    for port in sorted(set(before) & set(after)):
        if _state(before[port]) != _state(after[port]):
            grouped.setdefault(_transition(before[port], after[port]), []).append(port)
    for words, ports in sorted(grouped.items()):
        hosts = tuple(sorted({ends[port] for port in ports if port in ends}))
        lines = joined(edited.why(before[port].because, after[port].because) for port in ports)
        expected = f"the link's own time; {NO_HISTORY}"
        yield Interruption(f"{_numbered(ports)}: {words}", hosts, expected, lines)


def _numbered(ports: Iterable[tuple[str, int]]) -> str:
    numbers: dict[str, list[str]] = {}
    for switch, number in ports:
        numbers.setdefault(switch, []).append(str(number))
    return "; ".join(f"{switch} port {', '.join(found)}" for switch, found in numbers.items())


def _transition(old: SwitchPort, new: SwitchPort) -> str:
    if old.mode == new.mode == "trunk":
        gains, loses = (
            sorted(set(one) - set(two)) for one, two in ((new.vlans, old.vlans), (old.vlans, new.vlans))
        )
        parts = [f"gains VLAN {vlan}" for vlan in gains] + [f"loses VLAN {vlan}" for vlan in loses]
        return f"trunk {', '.join(parts)}"
    return f"{_state(old)} -> {_state(new)}"


def _states(side: Side) -> dict[tuple[str, int], SwitchPort]:
    return {(port.switch, port.number): port for ports in side.intent.switch_ports.values() for port in ports}


def _state(port: SwitchPort) -> str:
    if port.mode == "trunk":
        return f"trunk of VLANs {', '.join(map(str, port.vlans))}"
    return f"access to VLAN {port.vlan}" if port.mode == "access" else "shut"


def _ends(side: Side) -> dict[tuple[str, int], str]:
    sockets = side.town.sockets
    plugged = ((host.name, sockets.get(host.socket or "")) for host in side.town.hosts.values())
    return {(socket.switch, socket.port): name for name, socket in plugged if socket}


def _addresses(base: Side | None, head: Side, edited: Edited) -> Iterator[Interruption]:
    before = base.intent.placements if base else {}
    for host in sorted(set(before) & set(head.intent.placements)):
        old, new = before[host], head.intent.placements[host]
        if old.address != new.address:
            what = f"{host} leaves {old.address} for {new.address}: its open connections end"
            lines = edited.why(old.because, new.because)
            yield Interruption(what, (host,), f"until it takes the new address; {NO_HISTORY}", lines)


def _gone(changes: Iterable[Change]) -> Iterator[Interruption]:
    for host, lines in _touched(one for one in changes if one.kind == REMOVED).items():
        yield Interruption(f"{host} is served no longer", (host,), "for good", lines)


def _accounts(base: Side | None, head: Side, edited: Edited) -> Iterator[tuple[str, tuple[str, str, Lines]]]:
    """Accounts that change: what becomes of each in a word, its expectation, and why."""
    before = {user.account: user for user in base.intent.users} if base else {}
    after = {user.account: user for user in head.intent.users}
    for account in sorted({*before, *after}):
        old, new = before.get(account), after.get(account)
        what = _fate(old, new)
        if what:
            why = _because(old), _because(new)
            yield account, (what, "for good" if "off" in what else "", edited.why(*why))


def _because(user: User | None) -> Because:
    return user.because if user else ()


def _fate(old: User | None, new: User | None) -> str:
    if old is None:
        return "a new account"
    if new is None:
        return "the account is switched off"
    if old.enabled != new.enabled:
        return "the account is switched on" if new.enabled else "the account is switched off"
    said = ("ou", "display_name", "post", "department")
    return "the account's entry" if any(getattr(old, key) != getattr(new, key) for key in said) else ""


def _locked_out(accounts: Mapping[str, tuple[str, str, Lines]]) -> Iterator[Interruption]:
    for account, (_, expected, lines) in accounts.items():
        if expected:
            yield Interruption(f"{account} can no longer log in", (), expected, lines)
