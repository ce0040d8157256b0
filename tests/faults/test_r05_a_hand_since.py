"""R5: a plan is stale when a hand changed one of its hosts after it was kept, and only then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.desired import Desired
from orchestrator.drifted import drift_of, known_of
from orchestrator.errors import Problem, Refused
from orchestrator.model.drift import Drift
from orchestrator.model.record import Entry
from orchestrator.pipeline import look
from orchestrator.reach import PROJECT, UNREACHABLE, Answer, Ssh
from orchestrator.saved_plan import hold_to, read_saved, save_apply
from tests.drift.test_town import HOSTS, Town
from tests.golden import Golden

LAB = PROJECT / "inventories/lab"
AV, PC = HOSTS
SEALED, SUDOERS = "/etc/default/townhall-backup", "/etc/sudoers.d/townhall"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Two hosts as the last run left them; one of them has a unit pending."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path))
    found = Town(tmp_path)
    pending(found, AV)
    return found


def pending(town: Town, host: str) -> None:
    town.ledger.append([Entry("failed", "other", host, "base")])


def change(town: Town, command: str, host: str = AV) -> None:
    """Change a host by hand."""
    town.machines[host].run(command)


def ask(town: Town, wanted: Desired, hosts: Iterable[str]) -> Drift:
    return drift_of(wanted, known_of(wanted, town.ledger, set(hosts)), town, town, lambda _: None)


def keep(town: Town) -> Mapping[str, str]:
    """Keep the plan of what is pending; return who gave no answer."""
    prospect = look(LAB)
    return save_apply(town.root / "plan.json", prospect, 0, ask=lambda *words: ask(town, *words))


def against(town: Town) -> tuple[Problem, ...]:
    """All that speaks against the kept plan."""
    file = town.root / "plan.json"
    try:
        hold_to(read_saved(file), look(LAB), file, ask=lambda *words: ask(town, *words))
    except Refused as refused:
        return refused.problems
    return ()


def told(town: Town) -> list[tuple[str, str, str]]:
    return [(one.code, one.value, one.reason) for one in against(town)]


def test_what_a_hand_changed_since_makes_a_plan_stale_and_is_told(town: Town, golden: Golden) -> None:
    """Sabotage: keep nothing of what stands there, or ask nobody before an apply."""
    keep(town)
    assert told(town) == []
    change(town, f"echo changed >> $ROOT{SUDOERS}")
    change(town, "echo '* * * * * root reboot' > $ROOT/etc/cron.d/mine")
    golden("plan_refusals/hand", "\n".join(map(str, against(town))))


def test_what_a_hand_had_changed_before_is_no_hindrance_and_what_it_changes_again_is(town: Town) -> None:
    """Sabotage: refuse whatever differs, or compare words alone."""
    pending(town, PC)
    change(town, f"echo first >> $ROOT{SEALED}", PC)
    change(town, "echo first > $ROOT/etc/cron.d/mine")
    keep(town)
    assert told(town) == []
    change(town, f"echo second >> $ROOT{SEALED}", PC)
    ((code, host, reason),) = told(town)
    assert (code, host) == ("TH-PLAN-HAND", PC)
    assert reason.startswith(f"stale plan: changed by hand again since: the content of {SEALED} was changed")


def test_of_a_folder_only_the_entry_is_told_that_changed(town: Town) -> None:
    """Sabotage: keep the digest of the whole folder with each entry."""
    change(town, "echo first > $ROOT/etc/cron.d/mine")
    keep(town)
    change(town, "echo first > $ROOT/etc/cron.d/other")
    (reason,) = (reason for _, _, reason in told(town))
    assert reason == "stale plan: changed by hand since: /etc/cron.d/other appeared: a file"


def test_what_was_put_back_speaks_against_no_plan(town: Town) -> None:
    """Of two changes of one file the first one stays. Sabotage: take the whole file, or each word of then."""
    change(town, "echo first > $ROOT/etc/cron.d/mine")
    change(town, f"echo first >> $ROOT{SUDOERS}; chmod 0666 $ROOT{SUDOERS}")
    keep(town)
    assert told(town) == []
    change(town, f"rm $ROOT/etc/cron.d/mine; chmod 0600 $ROOT{SUDOERS}")
    assert told(town) == []


def test_only_the_hosts_of_the_plan_are_asked_once_each(town: Town) -> None:
    """Sabotage: ask the whole town."""
    town.asked.clear()
    keep(town)
    change(town, f"echo changed >> $ROOT{SUDOERS}", PC)
    assert told(town) == []
    assert town.asked == [AV, AV]


@pytest.mark.parametrize("is_silent_first", [True, False])
def test_a_host_that_gave_no_answer_at_either_time_is_not_compared(town: Town, is_silent_first: bool) -> None:
    """Sabotage: take no answer for no change."""
    change(town, f"echo before >> $ROOT{SUDOERS}")
    town.silent = {AV} if is_silent_first else set()
    assert keep(town) == ({AV: "no route to host"} if is_silent_first else {})
    town.silent = {AV} - town.silent
    assert told(town) == []


def test_nothing_of_a_text_comes_into_the_file(town: Town) -> None:
    """Sabotage: keep the lines that differ."""
    pending(town, PC)
    change(town, f"echo Ne-recite-nikome >> $ROOT{SUDOERS}")
    change(town, f"echo Ne-recite-nikome >> $ROOT{SEALED}", PC)
    keep(town)
    text = (town.root / "plan.json").read_text()
    assert SUDOERS in text
    assert SEALED in text
    assert "Ne-recite-nikome" not in text


def test_the_commands_ask_when_a_plan_is_kept_and_before_it_is_applied(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: keep or hold the plan in the command without asking."""

    def run_all(_: Ssh, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        asked = {host: command for host, command in commands.items() if command.startswith("python3 -I -c")}
        others = {host: Answer(host, UNREACHABLE, "", "no answer") for host in {*commands} - {*asked}}
        return {**others, **town.run_all(asked, timeout)}

    monkeypatch.setattr(Ssh, "run_all", run_all)
    file = str(town.root / "plan.json")
    assert run(["plan", "-i", str(LAB), "--out", file]) == 2
    change(town, f"echo changed >> $ROOT{SUDOERS}")
    capsys.readouterr()
    assert run(["apply", "-i", str(LAB), "--plan", file, "--yes", "--json"]) == 1
    said = capsys.readouterr().out
    problems = json.loads(said[said.index("{") :])["problems"]
    assert [(one["code"], one["value"]) for one in problems] == [("TH-PLAN-HAND", AV)]
    town.silent = {AV}
    assert run(["plan", "-i", str(LAB), "--out", file]) == 2
    assert capsys.readouterr().err == f"{file} is not held to what a hand changes on {AV}: no answer\n"
