"""Sets one value of a file, a plain one or a list of such: comments and all other lines stay as they were."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import yaml

_BARE = re.compile(
    r"/[A-Za-z0-9_./@-]*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?|[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+"
)
_LONGEST = 100
Value = str | int | Sequence[str | int]


def set_entry(text: str, path: Sequence[str], value: Value) -> str | None:
    """The text with a value set at a path of keys, or added where its last key is not there.

    None where that is written in a way that is left to a person, such as a list of several lines in brackets.
    """
    found = _find(yaml.compose(text, yaml.CSafeLoader), path)
    if found is None:
        return _appended(text, path[0], value) if len(path) == 1 else None
    key, node = found
    lines = text.split("\n")
    if node is None:
        return _inserted(lines, key, path[-1], value)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return None if isinstance(value, str | int) else _rewritten(lines, key, node, value)
    if isinstance(node, yaml.MappingNode) or node.start_mark.line != node.end_mark.line:
        return None
    number = node.start_mark.line
    return _with(
        lines, number, node.start_mark.column, node.end_mark.column, _brief(value, _known(lines, node))
    )


def scalar(value: str | int) -> str:
    """A value as YAML reads it back: in quotes unless it can mean nothing else."""
    if isinstance(value, str) and _BARE.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


_Found = tuple[yaml.Node, yaml.Node | None]


def _find(root: yaml.Node | None, path: Sequence[str]) -> _Found | None:
    """The key's node and its value's; where only the last key is missing, what should hold it and nothing."""
    at = root
    for place, name in enumerate(path):
        if not isinstance(at, yaml.MappingNode):
            return None
        pair = next(((key, inner) for key, inner in at.value if key.value == name), None)
        if pair is None:
            return (at, None) if place and place == len(path) - 1 else None
        if place == len(path) - 1:
            return pair
        at = pair[1]
    return None


def _appended(text: str, key: str, value: Value) -> str:
    brief = f"{key}: {_brief(value, {})}"
    if len(brief) > _LONGEST and not isinstance(value, str | int):
        brief = "\n".join([f"{key}:", *(f"  - {scalar(one)}" for one in value)])
    return f"{text.rstrip(chr(10))}\n{brief}\n".lstrip("\n")


def _inserted(lines: list[str], holder: yaml.Node, key: str, value: Value) -> str | None:
    """Put a key behind the last one of a mapping on one line."""
    start, end = holder.start_mark, holder.end_mark
    if not (
        isinstance(holder, yaml.MappingNode) and holder.flow_style and start.line == end.line and holder.value
    ):
        return None
    place = holder.value[-1][1].end_mark.column
    return _with(lines, start.line, place, place, f", {key}: {_brief(value, {})}")


def _brief(value: Value, known: dict[str, str]) -> str:
    """On one line; what is known is written as it was."""
    if isinstance(value, str | int):
        return scalar(value)
    return f"[{', '.join(known.get(str(one)) or scalar(one) for one in value)}]"


def _known(lines: list[str], node: yaml.Node) -> dict[str, str]:
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    return {
        str(item.value): lines[item.start_mark.line][item.start_mark.column : item.end_mark.column]
        for item in items
        if isinstance(item, yaml.ScalarNode)
    }


def _with(lines: list[str], number: int, start: int, end: int, words: str) -> str:
    line = lines[number]
    return "\n".join([*lines[:number], f"{line[:start]}{words}{line[end:]}", *lines[number + 1 :]])


def _rewritten(
    lines: list[str], key: yaml.Node, node: yaml.SequenceNode, values: Sequence[str | int]
) -> str | None:
    """A list with one entry on each line; what stands above an entry moves with it, and stays if it goes."""
    marks = [item.start_mark for item in node.value]
    alone = all(one.line < two.line for one, two in pairwise(marks))
    if not alone or any(not _is_one_line(item) for item in node.value):
        return None
    first, last = marks[0].line, marks[-1].line
    kept, loose = _kept(lines, node, values)
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip(" "))]
    written = [line for one in values for line in _entry(kept[str(one)], f"{indent}- {scalar(one)}")]
    head = lines[:first]
    if not values:
        number, column = key.end_mark.line, key.end_mark.column
        colon = lines[number].index(":", column) + 1
        head[number] = f"{lines[number][:colon]} []{lines[number][colon:]}"
    return "\n".join([*head, *written, *loose, *lines[last + 1 :]])


def _is_one_line(item: yaml.Node) -> bool:
    return isinstance(item, yaml.ScalarNode) and item.start_mark.line == item.end_mark.line


def _entry(known: list[list[str]], new: str) -> list[str]:
    return known.pop(0) if known else [new]


def _kept(
    lines: list[str], node: yaml.SequenceNode, values: Sequence[str | int]
) -> tuple[dict[str, list[list[str]]], list[str]]:
    """The lines of each entry that stays, with those above it; and what stands above none."""
    left = [str(one) for one in values]
    kept: dict[str, list[list[str]]] = defaultdict(list)
    above: list[str] = []
    entries = {item.start_mark.line: str(item.value) for item in node.value}
    for number in range(min(entries), max(entries) + 1):
        name = entries.get(number)
        if name is None:
            above.append(lines[number])
        elif name in left:
            left.remove(name)
            kept[name].append([*above, lines[number]])
            above = []
    return kept, above
