"""A merged inventory holds what was applied without it, or does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.plan.coverage import covers

lines = st.lists(st.sampled_from("abcdef"), max_size=6)
files = st.dictionaries(st.sampled_from(["x", "y"]), lines.map("\n".join), max_size=2)


@given(before=files, applied=files)
def test_what_was_applied_covers_itself(before: dict[str, str], applied: dict[str, str]) -> None:
    assert covers(applied, before, applied)


@given(before=files, merged=files)
def test_where_nothing_went_its_own_way_everything_covers(
    before: dict[str, str], merged: dict[str, str]
) -> None:
    assert covers(merged, before, before)


def test_what_was_merged_before_does_not_cover_a_change() -> None:
    """Sabotage: compare the names of the files only."""
    before = {"x": "a\nb"}
    assert not covers(before, before, {"x": "a\nb\nc"})
    assert not covers(before, before, {"x": "a"})
    assert covers({"x": "z\na\nb\nc"}, before, {"x": "a\nb\nc"})
    assert covers({"x": "a\nd"}, before, {"x": "a"})
    assert not covers({}, before, {"x": "a", "y": "new"})
