"""Values that go into a generated file as they are: only what no language reads as more than a value."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Network

_WORD = r"[A-Za-z0-9_/][A-Za-z0-9._:/@~+-]{0,199}"
_ADDRESS = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?"
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def matching(value: object, pattern: str) -> str:
    """The value, if all of it has the form of a regular expression; else ValueError."""
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"{value!a} cannot stand in a generated file: write a text of the form {pattern}")
    return value


def plain_word(value: object) -> str:
    """The value, if it is one word that no configuration file reads as more than one; else ValueError."""
    return matching(value, _WORD)


def plain_note(value: object) -> str:
    """The value, if it may stand in the comment of a rule; else ValueError."""
    return matching(value, r"[A-Za-z0-9 ._:/-]{0,100}")


def plain_address(value: object) -> str:
    """The value, if it is an IPv4 address or network; a name is none, nor is 010.0.0.1; else ValueError."""
    IPv4Network(matching(value, _ADDRESS), strict=True)
    return str(value)


def plain_path(value: object) -> str:
    """The value, if it is an absolute path that may stand in double quotes anywhere; else ValueError."""
    return matching(value, r"/[\w ._/@+-]{0,199}")


def plain_line(value: object) -> str:
    """The value, if it is one line without signs that are not seen or turn text around; else ValueError."""
    hidden = sorted({sign for sign in str(value) if unicodedata.category(sign) in _HIDDEN})
    if hidden or not isinstance(value, str):
        raise ValueError(f"{value!a} cannot stand in one line of a generated file: leave out {hidden!a}")
    return value
