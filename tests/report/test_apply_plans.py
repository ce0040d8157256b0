"""Golden cases: what is read before an apply, in each format."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from orchestrator.apply.code import code_digests
from orchestrator.cli.main import run
from orchestrator.desired import PROJECT, desired
from orchestrator.model.record import Entry
from orchestrator.plan.keys import canonical, current_keys, digest
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.report.plan_text import NO_FIREWALL
from tests.golden import Golden

COMMON = "group_vars/all"
FLOW = (
    "  - {name: fair, from: [zone/guest], to: [zone/internet], ports: [tcp/443], owner: it, reason: fair}\n"
)
PC = (
    '    lab-pc-0002: {mac: "52:54:00:12:00:02", address: 198.18.11.51, socket: "B-201-1", '
    "person: lj.djordjevic, platform: debian13}\n"
)
Edits = tuple[tuple[str, str, str], ...]
PLANS: dict[str, Edits] = {
    "a_pc_moves": (
        ("hosts/workstations.yml", '198.18.10.51, socket: "A-101-1"', '198.18.11.52, socket: "B-201-2"'),
    ),
    "a_flow_more": ((f"{COMMON}/policy.yml", "flows:\n", f"flows:\n{FLOW}"),),
    "a_person_leaves": ((f"{COMMON}/people.yml", 'without_pc: "works in the field"', "left: true"),),
    "a_pc_leaves": (
        ("hosts/workstations.yml", PC, ""),
        (f"{COMMON}/people.yml", "lj.djordjevic: {", 'lj.djordjevic: {without_pc: "handed back", '),
    ),
    "a_secret_is_rotated": (
        (
            f"{COMMON}/secret_names.yml",
            "backup_access: {tier: 1, version: 1",
            "backup_access: {tier: 1, version: 2",
        ),
    ),
}


OLD = (("lab-dc1", "directory"), ("lab-fw1", "firewall"))


class Clock:
    """Ten seconds pass between two records."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> str:
        self._now += timedelta(seconds=10)
        return self._now.isoformat(timespec="milliseconds")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lab's lines, with places of its own for what is remembered."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(PROJECT / "inventories/lab", tmp_path / "lab"))


def remember(root: Path) -> None:
    """Write down that everything was applied, each unit in ten seconds, and verified."""
    wanted = desired(root)
    keys = current_keys(wanted.rendering, code_digests(wanted.catalogue))
    texts = [canonical(unit.arguments) for unit in wanted.rendering.units]
    with closing(Ledger(ledger_path(wanted.town), Clock())) as ledger:
        ledger.append(_entries(keys), {digest(text): text for text in texts})


def _entries(keys: dict[tuple[str, str], tuple[str, str, str]]) -> Iterator[Entry]:
    for unit, digests in sorted(keys.items()):
        for kind in ("started", "applied", "verified"):
            yield Entry(kind, "first", *unit, *digests)


def edit(root: Path, edits: Edits) -> None:
    """Replace words that are there once."""
    for file, old, new in edits:
        text = (root / file).read_text()
        assert text.count(old) == 1, old
        (root / file).write_text(text.replace(old, new))


def planned(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command prints."""
    assert run(["plan", "-i", str(root), *words]) == 2
    return capsys.readouterr().out


@pytest.mark.parametrize("case", sorted(PLANS))
def test_an_apply_plan_says_who_is_hit_what_opens_how_long_it_takes_and_how_it_is_undone(
    town: Path, case: str, capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    """Sabotage: compare the firewall with nothing, or leave the ledger's durations out."""
    remember(town)
    edit(town, PLANS[case])
    golden(f"apply/{case}.txt", planned(town, capsys))


def test_a_plan_is_the_same_in_markdown(
    town: Path, capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    """Sabotage: leave a section out of one format."""
    remember(town)
    edit(town, PLANS["a_pc_moves"])
    golden("apply/a_pc_moves.md", planned(town, capsys, "--format", "markdown"))


def test_a_pc_that_only_waits_to_be_retired_is_pending(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What named it is gone already. Sabotage: let a plan without units be empty."""
    edit(town, PLANS["a_pc_leaves"])
    remember(town)
    with closing(Ledger(ledger_path(desired(town).town))) as ledger:
        ledger.append([Entry("verified", "first", "lab-pc-0002", "workstation")])
    said = planned(town, capsys)
    assert said.startswith("lab: nothing to run, machines to be retired\n")
    assert "retired, their line is gone: lab-pc-0002" in said


def test_nothing_is_compared_with_a_firewall_that_was_never_applied(
    town: Path, capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    """Sabotage: take nothing for a firewall that lets nothing through."""
    golden("apply/a_new_town.txt", planned(town, capsys))


def test_what_failed_is_told_as_backlog(
    town: Path, capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    """Sabotage: count only new and changed units to the waves."""
    remember(town)
    with closing(Ledger(ledger_path(desired(town).town))) as ledger:
        ledger.append([Entry("failed", "second", "lab-fw1", "firewall")])
    golden("apply/a_unit_that_failed.txt", planned(town, capsys))


def test_arguments_of_an_earlier_version_of_a_role_are_no_obstacle(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: take what is remembered for arguments of today."""
    remember(town)
    text = canonical({"directory_users": [{"account": "x", "shell": "y"}], "firewall_forward": []})
    with closing(Ledger(ledger_path(desired(town).town))) as ledger:
        old = ("another key", digest(text), "code")
        entries = [Entry("verified", "old", *unit, *old) for unit in OLD]
        ledger.append(entries, {digest(text): text})
    said = planned(town, capsys)
    assert NO_FIREWALL in said
    assert "2 x arguments changed" in said


@pytest.mark.parametrize("case", [*sorted(PLANS), ""])
def test_the_document_fits_its_published_schema(
    town: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: add a part to the model without `make docs`."""
    schema = json.loads((PROJECT / "docs/reference/plan.schema.json").read_text())
    remember(town)
    edit(town, PLANS[case] if case else ())
    run(["plan", "-i", str(town), "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema)
    assert bool(document["units"]) == bool(case)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "more": 1}, schema)


def test_a_plan_with_nothing_to_do_loads_nothing_that_tells_an_impact(town: Path) -> None:
    """It is asked for all day. Sabotage: import the sections at the head of outlook.py."""
    remember(town)
    program = (
        "import sys; from orchestrator.cli.main import run; "
        f"code = run(['plan', '-i', {str(town)!r}]); "
        "print(code, *sorted(name for name in sys.modules if name.startswith('orchestrator.request.')))"
    )
    said = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        said = done.stdout.splitlines()
    assert said[0] == "lab: nothing to do"
    code, *loaded = said[1].split()
    assert code == "0"
    assert "orchestrator.request.apply" not in loaded
    assert "orchestrator.request.hit" not in loaded
