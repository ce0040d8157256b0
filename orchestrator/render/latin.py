"""Serbian Cyrillic in the plain Latin letters that a device's one-byte text allows."""

from __future__ import annotations

import unicodedata

_ONE_TO_ONE = dict(zip("АБВГДЕЖЗИЈКЛМНОПРСТЋУФХЦЧШ", "ABVGDEZZIJKLMNOPRSTCUFHCCS", strict=True))
_CAPITALS = _ONE_TO_ONE | {"Ђ": "Dj", "Љ": "Lj", "Њ": "Nj", "Џ": "Dz"}
_LETTERS = str.maketrans(
    _CAPITALS
    | {letter.lower(): latin.lower() for letter, latin in _CAPITALS.items()}
    | {"Đ": "Dj", "đ": "dj", "–": "-", "—": "-", "„": '"', "“": '"', "”": '"', "’": "'"}
)


def plain_latin(text: str) -> str:
    """The text in ASCII letters as far as a letter has an ASCII form; anything else stays as it is."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
