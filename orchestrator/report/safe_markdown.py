"""Text of unknown hands as Markdown that shows it and nothing else: no link, image, mention or HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from orchestrator.report.request_words import clean

_PLAIN_SIGNS = frozenset(" -,;()/.+'=_>:")
_ACTIVE = re.compile(r"(?i)://|www\.|:[\w+-]+:|\bgh-\d|__|\b(?:xmpp|mailto):")
_RUN = re.compile("`+")


def inline(value: object) -> str:
    """Words as they are where they cannot mean anything in Markdown, or else as code."""
    text = clean(value)
    if text[:1].isalpha() and not _ACTIVE.search(text) and all(map(_is_plain, text)):
        return text.replace("_", "\\_").replace(">", "&gt;")
    return code(text)


def _is_plain(character: str) -> bool:
    return character in _PLAIN_SIGNS or unicodedata.category(character)[0] in "LN"


def code(value: object) -> str:
    """Text as code, between more backticks than any run that it holds."""
    text = clean(value)
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if not text or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text or 'empty'}{pad}{fence}"


def fenced(lines: Iterable[object], indent: str = "") -> str:
    """Lines as a block of code, fenced by more backticks than any run that they hold."""
    body = [clean(line) for line in lines]
    fence = "`" * max(3, _longest_run("\n".join(body)) + 1)
    return "\n".join(f"{indent}{line}".rstrip() for line in (fence, *body, fence))


def _longest_run(text: str) -> int:
    return max((len(run) for run in _RUN.findall(text)), default=0)
