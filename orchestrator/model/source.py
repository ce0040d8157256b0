"""Where a value was written down by a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One line of one inventory file, the path relative to the inventory's root."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


Because = tuple[Source, ...]


LEDGER = "ledger"


def of_record(number: int | None) -> Because:
    """A record of the ledger as a line of it, if there is one."""
    return () if number is None else (Source(LEDGER, number),)


class Written(Protocol):
    """Anything that knows the line where it stands."""

    @property
    def source(self) -> Source:
        """The line."""


def because(*parts: Written | None) -> Because:
    """The lines of all parts that are there, in the order given."""
    return tuple([part.source for part in parts if part is not None])
