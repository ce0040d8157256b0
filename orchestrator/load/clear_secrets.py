"""Finds secrets in clear in any text: keys, tokens of known forms, and in data passwords written out."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

_FORMS = (
    ("a private key", re.compile("-----BEGIN [A-Z ]*" + "PRIVATE KEY-----")),
    ("a token of GitHub", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})")),
    ("a token of GitLab", re.compile(r"\bglpat-[\w-]{20,}")),
    ("an access key of a cloud", re.compile(r"\bAKIA[0-9A-Z]{16}\b")),
)
_WRITTEN = re.compile(
    r"(?i)\b[\w.-]*(?:password|passwd|passphrase|secret|token|api_?key)[\w.-]*[\"']?\s*[:=]\s*([^\s,}#].*)"
)
_NO_VALUE = re.compile(r"(?i)$|[\[{(<$*&!|>/%#]|(?:none|null|true|false|yes|no|str|required)\b|\d+$")
_BLOB = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_HEXADECIMAL = re.compile(r"[0-9a-f-]+")
DATA = frozenset({".yml", ".yaml", ".cfg", ".conf", ".ini", ".env", ".toml", ".json"})
_BITS = 4.3


def clear_secrets(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield line and kind of each secret that a text shows; never the secret itself."""
    is_data = PurePosixPath(path).suffix in DATA or path.startswith("inventories/")
    for number, line in enumerate(text.split("\n"), 1):
        if kind := _kind(line, is_data):
            yield number, kind
    if path.endswith((".sops.yml", ".sops.yaml")) and not re.search(r"^sops:", text, re.MULTILINE):
        yield 1, "a file for sops that is not encrypted"


def _kind(line: str, is_data: bool) -> str:
    found = next((kind for kind, form in _FORMS if form.search(line)), "")
    if found or not is_data:
        return found
    written = _WRITTEN.search(line)
    if written and not _NO_VALUE.match(written[1].strip("\"' ")) and "ref:" not in written[1]:
        return "a password or token written out"
    is_public = "public" in line.casefold()
    return "a long random word" if not is_public and any(map(_is_random, _BLOB.findall(line))) else ""


def _is_random(word: str) -> bool:
    """Whether a word carries as much chance per sign as keys do; digests and public keys do not count."""
    if _HEXADECIMAL.fullmatch(word) or word.startswith("AAAA"):
        return False
    counts = Counter(word).values()
    bits = -sum(count / len(word) * math.log2(count / len(word)) for count in counts)
    return bits > _BITS and len({_sort(sign) for sign in word}) >= 3


def _sort(sign: str) -> str:
    return "digit" if sign.isdigit() else "upper" if sign.isupper() else "lower" if sign.islower() else "sign"
