"""S-22: one machine with another key stops itself, not the town; its words stand before and after the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply import apply
from orchestrator.apply.survey import survey
from orchestrator.apply.tools import Order, Tools
from orchestrator.cli.carry_out import Wish, carry_out
from orchestrator.errors import Problem, Refused
from orchestrator.model.plan import LedgerState, Observation
from orchestrator.model.rendering import Play, UnitRendering
from orchestrator.plan import plan
from orchestrator.reach import Answer
from orchestrator.report.rejected_text import rejected_text
from orchestrator.told import reported
from tests.apply.test_run import Parts
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import TOWN, prepared
from tests.faults.waves import CODE, NAMES, states
from tests.faults.waves import TOWN as FORTY
from tests.golden import Golden

PINNED, SHOWN = ("SHA256:" + letter * 43 for letter in "pq")
CHANGED = f"""\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
The fingerprint for the ED25519 key sent by the remote host is
{SHOWN}.
Offending ED25519 key in /etc/townhall/known_hosts:7
Host key for 198.18.10.52 has changed and you have requested strict checking.
Host key verification failed."""
UNKNOWN = """\
No ED25519 host key is known for 198.18.10.51 and you have requested strict checking.
Host key verification failed."""
STRANGER, OTHER = "lab-pc-0002", "lab-pc-0001"
PENDING = ((STRANGER, "workstation"), (OTHER, "workstation"))


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    """Two PCs with something pending; one of them is not the machine that it was."""
    found, ledger = prepared(tmp_path, monkeypatch, PENDING)
    ledger.close()
    found.strangers[STRANGER] = CHANGED
    return found


def test_the_words_hold_both_fingerprints_the_place_and_the_way_to_pin(
    golden: Golden,
) -> None:
    """Sabotage: leave the remedy or the pinned fingerprint out."""

    class Strangers:
        def run_all(self, commands: object, timeout: float = 60) -> dict[str, Answer]:
            said = {STRANGER: CHANGED, OTHER: UNKNOWN}
            return {host: Answer(host, 255, "", text) for host, text in said.items()}

    seen = survey(Strangers(), [STRANGER, OTHER], {STRANGER: Observation(PINNED)})
    (words,) = rejected_text([seen[host].rejected for host in (STRANGER, OTHER) if seen[host].rejected])
    golden("apply_refusals/hosts_that_show_another_key", words, PINNED=PINNED, SHOWN=SHOWN)


def test_the_others_go_on_and_the_strangers_units_stay_pending(
    machines: Machines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: raise in the survey, or let the stranger's units reach Ansible."""
    told = tmp_path / "told.md"
    code = carry_out(
        TOWN,
        Wish(yes=True, json=False),
        pipeline.Options(hands=machines.hands),
        around=lambda act, _: reported(told, act),
    )
    assert code == 1
    assert ["change", OTHER, "workstation"] in machines.happened()
    assert STRANGER not in {host for _, host, _ in machines.happened()}
    before, outcome = capsys.readouterr().out.split("(1 changed tasks)")
    for place in (before, outcome, told.read_text()):
        assert "1 host not entered" in place
        assert SHOWN in place
        assert "ssh-keygen -R '198.18.10.52' -f /etc/townhall/known_hosts" in place
    assert "Applied and proven" not in told.read_text()
    assert [(unit.host, unit.role) for unit in pipeline.look(TOWN).plan.units] == [(STRANGER, "workstation")]


def test_the_question_comes_after_the_words_and_programs_get_them_too(
    machines: Machines, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: tell them in the outcome alone, or leave `rejected` out of the document."""
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    options = pipeline.Options(hands=machines.hands)
    assert carry_out(TOWN, Wish(yes=False, json=False), options) == 2, "who says no leaves changes pending"
    assert not machines.happened()
    asked = capsys.readouterr().out
    assert asked.index(SHOWN) < asked.index("apply this?")
    assert carry_out(TOWN, Wish(yes=True, json=True), options) == 1
    document = json.loads(capsys.readouterr().out)
    (problem,) = document["rejected"]
    assert (problem["code"], problem["value"]) == ("TH-HOST-KEY-CHANGED", STRANGER)
    assert problem["place"] == "/etc/townhall/known_hosts:7"
    units = {(unit["host"], unit["state"]) for unit in document["units"]}
    assert units == {(STRANGER, "not started"), (OTHER, "applied")}


def test_where_every_touched_host_is_a_stranger_the_apply_is_refused(machines: Machines) -> None:
    """Sabotage: ask whether anything is left to do instead of whether anybody may be entered."""
    machines.strangers[OTHER] = UNKNOWN
    with pytest.raises(Refused) as refused:
        pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=machines.hands))
    assert [one.value for one in refused.value.problems] == [STRANGER, OTHER]
    assert not machines.happened()


def test_a_stranger_that_nothing_is_pending_on_is_told_and_the_run_is_no_success(machines: Machines) -> None:
    """With --ask everybody is asked. Sabotage: look only at the hosts of the plan."""
    machines.strangers.clear()
    machines.strangers["lab-dhcp1"] = CHANGED
    done = pipeline.apply_town(
        TOWN, lambda _: True, pipeline.Options(ask_everyone=True, hands=machines.hands)
    )
    assert done is not None
    assert done.outcome.succeeded
    assert not done.succeeded
    with pytest.raises(Refused):
        pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(ask_everyone=True, hands=machines.hands))


LATER = Play(4, "Signatures are mirrored", "antivirus_servers", ("antivirus_server",), True, True)
MORE = replace(FORTY, units=(*FORTY.units, UnitRendering("srv-1", "antivirus_server", 4, {}, ())))
MORE_CODE = replace(CODE, plays={**CODE.plays, 4: LATER}, roles={**CODE.roles, "antivirus_server": "code"})


@pytest.mark.parametrize(("tolerated", "behind"), [(3, "applied"), (2, "not started")])
def test_strangers_count_as_lost_when_the_rest_of_their_wave_is_done(
    tmp_path: Path, tolerated: int, behind: str
) -> None:
    """Sabotage: count them from the beginning, or leave them out of what a wave may lose."""
    problem = Problem("known_hosts:1", "TH-HOST-KEY-CHANGED", "", "shows another key", "")
    strangers = {name: Observation(reachable=False, rejected=problem) for name in NAMES[:3]}

    class Asked(Parts):
        def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
            self.log += [f"asked {host}" for host in commands]
            return super().run_all(commands, timeout)

    parts = Asked()
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    order = Order("run", tmp_path, strangers, tolerated={3: tolerated})
    outcome = apply(plan(MORE, MORE_CODE, LedgerState()), MORE, MORE_CODE, order, tools)
    found = states(outcome)
    assert {found[name] for name in strangers} == {"not started"}
    assert {found[name] for name in NAMES[3:]} == {"applied"}
    assert found["srv-1"] == behind
    assert not [line for line in parts.log if line.split()[1] in strangers]
    reasons = {one.why for one in outcome.units if one.unit.host in strangers}
    assert reasons == {f"{name} shows another key [TH-HOST-KEY-CHANGED]" for name in strangers}
