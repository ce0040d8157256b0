"""The changes by hand of seeded.yml, and whether a report tells one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestrator.model.drift import Difference


@dataclass(frozen=True)
class Seed:
    """One change: who is changed how, where it must show and in which words, and how it is taken back."""

    kind: str
    host: str
    spot: tuple[str, str]
    do: str
    says: str
    undo: str = ""
    keeps: tuple[str, ...] = ()
    scratch: bool = True
    lab: bool = True

    def is_told_by(self, found: Iterable[Difference]) -> bool:
        """Whether a difference at this spot says it."""
        return any(
            (one.host, one.spot.kind, one.spot.name) == (self.host, *self.spot)
            and self.says in "\n".join([one.words, *one.lines])
            for one in found
        )


def seeds() -> list[Seed]:
    """Every seed of the file."""
    return [_seed(line) for line in yaml.safe_load(Path(__file__).with_name("seeded.yml").read_text())]


def _seed(line: dict[str, Any]) -> Seed:
    return Seed(**{**line, "spot": tuple(line["spot"]), "keeps": tuple(line.get("keeps", ()))})
