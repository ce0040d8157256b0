"""Filters for templates: thin names for tested functions."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.plain_text import matching, plain_address, plain_line, plain_note, plain_path, plain_word
from orchestrator.secret_values import derived_secret


class FilterModule:
    """What Ansible asks for the filters of this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {
            "derived_secret": derived_secret,
            "matching": matching,
            "plain_address": plain_address,
            "plain_line": plain_line,
            "plain_note": plain_note,
            "plain_path": plain_path,
            "plain_word": plain_word,
        }
