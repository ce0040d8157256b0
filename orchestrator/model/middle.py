"""Where two long texts differ, found by comparing large pieces instead of line by line."""

from __future__ import annotations


def middle(old: str, new: str) -> tuple[int, int, int]:
    """Where the texts begin to differ, and where that ends in the old and in the new one: whole lines.

    Both must end with a line end. Nothing else counts as one, so a line is what stands between two of them.
    """
    start = old.rfind("\n", 0, _alike(old, new, 0)) + 1
    same = _alike(old, new, start, backwards=True)
    end, other = len(old) - same, len(new) - same
    if _inside(old, end, start) or _inside(new, other, start):
        rest = old.find("\n", end) + 1 or len(old)
        end, other = rest, other + rest - end
    return start, end, other


def _alike(old: str, new: str, start: int, backwards: bool = False) -> int:
    """How many characters are equal from the start, or back from the end but not before the start."""
    most = min(len(old), len(new)) - start
    count, step = 0, 1 << most.bit_length()
    while step:
        at = count + step
        if at <= most:
            here, there = (len(old) - at, len(new) - at) if backwards else (start + count, start + count)
            if old[here : here + step] == new[there : there + step]:
                count = at
        step >>= 1
    return count


def _inside(text: str, at: int, start: int) -> bool:
    """Whether a place is within a line, not at its beginning."""
    return at > start and text[at - 1] != "\n"
