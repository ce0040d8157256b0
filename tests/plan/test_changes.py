"""Differences between two sets of arguments, in words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.plan.changes import differences

CASES = [
    ({"a": 1}, {"a": 2}, ["a: 1 -> 2"]),
    ({"a": 1}, {}, ["a: - 1"]),
    ({}, {"a": "x"}, ["a: + x"]),
    ({"a": ["x", "y"]}, {"a": ["y", "z"]}, ["a: - x", "a: + z"]),
    ({"a": ["x", "y"]}, {"a": ["y", "x"]}, ["a: another order"]),
    (
        {"p": [{"number": 6, "vlan": None, "mode": "shut"}]},
        {"p": [{"number": 6, "vlan": 10, "mode": "access"}]},
        ["p[6].mode: shut -> access", "p[6].vlan: null -> 10"],
    ),
    (
        {"r": []},
        {"r": [{"zone": "z", "name": "pc", "type": "A", "value": "198.18.0.1"}]},
        ["r: + pc A 198.18.0.1 in z"],
    ),
    (
        {"s": {"secret": "a", "version": 1, "purpose": ""}},
        {"s": {"secret": "a", "version": 2, "purpose": ""}},
        ["s.version: 1 -> 2"],
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), CASES)
def test_each_difference_is_told_in_one_line(old: object, new: object, words: list[str]) -> None:
    assert list(differences(old, new)) == words


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)


@given(_json)
def test_nothing_is_told_where_nothing_differs(value: object) -> None:
    assert not list(differences(value, value))


@example([False], [0])
@example({"a": {"b": 1}}, {"a": {"b": True}})
@given(_json, _json)
def test_something_is_told_where_anything_differs(old: object, new: object) -> None:
    assert bool(list(differences({"": old}, {"": new}))) == (_typed(old) != _typed(new))


def _typed(value: object) -> object:
    """Tell True from 1, as JSON does and Python does not."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    return [_typed(inner) for inner in value] if isinstance(value, list) else (type(value), value)
