"""Reads lists back out of a text: what the loops and joins of a template may have printed there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Container, Iterable, Iterator

from jinja2 import Environment, nodes

_SYNTAX = Environment(trim_blocks=True, keep_trailing_newline=True, autoescape=False)  # noqa: S701
_ITEM, _AGAIN = "(?P<item>.+?)", "(?P=item)"
Found = Iterator[tuple[str, list[str]]]


def lists_in(text: str, form: str, names: Container[str]) -> Found:
    """Each list that the template `form` may have made the text of, with the name of its argument.

    None of them is certain: only the text made of it tells.
    """
    tree = _SYNTAX.parse(form)
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.iter, nodes.Name) and loop.iter.name in names:
            yield loop.iter.name, []
            yield from ((loop.iter.name, items) for items in _looped(text, loop))
    for output in tree.find_all(nodes.Output):
        for place, piece in enumerate(output.nodes):
            if isinstance(piece, nodes.Filter) and piece.name == "join":
                name, _ = _innermost(piece)
                if name in names:
                    yield name, []
                    yield from ((name, items) for items in _joined(text, output.nodes, place, piece))


def _looped(text: str, loop: nodes.For) -> Iterator[list[str]]:
    """The items of each unbroken run of what the loop's body prints."""
    target = loop.target.name if isinstance(loop.target, nodes.Name) else ""
    pattern, filters = _pattern(loop.body, target)
    if pattern:
        for run in re.finditer(f"(?:{pattern})+", text):
            items = [_said(one["item"], filters) for one in re.finditer(pattern, run[0])]
            yield [item for item in items if item is not None]


def _pattern(body: Iterable[nodes.Node], item: str) -> tuple[str, set[str]]:
    """A regular expression of one turn, and the filters of its item; empty where it is more than that."""
    found, filters = "", set[str]()
    for node in body:
        for piece in node.nodes if isinstance(node, nodes.Output) else (node,):
            name, used = _innermost(piece)
            if isinstance(piece, nodes.TemplateData):
                found += re.escape(piece.data)
            elif name == item:
                found, filters = found + (_AGAIN if _ITEM in found else _ITEM), filters | used
            else:
                return "", set()
    return (found, filters) if _ITEM in found else ("", set())


def _joined(text: str, pieces: list[nodes.Expr], place: int, join: nodes.Filter) -> Iterator[list[str]]:
    """The items between the words before and after a join on its line."""
    separator = join.args[0].value if join.args and isinstance(join.args[0], nodes.Const) else ""
    before, after = (_words(pieces, at) for at in (place - 1, place + 1))
    head = re.escape(before.rpartition("\n")[2])
    tail = re.escape(after.partition("\n")[0]) + ("$" if "\n" in after else "")
    if separator and head:
        for one in re.finditer(f"{head}(?P<items>.*?){tail}", text, re.MULTILINE):
            yield one["items"].split(separator)


def _words(pieces: list[nodes.Expr], place: int) -> str:
    piece = pieces[place] if 0 <= place < len(pieces) else None
    return piece.data if isinstance(piece, nodes.TemplateData) else ""


def _innermost(piece: nodes.Node | None) -> tuple[str, set[str]]:
    """The name that an expression prints, and the filters that it goes through."""
    filters = set[str]()
    while isinstance(piece, nodes.Filter):
        filters.add(piece.name)
        piece = piece.node
    return (piece.name if isinstance(piece, nodes.Name) else ""), filters


def _said(printed: str, filters: set[str]) -> str | None:
    if "quote" not in filters:
        return printed
    try:
        words = shlex.split(printed)
    except ValueError:
        return None
    return words[0] if len(words) == 1 else None
