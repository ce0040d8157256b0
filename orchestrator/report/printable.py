"""Words of others for a terminal, which obeys some signs instead of showing them."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Return the text without anything that a terminal obeys or that turns letters around; lines stay."""
    return "".join(one for one in text.expandtabs(4) if one == "\n" or unicodedata.category(one)[0] != "C")
