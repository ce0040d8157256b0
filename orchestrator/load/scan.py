"""Looks at a file's text before anything parses it: characters and signs that data never needs."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from orchestrator.load.problems import Problems
from orchestrator.model.source import Source

_JINJA = re.compile(r"\{[{%#]")
_KEY_BLOCK = re.compile("-----BEGIN [A-Z ]*" + "PRIVATE KEY-----")
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NAMES = {"\t": "a tab", "\r": "a carriage return", "\ufeff": "a byte order mark"}
_SEPARATORS_PER_100_BYTES = 20
_SEPARATORS_ALLOWED = 10_000
_SEPARATORS_MOST = 2_000_000
_SHOWN = 20


def scan(file: str, text: str, problems: Problems) -> bool:
    """Whether the text may be parsed; what forbids it is noted."""
    before = len(problems.found)
    if text.startswith("#!"):
        problems.add(
            Source(file, 1),
            "TH-FILE-SCRIPT",
            text.partition("\n")[0],
            "data is no script; Ansible would run it",
            "remove the line with #!",
        )
    if text.startswith("$ANSIBLE_VAULT"):
        problems.add(
            Source(file, 1),
            "TH-VAULT-FILE",
            text[:14],
            "the whole file is encrypted, so that nobody without the password could read any of it",
            "encrypt each value inline with ansible-vault encrypt_string",
        )
    _characters(file, text, problems)
    for found in islice(_JINJA.finditer(text), _SHOWN):
        problems.add(
            Source(file, _line_number(text, found.start())),
            "TH-JINJA",
            text[found.start() : found.start() + 40].partition("\n")[0],
            "templates are not allowed in data: Ansible would run them",
            "write the value itself; name a secret by {ref: name}",
        )
    for found in islice(_KEY_BLOCK.finditer(text), _SHOWN):
        problems.add(
            Source(file, _line_number(text, found.start())),
            "TH-SECRET-CLEAR",
            "(not shown)",
            "a private key in clear",
            "take it out, and make a new key: this one was seen",
        )
    _size(file, text, problems)
    return len(problems.found) == before


def _characters(file: str, text: str, problems: Problems) -> None:
    seen: set[tuple[int, str]] = set()
    line, counted = 1, 0
    for found in _FORBIDDEN.finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        if (line, found[0]) not in seen:
            seen.add((line, found[0]))
            what = _NAMES.get(found[0], "a character that hides or turns text around")
            remedy = "use spaces" if found[0] == "\t" else "remove it; save as UTF-8 with Unix line ends"
            problems.add(Source(file, line), "TH-CHARACTER", found[0], f"{what} has no place in data", remedy)
        if len(seen) >= _SHOWN:
            break
    if not unicodedata.is_normalized("NFC", text):
        for number, words in enumerate(text.split("\n"), 1):
            composed = unicodedata.normalize("NFC", words)
            if words != composed:
                reason = "a letter is written as two signs, so that equal words would differ"
                problems.add(
                    Source(file, number),
                    "TH-CHARACTER-NFC",
                    words.strip(),
                    reason,
                    f"write {composed.strip()}",
                )


def _size(file: str, text: str, problems: Problems) -> None:
    separators = sum(map(text.count, ",\n[{"))
    allowed = _SEPARATORS_ALLOWED + len(text) * _SEPARATORS_PER_100_BYTES // 100
    if separators > min(allowed, _SEPARATORS_MOST):
        reason = "far more values than a file of this size may hold"
        problems.add(Source(file, 1), "TH-YAML-NODES", separators, reason, "write one line per entry")


def _line_number(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
