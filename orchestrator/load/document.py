"""YAML text -> plain values that know their lines; what YAML can do beyond that is refused.

Reads libyaml's events, so nothing is expanded, constructed or executed, and the first event too many ends it.
"""

from __future__ import annotations

from typing import Any

import yaml

from orchestrator.load import one_line
from orchestrator.load.problems import Problems
from orchestrator.load.tree import AGAIN, AMBIGUOUS, NUMBER, PLAIN, Items, Table, Tagged
from orchestrator.model.source import Source

DEPTH = 12


class _StopError(Exception):
    """The document cannot be read further; the problem is noted."""


def read(
    file: str, text: str, problems: Problems, vault: bool = False, short_cut: bool = True
) -> Table | None:
    """Read one document whose top is a mapping; None if it could not be read, with the problems noted."""
    quick = _quickly(file, text) if short_cut and not vault else None
    return quick if quick is not None else _read(_Builder(file, problems, vault), text)


def _quickly(file: str, text: str) -> Table | None:
    """The same for a file of many plain lines without any problem; None for every other."""
    short, bodies = one_line.shortened(text)
    if not bodies:
        return None
    doubts = Problems()
    try:
        table = _read(_Builder(file, doubts, False, bodies), short)
    except one_line.DoubtError:
        return None
    return None if bodies or doubts.found else table


def _read(builder: _Builder, text: str) -> Table | None:
    try:
        return builder.build(text)
    except _StopError:
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        said = getattr(error, "problem", None) or str(error)
        builder.note(
            line,
            "TH-YAML-SYNTAX",
            _line(text, line),
            f"not valid YAML: {said}",
            "mend the brackets, quotes and indentation of this line or the one before it",
        )
        return None


class _Builder:
    """Builds the tree from events; `bodies` are the lines that stand aside for their placeholders."""

    def __init__(
        self, file: str, problems: Problems, vault: bool, bodies: dict[int, str] | None = None
    ) -> None:
        self.file, self.problems, self.vault = file, problems, vault
        self.bodies = bodies or {}
        self.stack: list[Table | Items] = []
        self.top: Any = None
        self.documents = 0
        self.others = {
            yaml.MappingStartEvent: self.open_table,
            yaml.SequenceStartEvent: self.open_items,
            yaml.MappingEndEvent: self.close,
            yaml.SequenceEndEvent: self.close,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
        }

    def build(self, text: str) -> Table | None:
        """Feed every event of the text."""
        others, scalar = self.others, yaml.ScalarEvent
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if type(event) is scalar:
                self.scalar(event)
            else:
                handle = others.get(type(event))
                if handle:
                    handle(event)
        if isinstance(self.top, Table):
            return self.top
        self.problems.add(
            Source(self.file, 1),
            "TH-YAML-TOP",
            self.top if isinstance(self.top, str) else None,
            "the file does not hold a mapping",
            "begin the file with `key: value`",
        )
        return None

    def scalar(self, event: Any) -> None:
        """Resolve a scalar: quoted is text; plain is text, a decimal number, true, false or nothing."""
        value: Any = event.value
        line = event.start_mark.line + 1
        if event.anchor is not None or event.tag is not None:
            value = self.marked(event, line)
        elif event.implicit[0]:
            if value in PLAIN:
                value = PLAIN[value]
            elif value[0] in "-+.0123456789=<yYnNtTfFoO" and AMBIGUOUS.fullmatch(value):
                value = self.ambiguous(value, line)
            elif value == one_line.PLACEHOLDER and self.bodies:
                value = one_line.table(self.bodies.pop(line, ""), line)
        top = self.stack[-1] if self.stack else None
        if type(top) is Table:
            if top.pending is None:
                self.key(top, value, line)
            else:
                top[top.pending] = value
                top.pending = None
        elif isinstance(top, Items):
            top.append(value)
            top.lines.append(line)
        else:
            self.top = value

    def key(self, table: Table, value: Any, line: int) -> None:
        """Take a mapping's key: text, once."""
        if type(value) is not str:
            self.note(line, "TH-KEY-TYPE", value, "a key must be text", f'write it in quotes: "{value}"')
            value = str(value)
        elif value in table.lines:
            first = table.lines[value]
            self.note(
                line,
                "TH-KEY-TWICE",
                value,
                f"the key stood in line {first} already; YAML would silently keep the last",
                "keep one of the two",
            )
            table.pending = AGAIN
            return
        table.pending = value
        table.lines[value] = line

    def ambiguous(self, value: str, line: int) -> object:
        """A plain number is a number; what YAML versions read differently must be quoted."""
        if NUMBER.fullmatch(value):
            return int(value)
        if value == "<<":
            reason = "a merge key hides what a line really says"
            self.note(line, "TH-YAML-MERGE", value, reason, "write the keys out")
            return value
        self.note(
            line,
            "TH-YAML-AMBIGUOUS",
            value,
            "YAML readers disagree on what this means without quotes",
            f'write "{value}" for text' + (", or true/false for yes/no" if value.lower() in _BOOLEAN else ""),
        )
        return value

    def marked(self, event: Any, line: int) -> str:
        """Handle an anchor or a tag."""
        self.anchor(event)
        if event.tag == "!vault" and self.vault:
            return Tagged(event.value)
        if event.tag is not None:
            self.note(
                line,
                "TH-YAML-TAG",
                event.tag,
                "tags are not allowed in data",
                "write the value without a tag",
            )
        return str(getattr(event, "value", ""))

    def anchor(self, event: Any) -> None:
        """Refuse an anchor; stop, because what it stands for could be anything."""
        if event.anchor is not None:
            self.alias(event, "&")

    def alias(self, event: Any, sign: str = "*") -> None:
        """Refuse an alias and stop."""
        self.note(
            event.start_mark.line + 1,
            "TH-YAML-ALIAS",
            f"{sign}{event.anchor}",
            "anchors and aliases are not allowed in data: a few lines of them can stand for billions",
            "write the value out at each place",
        )
        raise _StopError

    def document(self, event: Any) -> None:
        """Refuse a second document and directives."""
        self.documents += 1
        line = event.start_mark.line + 1
        if event.version or event.tags:
            self.note(line, "TH-YAML-DIRECTIVE", "%", "directives are not allowed", "remove the line with %")
        if self.documents > 1:
            self.note(
                line,
                "TH-YAML-DOCUMENTS",
                "---",
                "a file holds one document, this begins a second",
                "split the file",
            )
            raise _StopError

    def open_table(self, event: Any) -> None:
        """Begin a mapping."""
        self.open(Table(event.start_mark.line + 1), event)

    def open_items(self, event: Any) -> None:
        """Begin a sequence."""
        self.open(Items(event.start_mark.line + 1), event)

    def open(self, made: Table | Items, event: Any) -> None:
        """Put a new container into the one that is open."""
        if event.anchor is not None or event.tag is not None:
            self.marked(event, made.line)
        if len(self.stack) >= DEPTH:
            self.note(
                made.line,
                "TH-YAML-DEPTH",
                "{" if isinstance(made, Table) else "[",
                f"nested more than {DEPTH} deep",
                "write the data flatter",
            )
            raise _StopError
        self.place(made)
        self.stack.append(made)

    def place(self, made: Table | Items) -> None:
        """Attach a container to its parent."""
        if not self.stack:
            self.top = made
            return
        top = self.stack[-1]
        if isinstance(top, Items):
            top.append(made)
            top.lines.append(made.line)
        elif top.pending is None:
            self.note(made.line, "TH-KEY-TYPE", None, "a key must be text", "write a word before the colon")
            raise _StopError
        else:
            top[top.pending] = made
            top.pending = None

    def close(self, _event: Any) -> None:
        """End a container; the first of two equal keys is kept."""
        self.stack.pop().discard_again()

    def note(self, line: int, code: str, value: object, reason: str, remedy: str) -> None:
        """Note a problem at a line of this file."""
        self.problems.add(Source(self.file, line), code, value, reason, remedy)


_BOOLEAN = {"yes", "no", "on", "off", "true", "false"}


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
