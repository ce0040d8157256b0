"""R20: a host whose way back failed is left out of every later run until it is well or a person says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from orchestrator import pipeline
from orchestrator.apply.lock import locked
from orchestrator.cli.carry_out import Wish, carry_out
from orchestrator.cli.main import run
from orchestrator.errors import MachineError, UsageError
from orchestrator.kept_out import verified
from orchestrator.model.quarantine import Quarantined
from orchestrator.model.record import Entry
from orchestrator.model.verdict import Selection
from orchestrator.prospect import Prospect
from orchestrator.reach import UNREACHABLE, Answer
from orchestrator.record.place import lock_path
from orchestrator.record.quarantine import in_quarantine
from orchestrator.report.plan_json import plan_schema
from orchestrator.report.quarantine_text import quarantine_text
from orchestrator.told import reported
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import TOWN, prepared

if TYPE_CHECKING:
    from orchestrator.cli.carry_out import Act

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

    def pending(self, arguments: Mapping[str, object]) -> bool:
        """Whether a device's way back is armed."""
        said = self.says.get(str(arguments["switch_hostname"]))
        if said == "silence":
            raise MachineError("no answer")
        return said == "armed"

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


def applied(machines: Guarded, released: frozenset[str] = frozenset()) -> tuple[set[str], list[Quarantined]]:
    """Apply and return the hosts that were changed and those that stay in quarantine."""
    kept: list[Quarantined] = []
    options = pipeline.Options(hands=machines.hands, kept_out=kept.append, released=released)
    pipeline.apply_town(TOWN, lambda _: True, options)
    return {words[1] for words in machines.happened() if words[0] == "change"}, kept


def verify(machines: Guarded, selection: Selection) -> tuple[list[str], list[str]]:
    """Verify, and return the hosts that stay in quarantine and what was told."""
    told: list[str] = []
    prospect = pipeline.look(TOWN)
    verdict = pipeline.prove(prospect, pipeline.Options(hands=machines.hands), selection)
    kept = verified(prospect, selection, verdict, machines.hands, told.append)
    return [one.host for one in kept], told


@pytest.mark.parametrize("said", ["silence", "2 failed", "2 armed"])
def test_a_host_in_quarantine_is_left_out_and_told_with_who_when_why_and_what_to_do(
    machines: Guarded, said: str
) -> None:
    """Sabotage: leave `keep_out` out of apply_town, or the steps out of the text."""
    machines.says[FIREWALL] = said
    for _ in range(2):
        changed, told = applied(machines)
        assert changed == {PC}
        assert tuple(told) == in_quarantine(pipeline.look(TOWN).wanted.town)
        text = quarantine_text(told[0])
        assert all(word in text for word in (FIREWALL, "ana", "earlier", WHY, *STEPS, told[0].since))


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
    document = json.loads(said.out)
    assert document["units"]
    assert [(one["host"], one["steps"]) for one in document["quarantined"]] == [(FIREWALL, STEPS)]
    jsonschema.Draft202012Validator(plan_schema()).validate(document)
    assert run(["plan", "-i", str(TOWN)]) == 2
    assert f"{FIREWALL} is in quarantine and left out" in capsys.readouterr().err, (
        "told by the first plan only"
    )


def test_nothing_is_retired_while_a_host_is_left_out(machines: Guarded) -> None:
    """Sabotage: keep the unwanted hosts of a plan without the quarantined ones."""
    machines.says[FIREWALL] = "silence"
    gone = Entry("verified", "before", "lab-gone", "base", "key", "arguments", "code", "")
    with pipeline.closing(pipeline.Ledger(pipeline.ledger_path(pipeline.look(TOWN).wanted.town))) as ledger:
        ledger.append([gone])
        applied(machines)
        assert ("lab-gone", "base") in ledger.state().units


@pytest.mark.parametrize("host", [PC, FIREWALL])
def test_an_apply_tells_programs_and_the_request_which_hosts_it_left_out(
    machines: Guarded, host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: tell it on the error stream alone, or only where something else was done, or end with 0."""
    machines.says[FIREWALL] = "silence"
    file = tmp_path / "told.md"
    options = pipeline.Options(hands=machines.hands, narrow=only(host))
    wish, around = Wish(yes=True, json=True), partial(reported, file)
    assert carry_out(TOWN, wish, options, around=around) == 2, "changes are pending on the firewall"
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert {unit["host"] for unit in document["units"]} == {PC} - {FIREWALL if host == PC else PC}
    assert [(one["host"], one["why"], one["steps"]) for one in document["quarantined"]] == [
        (FIREWALL, WHY, STEPS)
    ]
    for text in (said.err, file.read_text()):
        assert f"{FIREWALL} is in quarantine" in text and STEPS[0] in text
    assert "every machine is already" not in file.read_text()
    assert ("**Applied and proven**" in file.read_text()) == (host == PC)
    assert ("but for hosts in quarantine" in file.read_text()) == (host == PC)


def test_an_apply_that_is_tried_again_names_each_host_once_and_one_that_fails_ends_with_1(
    machines: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: count a host for every attempt, or let what was left out hide what failed."""
    machines.says[FIREWALL] = "silence"
    wish, fallen = Wish(yes=True, json=True), replace(machines, forget={PC})
    counted: list[int] = []

    def twice(act: Act, left_out: Iterable[Quarantined]) -> pipeline.Done | None:
        act()
        done = act()
        counted.append(len([*left_out]))
        return done

    assert carry_out(TOWN, wish, pipeline.Options(hands=fallen.hands), around=twice) == 1
    assert carry_out(TOWN, wish, pipeline.Options(hands=machines.hands), around=twice) == 2
    assert counted == [1, 1]
    capsys.readouterr()


def only(host: str) -> Callable[[Prospect], Prospect]:
    """Leave out what is pending on other hosts."""

    def narrow(prospect: Prospect) -> Prospect:
        units = {(unit.host, unit.role) for unit in prospect.plan.units if unit.host == host}
        return replace(prospect, plan=prospect.plan.only(units))

    return narrow


def test_a_verification_takes_a_host_in_again_that_is_well_and_says_so(machines: Guarded) -> None:
    """Sabotage: never let `verified` out of cli/verify.py's reach, or judge by other hosts' checks too."""
    broken = replace(machines, forget={PC})
    assert verify(broken, Selection()) == (
        [],
        [f"{FIREWALL} is out of quarantine: it answers, has nothing to take back and its checks hold"],
    )
    assert in_quarantine(pipeline.look(TOWN).wanted.town) == ()
    assert verify(machines, Selection()) == ([], [])


@pytest.mark.parametrize(
    ("says", "forget", "selection"),
    [
        ("silence", False, Selection()),
        ("2 failed", False, Selection()),
        ("1 confirmed", True, Selection()),
        ("1 confirmed", False, Selection(topics=("firewall",))),
    ],
    ids=["silent", "stuck", "a check fails", "not every check was tried"],
)
def test_a_verification_leaves_in_quarantine_whom_it_does_not_show_to_be_well(
    machines: Guarded, says: str, forget: bool, selection: Selection
) -> None:
    """Sabotage: believe the checks alone, the tool alone, or a part of the checks."""
    machines.says[FIREWALL] = says
    seen = replace(machines, forget={FIREWALL} if forget else set())
    assert verify(seen, selection) == ([FIREWALL], [])
    assert [one.host for one in in_quarantine(pipeline.look(TOWN).wanted.town)] == [FIREWALL]


def test_a_verification_of_other_hosts_says_nothing_of_those_in_quarantine(machines: Guarded) -> None:
    """Sabotage: judge whoever is in quarantine, checked or not."""
    assert verify(machines, Selection(hosts=frozenset({PC}))) == ([], [])
    assert verify(machines, Selection(roles=frozenset({"base"}))) == ([], [])
    assert [one.host for one in in_quarantine(pipeline.look(TOWN).wanted.town)] == [FIREWALL]


def test_a_verification_beside_a_run_lets_nobody_out_and_says_whose_run_it_is(machines: Guarded) -> None:
    """Sabotage: append without the town's lock."""
    with locked(lock_path(pipeline.look(TOWN).wanted.town), "townhall apply"):
        kept, (told,) = verify(machines, Selection())
    assert kept == [FIREWALL]
    assert "nobody comes out of quarantine meanwhile" in told and "townhall apply" in told


SWITCH = "lab-sw1"


@pytest.fixture
def switches(machines: Guarded) -> Guarded:
    """The same with a switch in quarantine instead, which is as wanted."""
    town = pipeline.look(TOWN).wanted.town
    details = json.dumps({"role": "switch", "why": WHY, "steps": STEPS})
    with pipeline.closing(pipeline.Ledger(pipeline.ledger_path(town))) as ledger:
        ledger.append([Entry("released", "earlier", FIREWALL, details="{}")])
        ledger.append([Entry("quarantined", "earlier", SWITCH, details=details)])
    return machines


@pytest.mark.parametrize(("answer", "stays"), [("silence", True), ("armed", True), ("settled", False)])
def test_a_switch_comes_out_when_it_answers_and_no_change_waits_there(
    switches: Guarded, answer: str, stays: bool
) -> None:
    """Sabotage: ask a switch as a host is asked, or not whether a change waits for its confirmation."""
    switches.says[SWITCH] = answer
    assert bool(verify(switches, Selection())[0]) == stays
    assert [one.host for one in applied(switches)[1]] == ([SWITCH] if stays else [])
