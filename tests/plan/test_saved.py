"""A kept plan is applied as it was kept, or refused with all that changed since."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.cli.main import run
from orchestrator.desired import PROJECT
from orchestrator.errors import Problem, Refused
from orchestrator.model.record import Entry
from orchestrator.pipeline import look
from orchestrator.plan.saved import Basis, SavedPlan, as_text, from_text
from orchestrator.prospect import Prospect
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.replan.store import Store
from orchestrator.requested import asked, requested
from orchestrator.saved_plan import hold_to, read_saved, save_apply, save_request
from tests.golden import Golden
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
        Basis,
        words,
        st.dictionaries(words, words, max_size=3),
        st.just({"a": 1}),
        st.integers(),
        words,
        by_hand=st.dictionaries(words, st.just({"/a is gone": "1f"}), max_size=3),
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


def against(root: Path, prospect: Prospect | None = None, also_backlog: bool = False) -> tuple[Problem, ...]:
    """All that speaks against the kept plan."""
    file = root.parent / "plan.json"
    try:
        hold_to(read_saved(file), prospect or look(root), file, also_backlog)
    except Refused as refused:
        return refused.problems
    return ()


def held(root: Path, prospect: Prospect | None = None, also_backlog: bool = False) -> list[tuple[str, str]]:
    """Code and value of that."""
    return [(problem.code, problem.value) for problem in against(root, prospect, also_backlog)]


def test_a_plan_that_still_fits_is_held(town: Path) -> None:
    """Sabotage: compare the time of making."""
    save_apply(town.parent / "plan.json", look(town), 0)
    assert held(town) == []
    assert ((town.parent / "plan.json").stat().st_mode & 0o777) == 0o600


def test_a_plan_of_another_town_is_refused(town: Path, golden: Golden) -> None:
    """Sabotage: do not keep the town's name."""
    save_apply(town.parent / "plan.json", look(PROJECT / "inventories/stari_grad"), 0)
    (problem,) = (one for one in against(town) if one.code == "TH-PLAN-TOWN")
    golden("plan_refusals/a_plan_of_another_town", problem)


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


def test_a_machine_that_is_to_be_retired_besides_goes_beyond_the_reviewed_request(
    town: Path, golden: Golden
) -> None:
    """Sabotage: hold units to the kept plan, and retirements to nothing."""
    request_of(town)
    with closing(Ledger(ledger_path(look(town).wanted.town))) as ledger:
        ledger.append([Entry("verified", "earlier", "lab-pc-0099", "workstation")])
    (problem,) = (one for one in against(town) if one.value == "lab-pc-0099")
    golden("plan_refusals/a_machine_beyond_the_request", problem)
    assert held(town, also_backlog=True) == []


def test_a_request_that_is_not_in_what_lies_here_is_refused(town: Path) -> None:
    """Sabotage: trust the name of the file."""
    request_of(town)
    edit(PCS, "52:54:00:12:00:99", "52:54:00:12:00:98")(town)
    assert "TH-PLAN-COMMIT" in {code for code, _ in held(town, also_backlog=True)}


def test_a_kept_plan_that_is_damaged_or_missing_is_refused_at_once(
    town: Path, capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    """Sabotage: read the file only when something is pending."""
    file = town.parent / "plan.json"
    assert run(["apply", "-i", str(town), "--plan", str(file), "--yes"]) == 64
    file.write_bytes(b"\xff")
    capsys.readouterr()
    assert run(["apply", "-i", str(town), "--plan", str(file), "--yes"]) == 1
    golden("plan_refusals/an_edited_plan", capsys.readouterr().err)
    assert run(["apply", "-i", str(town), "--also-backlog", "--yes"]) == 64
