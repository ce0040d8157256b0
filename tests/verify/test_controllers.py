"""What the check of a controller asks of its partners, tried with a double of a machine."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.desired import PROJECT, desired
from orchestrator.model.verdict import Selection
from orchestrator.verify.checks import presence
from orchestrator.verify.checks import test_domain_controller as controllers
from orchestrator.verify.context import Context
from orchestrator.verify.secrets import Secrets

LAB = PROJECT / "inventories" / "lab"
ROLE = "domain_controller"
FIRST, SECOND = "lab-dc1", "lab-dc2"
ALONE = Selection(units=frozenset({(FIRST, ROLE)}), scope="role")
WITHOUT_THE_SECOND = replace(ALONE, unready=frozenset({(SECOND, ROLE)}))
WELL = {"DSA": f"Default-First-Site-Name\\{SECOND.upper()}", "NC dn": "DC=town"} | {
    "consecutive failures": 0,
    "last attempt message": "was successful",
}


@dataclass(frozen=True)
class Controller:
    """The first controller, which says from whom it takes what."""

    sources: tuple[dict[str, Any], ...]

    def run(self, command: str) -> Any:
        assert "showrepl" in command
        return SimpleNamespace(rc=0, stdout=json.dumps({"repsFrom": self.sources}), stderr="")


@pytest.fixture(autouse=True)
def everybody_answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "answers", lambda address: True)
    monkeypatch.setattr(controllers, "PATIENCE", 0)
    monkeypatch.setattr(controllers.time, "sleep", lambda seconds: None)


@cache
def known() -> tuple[Any, ...]:
    wanted = desired(LAB)
    return wanted.town, wanted.intent, wanted.rendering


def complains(selection: Selection, *sources: dict[str, Any]) -> bool:
    """Whether the check finds fault with the first controller."""
    context = Context(*known(), selection, Path("unused"), Secrets(LAB))
    arguments = {"domain_controller_peers": context.units[FIRST, ROLE].arguments["domain_controller_peers"]}
    try:
        controllers.test_the_controllers_replicate_from_each_other(Controller(sources), arguments, context)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("selection", [ALONE, replace(WITHOUT_THE_SECOND, scope="town")])
def test_a_controller_must_take_from_its_partner(selection: Selection) -> None:
    """Sabotage: ask for nobody in the scope of a role, or leave out the unready for the town too."""
    assert complains(selection)
    assert complains(selection, {**WELL, "consecutive failures": 2})
    assert not complains(selection, WELL)


def test_nothing_is_asked_of_a_partner_that_never_came_to_be() -> None:
    """Sabotage: ask for every partner that answers."""
    assert not complains(WITHOUT_THE_SECOND)
    assert not complains(WITHOUT_THE_SECOND, {**WELL, "consecutive failures": 2})


def test_of_one_that_is_checked_itself_everything_is_asked() -> None:
    """Sabotage: leave out the unready even where they are selected."""
    both = frozenset({(FIRST, ROLE), (SECOND, ROLE)})
    assert complains(replace(WITHOUT_THE_SECOND, units=both))
