"""Laws of the short cuts of a large town: each says what the long way says."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address

from hypothesis import event, given, settings
from hypothesis import strategies as st

from orchestrator.flows import FlowSet
from orchestrator.flows.names import met
from orchestrator.model.addresses import dotted, number_of
from orchestrator.model.rendering import SecretReference, UnitRendering
from orchestrator.render.specs import mismatches, surely
from orchestrator.replan import DoubtError
from orchestrator.replan.sheets import Sheets, sheets
from orchestrator.request.lines import changed_lines
from tests.laws.test_excerpted import another_words, moved
from tests.laws.test_replan import SEVERAL, Edit, Files, texts

LINES = st.lists(st.sampled_from(["a\n", "b\n", "aa\n", "ba\n", "\n"]), max_size=14).map("".join)
ODD_LINES = st.lists(st.sampled_from(["a\n", "b\n", "aa\n", "a", "\r", "a\fb\n"]), max_size=12).map("".join)
OCTETS = st.sampled_from(["0", "1", "9", "10", "255", "256", "01", "-1", "+1", " 1", "", "１", "x"])

LEAVES = st.sampled_from(["a", "b", 1, 0.5, True, None, SecretReference("s", 1)])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("nm"), inner, max_size=2),
    max_leaves=6,
)
TYPES = st.sampled_from(["str", "int", "bool", "raw", "list", "dict"])
PLAIN = st.fixed_dictionaries(
    {"type": TYPES}, optional={"required": st.booleans(), "choices": st.just(["a", 1]), "elements": TYPES}
)
OPTIONS = st.recursive(
    PLAIN,
    lambda inner: st.builds(
        lambda option, nested: {**option, "options": nested},
        PLAIN,
        st.dictionaries(st.sampled_from("nm"), inner, max_size=2),
    ),
    max_leaves=4,
)


def changed_line_by_line(old: str, new: str) -> tuple[set[int], set[int]]:
    """What differs between the first and the last lines that are alike, if it is one side's alone."""
    before, after = old.splitlines(), new.splitlines()
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return set(range(start + 1, len(before) - end + 1)), set(range(start + 1, len(after) - end + 1))


@settings(max_examples=1000, deadline=None)
@given(pair=st.tuples(LINES, LINES) | st.tuples(ODD_LINES, ODD_LINES))
def test_changed_lines_are_found_between_the_lines_that_are_alike(pair: tuple[str, str]) -> None:
    """Sabotage: begin the common end within a line, or look for it before the common beginning."""
    old, new = pair
    gone, come = changed_lines(old, new)
    before, after = changed_line_by_line(old, new)
    assert gone.keys() <= before and come.keys() <= after
    for found, text in ((gone, old), (come, new)):
        lines = text.splitlines()
        assert all(lines[number - 1] == words for number, words in found.items())
    assert [line for at, line in enumerate(old.splitlines(), 1) if at not in gone] == [
        line for at, line in enumerate(new.splitlines(), 1) if at not in come
    ]


def _divided(files: Files, known: Sheets | None = None) -> Sheets | None:
    try:
        return sheets(files, known)
    except DoubtError:
        return None


@settings(max_examples=200, deadline=None)
@given(
    town=st.sampled_from(["stari_grad", "lab", "made"]),
    edits=SEVERAL,
    rarer=st.lists(st.tuples(st.sampled_from([moved, another_words]), st.integers(0, 99)), max_size=1),
    cut=st.none() | st.integers(1, 400),
)
def test_files_taken_apart_from_earlier_ones_are_those_taken_apart_anew(
    town: str, edits: list[tuple[Edit, int]], rarer: list[tuple[Edit, int]], cut: int | None
) -> None:
    """Sabotage: let an edit reach beyond its run, or forget to move the later runs along."""
    before = texts(town)
    now = before
    for edit, number in (*edits, *rarer):
        now = edit(now, number)
    if cut:
        now = {file: text[:-cut] for file, text in now.items()}
    known = sheets(before)
    found = _divided(now, known)
    event("in doubt" if found is None else "taken apart")
    assert found == _divided(now)


@given(st.lists(OCTETS, min_size=3, max_size=5).map(".".join) | st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_address_is_read_as_the_library_reads_it(address: str | IPv4Address) -> None:
    """Sabotage: take an octet by `int`, which reads 01, or a full-width digit, as a number."""
    text = str(address)
    try:
        wanted = int(IPv4Address(text))
    except AddressValueError:
        wanted = -1
    try:
        assert number_of(text) == wanted and dotted(IPv4Address(wanted)) == text
    except AddressValueError:
        assert wanted == -1


@given(
    parts=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=4),
    hosts=st.sets(st.integers(0, 70), max_size=40),
)
def test_the_hosts_that_a_flow_meets_are_those_within_its_ends(
    parts: list[tuple[int, int]], hosts: set[int]
) -> None:
    """Sabotage: count the first address after a part to it."""
    goal = ((("eth0", 80), ("eth0", 81), ((443, 444, "9999-12-31"),)),)
    starts = sorted(dict(parts).items())
    flows = FlowSet(tuple((("eth1", first), ("eth1", first + size), goal) for first, size in starts))
    there = {number for first, size in starts for number in range(first, first + size)} | {80}
    names = {number: (str(IPv4Address(number)), f"pc-{number}") for number in sorted(hosts)}
    wanted = dict(name for number, name in names.items() if starts and number in there)
    assert met(dict(names.values()), flows) == wanted


@settings(max_examples=1000, deadline=None)
@given(option=PLAIN | OPTIONS, value=LEAVES | VALUES)
def test_what_surely_fits_has_no_mismatch(option: dict[str, object], value: object) -> None:
    """Sabotage: let an undeclared key pass, take true for a number, or leave out the choices."""
    if surely(option)(value):
        assert not list(mismatches(UnitRendering("host", "r", 0, {"a": value}, ()), {"a": option}))
        event("fits")
