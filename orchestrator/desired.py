"""From an inventory on disk to what every machine should be: load, derive, render."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestrator.derive import derive
from orchestrator.load import load
from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Catalogue, Rendering
from orchestrator.model.town import Town
from orchestrator.render import render
from orchestrator.render.catalogue import FILE, parse

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Desired:
    """The pure stages' values for one inventory."""

    town: Town
    catalogue: Catalogue
    intent: Intent
    rendering: Rendering


def desired(root: Path) -> Desired:
    """Read an inventory and the catalogue; raises Refused with every problem of the first stage with any."""
    with collector_at_rest():
        return following(load(root, date.today()))


def following(town: Town, order: Catalogue | None = None) -> Desired:
    """All that follows from a town and the catalogue; raises Refused for what cannot be rendered."""
    order = order or catalogue()
    intent = derive(town, order)
    return Desired(town, order, intent, render(town, intent, order))


def catalogue() -> Catalogue:
    """The order of services of this project."""
    return parse((PROJECT / FILE).read_text(encoding="utf-8"))


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Millions of young values without cycles: searching them for cycles again and again doubles the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
