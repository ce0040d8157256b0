"""Where a value was written down by a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One line of one inventory file, the path relative to the inventory's root."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


Because = tuple[Source, ...]
