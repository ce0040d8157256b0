"""Strict readers of the languages that roles write: a sign that is more than a value changes the tree."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

_NFT = re.compile(r'"[^"\n]*"|#[^\n]*|[{};\n]|[^\s{};"]+')
_NGINX = re.compile(r"\"[^\"]*\"|'[^']*'|#[^\n]*|[{};]|[^\s{};]+")


def words(text: str) -> list[list[str]]:
    """Lines of words; # begins a comment, and a line may not end in a backslash."""
    assert "\\" not in text
    lines = (line.split("#", 1)[0].split() for line in text.splitlines())
    return [line for line in lines if line]


def sections(text: str) -> list[list[Any]]:
    """[section] and key = value, with blocks in braces: Samba, Kerberos, sssd and systemd."""
    found: list[list[Any]] = []
    here = ""
    for line in map(str.strip, text.splitlines()):
        if not line or line[0] in "#;":
            continue
        assert not line.endswith("\\"), line
        name, equals, value = line.partition("=")
        if line[0] == "[":
            assert re.fullmatch(r"\[[^]\[]+\]", line), line
            here = line
        elif line != "}":
            assert equals, line
        found.append([here, name.strip(), value.strip()])
    return found


def unit(text: str) -> list[list[Any]]:
    """A unit of systemd: sections, its commands split into words, no specifier but %i."""
    assert "%" not in text.replace("%i", "").replace("%s", "")
    assert "$" not in text.replace("$MAINPID", "")
    return [[part, name, _command(name, value)] for part, name, value in sections(text)]


def _command(name: str, value: str) -> Any:
    return shlex.split(value) if name.startswith("Exec") else value


def shell(text: str) -> list[str]:
    """The words of a shell's text, quotes taken off; no NUL, which a shell drops."""
    assert "\0" not in text
    return shlex.split(text, comments=True)


def kea(text: str) -> Any:
    """JSON with comments of whole lines, no name twice."""
    lines = (line for line in text.split("\n") if not line.lstrip().startswith("//"))
    return one_json("\n".join(lines))


def one_json(text: str) -> Any:
    """JSON, one value and no name twice."""
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)


def nft(text: str) -> list[Any]:
    """Statements of words, strings and blocks; comments are kept, for they end with their line."""
    assert len(_NFT.sub("", text).split()) == 0, "a quote does not end"
    return _blocks(_NFT.findall(text))


def nginx(text: str) -> list[Any]:
    """Directives of words and blocks."""
    assert "\\" not in text.replace("\\.", "")
    return _blocks([token for token in _NGINX.findall(text) if token[0] != "#"])


def _blocks(tokens: list[str]) -> list[Any]:
    stack: list[list[Any]] = [[]]
    for token in tokens:
        if token == "{":
            stack.append([])
        elif token == "}":
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(token)
    assert len(stack) == 1, "a block does not end"
    return stack[0]


def paragraphs(text: str) -> list[list[list[str]]]:
    """Paragraphs of `Field: value` as apt reads them; no line goes on with another."""
    blocks = [[line for line in part.split("\n") if line[:1] != "#"] for part in re.split(r"\n\s*\n", text)]
    return [[_field(line) for line in block if line] for block in blocks if any(block)]


def _field(line: str) -> list[str]:
    found = re.fullmatch(r"([A-Za-z-]+): (\S(?:.*\S)?)", line)
    assert found, line
    return [found[1], *found[2].split()]


def apt(text: str) -> list[Any]:
    """Settings of apt: names, quoted values, blocks."""
    lines = [line for line in text.split("\n") if line and line[:2] != "//"]
    for line in lines:
        assert re.fullmatch(r'\s*[#A-Za-z:-]*(?: ?"[^"\\]*")?[A-Za-z: -]*[{};]+|\};', line), line
    return lines


def lines(text: str) -> list[str]:
    """A text for people, line by line, whatever a terminal takes for the end of a line."""
    assert not any(ord(sign) < 32 and sign != "\n" for sign in text)
    return text.splitlines()


def keyfile(text: str) -> list[list[Any]]:
    """A file of dconf: sections, texts in single quotes with their escapes taken out."""
    return [[part, name, _gvariant(value)] for part, name, value in sections(text)]


def _gvariant(value: str) -> str:
    if not value.startswith("'"):
        return value
    found = re.fullmatch(r"'((?:[^'\\]|\\['\\])*)'", value)
    assert found, value
    return "'" + re.sub(r"\\(.)", r"\1", found[1]) + "'"


def issue(text: str) -> list[str]:
    """What agetty shows: a backslash and a letter are a value of the system, two backslashes one."""
    shown = text.removeprefix("\\n")
    assert re.fullmatch(r"(?:[^\\]|\\\\)*", shown), text
    return lines(shown.replace("\\\\", "\\"))


def signatures(text: str) -> list[list[str]]:
    """ClamAV's .ndb: four fields a line."""
    found = [line.split(":") for line in text.splitlines() if line[:1] != "#"]
    assert all(len(fields) == 4 for fields in found), text
    return found
