"""R20: a host whose way back failed is left out of every later run until it is well or a person says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.cli.main import run
from orchestrator.errors import UsageError
from orchestrator.model.record import Entry
from orchestrator.reach import UNREACHABLE, Answer
from orchestrator.record.quarantine import in_quarantine
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import TOWN, prepared

FIREWALL, PC = "lab-fw1", "lab-pc-0001"
STEPS = ["nft -f /run/townhall/firewall.before", "townhall-firewall outcome"]
WHY = "townhall-firewall could not take the change back"


@dataclass(frozen=True)
class Guarded(Machines):
    """Machines that are asked what became of a change; each says what stands in `says`."""

    says: dict[str, str] = field(default_factory=dict)

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        asked = {host for host, command in commands.items() if "townhall-firewall outcome" in command}
        rest = super().run_all({host: command for host, command in commands.items() if host not in asked})
        return rest | {host: self._said(host) for host in asked}

    def _said(self, host: str) -> Answer:
        said = self.says.get(host, "1 confirmed")
        return Answer(host, UNREACHABLE if said == "silence" else 0, f"townhall-firewall {said}\n", "")


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guarded:
    """A town with a firewall and a PC pending, the firewall in quarantine."""
    found, ledger = prepared(tmp_path, monkeypatch, ((FIREWALL, "firewall"), (PC, "workstation")))
    details = json.dumps({"role": "firewall", "why": WHY, "steps": STEPS})
    ledger.append(
        [
            Entry("run", "earlier", details=json.dumps({"who": "ana", "inventory": "x", "units": []})),
            Entry("quarantined", "earlier", FIREWALL, details=details),
            Entry("end", "earlier", details="{}"),
        ]
    )
    (found.root / FIREWALL / "firewall").write_text("as before")
    return Guarded(found.root, found.town)


def applied(machines: Guarded, released: frozenset[str] = frozenset()) -> tuple[set[str], list[str]]:
    """Apply and return the hosts that were changed and what was told."""
    told: list[str] = []
    options = pipeline.Options(hands=machines.hands, tell=told.append, released=released)
    pipeline.apply_town(TOWN, lambda _: True, options)
    return {words[1] for words in machines.happened() if words[0] == "change"}, told


@pytest.mark.parametrize("said", ["silence", "2 failed", "2 armed"])
def test_a_host_in_quarantine_is_left_out_and_told_with_who_when_why_and_what_to_do(
    machines: Guarded, said: str
) -> None:
    """Sabotage: leave `without_quarantined` out of apply_town, or the steps out of the text."""
    machines.says[FIREWALL] = said
    for _ in range(2):
        changed, told = applied(machines)
        assert changed == {PC}
        (text,) = told
        assert all(word in text for word in (FIREWALL, "ana", "earlier", WHY, *STEPS))
        assert in_quarantine(pipeline.look(TOWN).wanted.town)[0].since in text


def test_a_host_that_answers_with_nothing_pending_and_whose_checks_hold_is_taken_in_again(
    machines: Guarded,
) -> None:
    """Sabotage: never append the release, or release without a question."""
    assert applied(machines) == ({FIREWALL, PC}, [])
    assert in_quarantine(pipeline.look(TOWN).wanted.town) == ()


def test_a_host_whose_checks_do_not_hold_stays_in_quarantine_until_a_person_releases_it(
    machines: Guarded,
) -> None:
    """Sabotage: believe the tool alone, or let `--release` do nothing."""
    fallen = replace(machines, forget={FIREWALL})
    assert applied(fallen)[0] == {PC}
    assert applied(fallen, frozenset({FIREWALL}))[0] == {PC, FIREWALL}
    with pytest.raises(UsageError, match=f"not in quarantine: {PC}"):
        applied(machines, frozenset({PC}))


def test_the_ledger_shows_who_is_in_quarantine(machines: Guarded, capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: name no host where a record is of no unit."""
    run(["ledger", "show", "-i", str(machines.town), "--host", FIREWALL, "--newest", "1"])
    assert f"quarantined {FIREWALL}" in capsys.readouterr().out


def test_a_plan_tells_which_hosts_an_apply_leaves_out(
    machines: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: tell of them only when the apply has begun."""
    assert run(["plan", "--json", "-i", str(TOWN)]) == 2
    said = capsys.readouterr()
    assert f"{FIREWALL} is in quarantine and left out" in said.err and STEPS[0] in said.err
    assert json.loads(said.out)["units"]


def test_nothing_is_retired_while_a_host_is_left_out(machines: Guarded) -> None:
    """Sabotage: keep the unwanted hosts of a plan without the quarantined ones."""
    machines.says[FIREWALL] = "silence"
    gone = Entry("verified", "before", "lab-gone", "base", "key", "arguments", "code", "")
    with pipeline.closing(pipeline.Ledger(pipeline.ledger_path(pipeline.look(TOWN).wanted.town))) as ledger:
        ledger.append([gone])
        applied(machines)
        assert ("lab-gone", "base") in ledger.state().units
