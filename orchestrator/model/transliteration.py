"""Serbian names between Cyrillic, Latin and the plain letters of log-on names."""

from __future__ import annotations

import re

_LETTERS = "а a б b в v г g д d ђ đ е e ж ž з z и i ј j к k л l љ lj м m н n њ nj о o"
_LETTERS += " п p р r с s т t ћ ć у u ф f х h ц c ч č џ dž ш š"
_LATIN = dict(zip(_LETTERS.split()[::2], _LETTERS.split()[1::2], strict=True))
_ACCOUNT = _LATIN | {"ђ": "dj", "ж": "z", "ћ": "c", "ч": "c", "џ": "dz", "ш": "s"}
_ACCOUNT_TABLE = str.maketrans(_ACCOUNT)
_WORD_ENDS = re.compile("[ -]")
_CYRILLIC = {latin: letter for letter, latin in _LATIN.items()} | {"dj": "ђ"}
_DIGRAPHS = re.compile("lj|nj|dž|.", re.IGNORECASE | re.DOTALL)
_SEPARATE = ("инјек", "конјук", "конјун", "наджи", "наджњ", "поджан", "танјуг", "ванјез")

CYRILLIC_NAME = re.compile("[А-ЯЂЈЉЊЋЏ][а-яђјљњћџ]*(?:[ -][А-ЯЂЈЉЊЋЏ][а-яђјљњћџ]*)+")


def to_latin(text: str) -> str:
    """Serbian Latin with its diacritics; other characters stay."""
    return "".join(_cased(letter, text, at, _LATIN) for at, letter in enumerate(text))


def to_ascii(text: str) -> str:
    """Plain letters as log-on names have them, from Cyrillic or Serbian Latin: lj, nj, dj, dz, z, c, s."""
    cyrillic = to_cyrillic(text)
    return "".join(_cased(letter, cyrillic, at, _ACCOUNT) for at, letter in enumerate(cyrillic))


def to_cyrillic(text: str) -> str:
    """Serbian Cyrillic from Serbian Latin; lj, nj and dž are one letter but in a few known roots."""
    joined = "".join(_cyrillic(found[0]) for found in _DIGRAPHS.finditer(text))
    for root in _SEPARATE:
        merged = root.replace("нј", "њ").replace("дж", "џ")
        joined = joined.replace(merged, root).replace(merged.capitalize(), root.capitalize())
    return joined


def account(name: str) -> str:
    """The log-on name of a person: first letter, dot, surname; Љубица Ђорђевић is lj.djordjevic."""
    return accounts(name)[0]


def accounts(name: str) -> tuple[str, ...]:
    """Every log-on name that fits a person's name, the usual one first; namesakes add a number.

    A person with two surnames may use the last, the first, or both joined.
    """
    cyrillic = name if CYRILLIC_NAME.fullmatch(name) else to_cyrillic(name)
    _, *plain = _WORD_ENDS.split(cyrillic.lower().translate(_ACCOUNT_TABLE))
    initial = cyrillic[:1].lower().translate(_ACCOUNT_TABLE)
    chosen = dict.fromkeys([plain[-1], plain[0], "".join(plain), "-".join(plain)]) if plain else {}
    return tuple(f"{initial}.{surname}"[:20] for surname in chosen) or (initial,)


def fits(account_name: str, name: str) -> bool:
    """Whether a log-on name is the person's, perhaps with a number."""
    return account_name.rstrip("0123456789") in accounts(name)


def _cyrillic(latin: str) -> str:
    letter = _CYRILLIC.get(latin.lower(), latin)
    return letter.upper() if latin[0].isupper() else letter


def _cased(letter: str, text: str, at: int, table: dict[str, str]) -> str:
    latin = table.get(letter.lower(), letter)
    if not letter.isupper() or len(latin) == 1:
        return latin.upper() if letter.isupper() else latin
    beside = text[at + 1 : at + 2] or text[max(at - 1, 0) : at]
    return latin.upper() if beside.isupper() else latin.capitalize()
