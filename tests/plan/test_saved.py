"""A kept plan is applied as it was kept, or refused with all that changed since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.cli.main import run
from orchestrator.desired import PROJECT
from orchestrator.errors import Refused
from orchestrator.model.plan import Observation
from orchestrator.model.record import Entry
from orchestrator.pipeline import look
from orchestrator.plan.saved import Basis, SavedPlan, as_text, from_text
from orchestrator.prospect import Prospect
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.replan.store import Store
from orchestrator.requested import asked, requested
from orchestrator.saved_plan import hold_to, read_saved, save_apply, save_request
from tests.request.repository import Bare

PCS, SECRETS = "hosts/workstations.yml", "group_vars/all/secret_names.yml"
LAB = "inventories/lab"
words = st.text(max_size=8)
plans = st.builds(
    SavedPlan,
    st.sampled_from(["apply", "request"]),
    words,
    words,
    words,
    st.builds(
        Basis, words, st.dictionaries(words, words, max_size=3), st.just({"a": 1}), st.integers(), words
    ),
    st.lists(st.tuples(words, words, words), max_size=3).map(tuple),
)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab's inventory, nothing of it applied yet."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ignored = shutil.ignore_patterns("secrets_tier*")
    return Path(shutil.copytree(PROJECT / LAB, tmp_path / "lab", ignore=ignored))


@settings(max_examples=100, deadline=None)
@given(plans)
def test_a_plan_comes_back_as_it_was_kept(saved: SavedPlan) -> None:
    """Sabotage: forget a part in the file."""
    assert from_text(as_text(saved), "p") == saved


@settings(max_examples=200, deadline=None)
@given(plans, st.integers(0), st.sampled_from(["x", "", "}", "0"]))
def test_a_plan_with_any_sign_changed_is_refused(saved: SavedPlan, place: int, sign: str) -> None:
    """Sabotage: do not compare the digest."""
    text = as_text(saved)
    position = place % len(text)
    edited = text[:position] + sign + text[position + 1 :]
    if edited != text:
        with pytest.raises(Refused):
            from_text(edited, "p")


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


def remember(root: Path) -> None:
    with_ledger = Ledger(ledger_path(look(root).wanted.town))
    with_ledger.append([Entry("failed", "other", "lab-dhcp1", "base")])
    with_ledger.close()


def held(root: Path, prospect: Prospect | None = None, also_backlog: bool = False) -> list[tuple[str, str]]:
    """Code and value of all that speaks against the kept plan."""
    file = root.parent / "plan.json"
    try:
        hold_to(read_saved(file), prospect or look(root), file, also_backlog)
    except Refused as refused:
        return [(problem.code, problem.value) for problem in refused.problems]
    return []


def test_a_plan_that_still_fits_is_held(town: Path) -> None:
    """Sabotage: compare the time of making."""
    save_apply(town.parent / "plan.json", look(town), 0)
    assert held(town) == []
    assert ((town.parent / "plan.json").stat().st_mode & 0o777) == 0o600


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (edit(PCS, "52:54:00:12:00:01", "52:54:00:12:00:99"), ("TH-PLAN-FILE", PCS)),
        (edit(PCS, "52:54:00:12:00:01", "52:54:00:12:00:99"), ("TH-PLAN-UNIT", "dhcp_server on lab-dhcp1")),
        (
            edit(SECRETS, "computer_join: {tier: 1, version: 1}", "computer_join: {tier: 1, version: 2}"),
            ("TH-PLAN-SECRET", "computer_join"),
        ),
        (remember, ("TH-PLAN-LEDGER", "1")),
    ],
)
def test_whatever_changed_since_makes_a_plan_stale(
    town: Path, change: Callable[[Path], None], told: tuple[str, str]
) -> None:
    """Sabotage: leave one kind of change out of `stale`."""
    save_apply(town.parent / "plan.json", look(town), 0)
    change(town)
    assert told in held(town)


def test_another_machine_under_the_same_name_makes_a_plan_stale(town: Path) -> None:
    """Sabotage: keep no identities."""
    before = look(town)
    save_apply(
        town.parent / "plan.json", replace(before, observed={"lab-dhcp1": Observation("SHA256:a", "1")}), 0
    )
    other = replace(before, observed={"lab-dhcp1": Observation("SHA256:b", "2")})
    assert held(town, other) == [("TH-PLAN-MACHINE", "lab-dhcp1")]
    same = replace(before, observed={"lab-dhcp1": Observation("SHA256:a", "")})
    assert held(town, same) == []


def test_another_ledger_makes_a_plan_stale(town: Path) -> None:
    """Sabotage: compare numbers of records only."""
    remember(town)
    save_apply(town.parent / "plan.json", look(town), 0)
    for file in (town.parent / "state").iterdir():
        file.unlink()
    ledger = Ledger(ledger_path(look(town).wanted.town))
    ledger.append([Entry("failed", "forged", "lab-dhcp1", "base")])
    ledger.close()
    assert ("TH-PLAN-LEDGER", "1") in held(town)


def test_a_plan_whose_time_is_over_is_refused(town: Path) -> None:
    """Sabotage: do not look at the clock."""
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    save_apply(town.parent / "plan.json", look(town), 0, long_ago)
    assert [code for code, _ in held(town)] == ["TH-PLAN-EXPIRED"]
    save_apply(town.parent / "plan.json", look(town), 26, long_ago)
    assert held(town) == []


def test_a_plan_of_another_town_is_refused(town: Path) -> None:
    """Sabotage: do not keep the town's name."""
    save_apply(town.parent / "plan.json", look(PROJECT / "inventories/stari_grad"), 0)
    assert ("TH-PLAN-TOWN", "stari_grad") in held(town)


def request_of(town: Path) -> Bare:
    """A reviewed request that gives a PC another card; it lies here, merged."""
    bare = Bare(town.parent / "bare")
    bare.edited("card", {PCS: {"52:54:00:12:00:01": "52:54:00:12:00:99"}}, LAB)
    wish = asked(Path(LAB), "main", "card", bare.folder)
    save_request(town.parent / "plan.json", requested(wish, store=Store(town.parent / "kept")), wish, 0)
    edit(PCS, "52:54:00:12:00:01", "52:54:00:12:00:99")(town)
    return bare


def test_what_goes_beyond_the_reviewed_request_is_named_and_stops(town: Path) -> None:
    """Nothing of the town was applied before: all but the reviewed unit is backlog. Sabotage: let it pass."""
    request_of(town)
    found = held(town)
    pending = [f"{unit.role} on {unit.host}" for unit in look(town).plan.units]
    assert {value for _, value in found} == set(pending) - {"dhcp_server on lab-dhcp1"}
    assert {code for code, _ in found} == {"TH-PLAN-BEYOND"}
    assert held(town, also_backlog=True) == []


def test_a_machine_that_is_to_be_retired_besides_goes_beyond_the_reviewed_request(town: Path) -> None:
    """Sabotage: hold units to the kept plan, and retirements to nothing."""
    request_of(town)
    with closing(Ledger(ledger_path(look(town).wanted.town))) as ledger:
        ledger.append([Entry("verified", "earlier", "lab-pc-0099", "workstation")])
    assert ("TH-PLAN-BEYOND", "lab-pc-0099") in held(town)
    assert held(town, also_backlog=True) == []


def test_a_request_that_is_not_in_what_lies_here_is_refused(town: Path) -> None:
    """Sabotage: trust the name of the file."""
    request_of(town)
    edit(PCS, "52:54:00:12:00:99", "52:54:00:12:00:98")(town)
    assert "TH-PLAN-COMMIT" in {code for code, _ in held(town, also_backlog=True)}


def test_apply_holds_itself_to_the_kept_plan_before_it_changes_anything(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No machine answers here: asking them ends at once. Sabotage: apply without looking at the kept plan."""
    stub = town.parent / "bin" / "ssh"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\nexit 255\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(stub.parent), prepend=":")
    file = str(town.parent / "plan.json")
    assert run(["plan", "-i", str(town), "--out", file]) == 2
    edit(PCS, "52:54:00:12:00:01", "52:54:00:12:00:99")(town)
    assert run(["apply", "-i", str(town), "--plan", file, "--yes", "--json"]) == 1
    said = capsys.readouterr().out
    codes = {one["code"] for one in json.loads(said[said.index("{") :])["problems"]}
    assert "TH-PLAN-FILE" in codes
    assert look(town).plan.record == 0


def test_a_kept_plan_that_is_damaged_or_missing_is_refused_at_once(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: read the file only when something is pending."""
    file = town.parent / "plan.json"
    assert run(["apply", "-i", str(town), "--plan", str(file), "--yes"]) == 64
    file.write_bytes(b"\xff")
    assert run(["apply", "-i", str(town), "--plan", str(file), "--yes"]) == 1
    assert run(["apply", "-i", str(town), "--also-backlog", "--yes"]) == 64
    assert "TH-PLAN-EDITED" in capsys.readouterr().err
