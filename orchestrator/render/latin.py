"""Serbian Cyrillic in the plain Latin letters that a device's one-byte text allows."""

from __future__ import annotations

import unicodedata

_CAPITALS = dict(
    zip("АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ", "A B V G D Dj E Z Z I J K L Lj M N Nj O P R S T C U F H C C Dz S".split())
)
_LETTERS = str.maketrans(
    _CAPITALS
    | {letter.lower(): latin.lower() for letter, latin in _CAPITALS.items()}
    | {"Đ": "Dj", "đ": "dj", "–": "-", "—": "-", "„": '"', "“": '"', "”": '"', "’": "'"}
)


def plain_latin(text: str) -> str:
    """The text in ASCII letters as far as a letter has an ASCII form; anything else stays as it is."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
