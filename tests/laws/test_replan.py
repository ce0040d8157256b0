"""Laws of planning from an earlier plan: it never says anything else than planning the whole town."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from orchestrator.apply.code import code_digests, not_units
from orchestrator.desired import PROJECT, Desired, following
from orchestrator.errors import Refused
from orchestrator.load import load_text
from orchestrator.load.files import read_files, read_specs
from orchestrator.load.problems import Problems
from orchestrator.model.apply_plan import ApplyPlan, Foreseen
from orchestrator.model.plan import CodeDigests, LedgerState, Observation, Plan, UnitState
from orchestrator.model.rendering import Catalogue
from orchestrator.model.request import Side, Surroundings
from orchestrator.plan import plan, with_changes
from orchestrator.plan.keys import canonical, current_keys
from orchestrator.replan import Base, DoubtError, based_on, foreseen
from orchestrator.request.apply import apply_plan
from tests.towns.generate import generate

PCS, PEOPLE, CABLING = "hosts/workstations.yml", "group_vars/all/people.yml", "group_vars/all/cabling.yml"
Files = dict[str, str]
Edit = Callable[[dict[str, str], int], dict[str, str]]


@cache
def texts(town: str) -> Files:
    """The files of a town of the repository, or of a made one."""
    if town != "made":
        return read_files(PROJECT / "inventories" / town, Problems())
    with TemporaryDirectory() as folder:
        generate(Path(folder) / "town", 40, seed=3)
        return read_files(Path(folder) / "town", Problems())


@cache
def specs() -> Mapping[str, frozenset[str] | None]:
    """The declared arguments of every role."""
    return read_specs(PROJECT / "roles") or {}


def wanted(files: Mapping[str, str]) -> Desired:
    """All that follows from files."""
    return following(load_text(files, None, specs(), PurePosixPath("town")))


@cache
def first(town: str) -> tuple[Desired, CodeDigests]:
    """What is wanted of a town as it stands."""
    found = wanted(texts(town))
    return found, code_digests(found.catalogue)


@dataclass
class Known:
    """A ledger and machines in memory, and how a whole town is planned with them."""

    code: CodeDigests
    units: dict[tuple[str, str], UnitState]
    texts: dict[str, str]
    since: set[str] = field(default_factory=set)

    def follows(self, files: Mapping[str, str]) -> tuple[Desired, Mapping[str, Observation]]:
        """All that follows from an excerpt; nothing is known of machines."""
        try:
            return wanted(files), {}
        except Refused as refused:
            raise DoubtError from refused

    def recorded(self, base: Base) -> set[str]:
        """The hosts with newer records."""
        return self.since

    def state(self, hosts: Iterable[str]) -> LedgerState:
        """What is known of some hosts."""
        named = set(hosts)
        units = {unit: state for unit, state in self.units.items() if unit[0] in named}
        return LedgerState(units, 7, {host: "one" for host, _ in units})

    def known(self, digests: Iterable[str]) -> set[str]:
        """Which arguments are remembered."""
        return set(digests) & set(self.texts)

    def contents(self, digests: Iterable[str]) -> Mapping[str, str]:
        """Remembered arguments."""
        return {digest: self.texts[digest] for digest in digests if digest in self.texts}

    def whole(self, files: Mapping[str, str]) -> tuple[Desired, Plan]:
        """The plan of the whole town."""
        found = wanted(files)
        pending = plan(found.rendering, self.code, self.state({host for host, _ in self.units}))
        previous = self.contents(unit.previous for unit in pending.units)
        return found, with_changes(pending, found.rendering, previous)

    def foreseen(self, files: Mapping[str, str]) -> Foreseen:
        """The same with what it was made of."""
        found, pending = self.whole(files)
        side = Side(found.town, found.intent, found.rendering, {})
        known = [unit for unit in pending.units if unit.previous in self.texts]
        last = {(unit.host, unit.role): self.texts[unit.previous] for unit in known}
        walls = [text for (_, role), text in last.items() if role == "firewall"]
        return Foreseen(pending, side, last, walls[0] if walls else "")


def applied(town: str, left_out: Iterable[int]) -> Known:
    """A ledger in which all is verified but some units, which failed or wait, and some new hosts."""
    found, code = first(town)
    keys = current_keys(found.rendering, code)
    units = {unit: UnitState("verified", *digests, "one", 1) for unit, digests in keys.items()}
    contents = {
        keys[unit.host, unit.role][1]: canonical(unit.arguments)
        for unit in found.rendering.units
        if (unit.host, unit.role) in keys
    }
    for number in left_out:
        host, role = sorted(keys)[number % len(keys)]
        if number % 4 == 0:
            units = {unit: state for unit, state in units.items() if unit[0] != host}
        elif (host, role) in units:
            event = ("failed", "applied", "started")[number % 3]
            units[host, role] = units[host, role]._replace(event=event)
    return Known(code, units, contents)


def _pick(text: str, pattern: str, number: int) -> re.Match[str]:
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if not found:
        reject()
    return found[number % len(found)]


def _replaced(
    files: Files, file: str, pattern: str, number: int, new: Callable[[re.Match[str]], str]
) -> Files:
    found = _pick(files[file], pattern, number)
    return {**files, file: files[file][: found.start()] + new(found) + files[file][found.end() :]}


_LINE = r"^    [a-z][a-z0-9-]*: \{.*\}\n"
_NEW = (
    '    new-{n}: {{mac: "52:54:00:aa:00:{n:02x}", address: {a}, socket: "{s}", {o}, platform: debian13}}\n'
)


def _free(files: Files) -> list[str]:
    sockets = files[CABLING].partition("sockets:")[2]
    used = "".join(text for file, text in files.items() if file.startswith("hosts/"))
    return [
        name for name in re.findall(r"^  ([A-Za-z0-9-]+): \{room", sockets, re.MULTILINE) if name not in used
    ]


def _added(files: Files, number: int, owner: str) -> Files:
    neighbour = _pick(files[PCS], r"address: ([0-9.]+)\.[0-9]+, socket: \"?([A-Z0-9]+)-", number)
    free = [name for name in _free(files) if name.startswith(f"{neighbour[2]}-")] or ["none"]
    address = f"{neighbour[1]}.{190 + number % 9}"
    line = _NEW.format(n=number % 200, a=address, s=free[number % len(free)], o=owner)
    return {**files, PCS: files[PCS] + line}


def add_for_a_person(files: Files, number: int) -> Files:
    """A PC for someone who waits for one."""
    if "without_pc" not in files[PEOPLE]:
        return files
    waiting = _pick(files[PEOPLE], r"^  ([a-z.0-9-]+): \{.*(, without_pc: \"[^\"]*\").*\}$", number)
    people = files[PEOPLE][: waiting.start(2)] + files[PEOPLE][waiting.end(2) :]
    return _added({**files, PEOPLE: people}, number, f"person: {waiting[1]}")


def add_for_a_department(files: Files, number: int) -> Files:
    """A PC that a department shares."""
    department = _pick(files[PEOPLE], r"department: ([a-z]+)", number)[1]
    return _added(files, number, f"department: {department}")


def remove(files: Files, number: int) -> Files:
    """A PC's line is gone, and its person marked."""
    line = _pick(files[PCS], _LINE, number)
    owner = re.search(r"person: ([a-z.0-9-]+)", line[0])
    gone = {**files, PCS: files[PCS].replace(line[0], "")}
    if owner is None:
        return gone
    mark = ", left: true}" if number % 2 else ', without_pc: "waits"}'
    return _replaced(
        gone, PEOPLE, rf"(?<=^  {re.escape(owner[1])}: \{{)(.*)\}}$", 0, lambda found: found[1] + mark
    )


def another_mac(files: Files, number: int) -> Files:
    """A machine is replaced."""
    return _replaced(
        files, PCS, r"mac: \"[0-9a-f:]{14}", number, lambda found: f'mac: "52:54:00:0{number % 10}:cc'
    )


def another_address(files: Files, number: int) -> Files:
    """A line gets another address, perhaps one that is taken."""
    return _replaced(
        files, PCS, r"(address: [0-9.]+)\.([0-9]+)", number, lambda found: f"{found[1]}.{20 + number % 99}"
    )


def another_socket(files: Files, number: int) -> Files:
    """A PC moves."""
    free = _free(files)
    return _replaced(
        files, PCS, r"socket: \"[^\"]+\"", number, lambda _: f'socket: "{free[number % len(free)]}"'
    )


def same_line_twice(files: Files, number: int) -> Files:
    """A line is copied and only its name changed."""
    return _replaced(files, PCS, _LINE, number, lambda found: found[0] + found[0].replace(": {", "x: {", 1))


def another_post(files: Files, number: int) -> Files:
    """A person rises."""
    return _replaced(files, PEOPLE, r"post: \"[^\"]+\"", number, lambda _: 'post: "саветник града"')


def another_department(files: Files, number: int) -> Files:
    """A person goes elsewhere."""
    target = _pick(files[PEOPLE], r"^  ([a-z]+): \{title", number + 1)[1]
    return _replaced(files, PEOPLE, r"(?<=\", )department: [a-z]+", number, lambda _: f"department: {target}")


def another_port(files: Files, number: int) -> Files:
    """A cable is put into another port, perhaps a used one."""
    return _replaced(files, CABLING, r"port: [0-9]+\}$", number, lambda _: f"port: {1 + number % 40}}}")


def another_room(files: Files, number: int) -> Files:
    """A room changes its name for people, or its key."""
    old = (
        ('title: "', 'title: "нова ')
        if number % 2
        else (f"  {_pick(files[CABLING], r'room: ([A-Z0-9-]+)', number)[1]}: {{b", "  X-999: {b")
    )
    return {**files, CABLING: files[CABLING].replace(*old, 1)}


def another_network(files: Files, number: int) -> Files:
    """Something that concerns many."""
    networks = "group_vars/all/networks.yml"
    return _replaced(files, networks, r"vlan: [0-9]+", number, lambda _: f"vlan: {2000 + number}")


EDITS = (
    add_for_a_person,
    add_for_a_department,
    remove,
    another_mac,
    another_address,
    another_socket,
    same_line_twice,
    another_post,
    another_department,
    another_port,
    another_room,
    another_network,
)
SEVERAL = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 10_000)), min_size=0, max_size=3)


@pytest.mark.long
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    town=st.sampled_from(["stari_grad", "lab", "made"]),
    edits=SEVERAL,
    left_out=st.lists(st.integers(0, 10_000), max_size=4, unique=True),
    later=st.lists(st.integers(0, 10_000), max_size=3, unique=True),
)
def test_a_plan_from_an_earlier_one_is_that_of_the_whole_town(
    town: str, edits: list[tuple[Edit, int]], left_out: list[int], later: list[int]
) -> None:
    """Sabotage: leave the rivals of an edited host out of the excerpt."""
    known = applied(town, left_out)
    files = dict(texts(town))
    base = based_on("", files, *known.whole(files), "")
    for number in later:
        unit = sorted(known.units)[number % len(known.units)]
        known.units[unit] = known.units[unit]._replace(event="failed")
        known.since.add(unit[0])
    for edit, number in edits:
        files = edit(files, number)
    try:
        again = foreseen(Base.of_plain(base.plain()), files, known)
    except DoubtError as doubt:
        event(f"the whole town is planned: {doubt}")
        return
    event(f"planned by an earlier plan: {len(edits)} edits")
    whole = known.foreseen(files)
    assert again.plan == whole.plan
    if again.side:
        event("what it means for people is told from the excerpt")
        assert told(again, known) == told(whole, known)


def told(found: Foreseen, known: Known) -> ApplyPlan:
    """All that is read of a plan."""
    plays = tuple(known.code.plays.values())
    roles = {role for play in plays for role in play.roles}
    restarts = dict.fromkeys(roles, ("Something is restarted",))
    around = Surroundings(
        Catalogue(plays), not_units(roles), restarts, history={"base": 3.0}, day="2026-01-01"
    )
    return apply_plan(found, around)


@pytest.mark.parametrize("town", ["stari_grad", "made"])
@pytest.mark.parametrize("edit", [add_for_a_person, remove, another_mac, another_socket, another_post])
def test_a_usual_edit_is_planned_without_the_whole_town(town: str, edit: Edit) -> None:
    """Sabotage: raise DoubtError in replan always."""
    known = applied(town, ())
    files = dict(texts(town))
    base = based_on("", files, *known.whole(files), "")
    edited = next(after for after in (edit(files, number) for number in range(20)) if holds(after))
    again, whole = foreseen(base, edited, known), known.foreseen(edited)
    assert again.plan == whole.plan
    assert again.side
    assert told(again, known) == told(whole, known)
    assert not again.plan.is_empty or edited == files


def holds(files: Files) -> bool:
    """Whether the town is right."""
    try:
        wanted(files)
    except Refused:
        return False
    return True
