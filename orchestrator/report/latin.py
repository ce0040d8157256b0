"""Serbian Cyrillic written in Serbian Latin."""

from __future__ import annotations

_LETTERS = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)) | {
    "љ": "lj",
    "њ": "nj",
    "џ": "dž",
}


def latin(text: str) -> str:
    """Return the text in Latin letters; a capital Љ becomes Lj, or LJ among capitals."""
    return "".join(_letter(text, place) for place in range(len(text)))


def _letter(text: str, place: int) -> str:
    letter = text[place]
    written = _LETTERS.get(letter.lower(), letter)
    if written == letter or letter.islower():
        return written
    beside = text[place + 1 : place + 2] or text[max(place - 1, 0) : place]
    return written.upper() if beside.isupper() else written.capitalize()
