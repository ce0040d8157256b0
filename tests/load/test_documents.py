"""YAML is read the same with and without the short cut, whatever a file holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestrator.load import one_line
from orchestrator.load.document import read
from orchestrator.load.problems import Problems
from orchestrator.load.tree import Items, Table

PLAIN_WORDS = [
    "debian13",
    "198.18.10.51",
    '"A-101-1"',
    "12",
    "0",
    "true",
    "false",
    "a-b",
    '"x, y: {z}"',
    '""',
]
ODD_WORDS = [
    "yes",
    "0123",
    "1.10",
    "~",
    "22:22",
    "a b",
    "",
    "[a, b]",
    "{a: b}",
    "'q'",
    '"\n"',
    "!!str x",
    "&a x",
]
ODD_WORDS += ["*a", "# c", "a#b", "x: y", "ž"]
WORDS = st.sampled_from(PLAIN_WORDS + ODD_WORDS)
KEYS = st.sampled_from(["mac", "address", "person", "on", "y", "null", "mac", '"q"', "Mac", "<<"])
PAIRS = st.lists(st.tuples(KEYS, WORDS).map(": ".join), max_size=4).map(", ".join)
NAMES = st.sampled_from(
    ["pc-1", "pc-2", "no", "1", '"pc 3"', "pc-4", "pc-5", "# pc", "- pc", "? pc", "pc-6:", ""]
)
LINES = st.builds(
    "{}{}: {}{}{}{}".format,
    st.integers(0, 5).map(lambda count: " " * count),
    NAMES,
    st.sampled_from(["{", "{", "{", "{ ", "", "|", '"', "["]),
    PAIRS,
    st.sampled_from(["}", "}", "}", "} ", "", "} # c", '"', "]"]),
    st.sampled_from(["", "", "", "\n      more", "\n---"]),
)
CLEAN = st.builds(
    "  {}: {{mac: {}, person: {}}}".format,
    st.sampled_from(["pc-1", "pc-2", "pc-3", "no"]),
    st.sampled_from(PLAIN_WORDS),
    st.sampled_from(PLAIN_WORDS),
)
PLAIN = [f"  host-{number}: {{mac: m{number}, person: a.b}}" for number in range(20)]


def described(value: Any) -> Any:
    """Values with their types and lines."""
    if isinstance(value, Table):
        lines = sorted(value.lines.items())
        return value.line, lines, {key: described(inner) for key, inner in value.items()}
    if isinstance(value, Items):
        return value.line, value.lines, [described(inner) for inner in value]
    return type(value).__name__, value


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(CLEAN, max_size=3), st.lists(LINES | CLEAN, max_size=6)))
@example(["  host-1: {mac: x}"])
@example(["  text: |", "    pc: {mac: x}"])
@example(['  text: "a', "    pc: {mac: x}", '    b"'])
@example(["  pc-1: {mac: x, mac: y}"])
@example(["  pc-1: {mac: yes}"])
def test_the_short_cut_reads_what_yaml_reads(lines: list[str]) -> None:
    """Sabotage: take numbers for text in the short cut, or drop its look at doubts."""
    text = "\n".join(["hosts:", *PLAIN, *lines]) + "\n"
    quick, slow = Problems(), Problems()
    found = read("hosts/a.yml", text, quick)
    expected = read("hosts/a.yml", text, slow, short_cut=False)
    assert described(found) == described(expected)
    assert quick.found == slow.found


def test_the_short_cut_is_taken_for_plain_lines() -> None:
    """Sabotage: let a pattern fit no line."""
    _, bodies = one_line.shortened("\n".join(["hosts:", *PLAIN]))
    assert len(bodies) == len(PLAIN)


MEANINGS = {"12": 12, "-3": -3, "0": 0, "true": True, "false": False, "null": None, "~": None, "": None}
MEANINGS |= {
    '"12"': "12",
    "a-b": "a-b",
    "198.18.10.51": "198.18.10.51",
    "52:54:00:ab:00:01": "52:54:00:ab:00:01",
}


@pytest.mark.parametrize(("text", "value"), MEANINGS.items())
def test_a_plain_word_means_what_every_reader_takes_it_for(text: str, value: object) -> None:
    """Sabotage: read every plain word as text."""
    problems = Problems()
    found = read("a.yml", f"key: {text}\n", problems)
    assert found is not None
    assert (found["key"], type(found["key"])) == (value, type(value))
    assert problems.found == []


AMBIGUOUS = "no Yes ON off True FALSE Null NULL y N 22:22 0123 0x1f 0o17 0b1 1_000 1.10 1e3 .5 .inf .NaN +1"
AMBIGUOUS += " 2027-01-31 2027-01-31T10:00:00Z = << 1:30.5 -0"


@pytest.mark.parametrize("text", AMBIGUOUS.split())
def test_an_ambiguous_plain_word_is_refused(text: str) -> None:
    """Sabotage: shorten the pattern of ambiguous words."""
    problems = Problems()
    read("a.yml", f"key: {text}\n", problems)
    assert [problem.code for problem in problems.found] in (["TH-YAML-AMBIGUOUS"], ["TH-YAML-MERGE"])
