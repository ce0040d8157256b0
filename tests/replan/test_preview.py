"""What is kept of a plan may be lost, damaged or of another time: the plan stays the same."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from orchestrator.apply.code import code_digests
from orchestrator.desired import PROJECT
from orchestrator.errors import Refused
from orchestrator.model.plan import Plan
from orchestrator.model.record import Entry
from orchestrator.pipeline import look
from orchestrator.plan.keys import current_keys
from orchestrator.preview import preview
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.replan.store import Store

PCS = "hosts/workstations.yml"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town of the repository, applied and verified, with places of its own for all that is kept."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "town"
    shutil.copytree(PROJECT / "inventories/stari_grad", root)
    verify_all(root)
    return root


def verify_all(root: Path) -> None:
    """Write into the ledger that everything is as wanted."""
    wanted = look(root).wanted
    keys = current_keys(wanted.rendering, code_digests(wanted.catalogue))
    ledger = Ledger(ledger_path(wanted.town))
    ledger.append(Entry("verified", "test", *unit, *digests) for unit, digests in keys.items())
    ledger.close()


def replace_a_machine(root: Path) -> None:
    """Give the first PC another MAC."""
    file = root / PCS
    file.write_text(file.read_text().replace("e4:54:e8:2b:98:7c", "e4:54:e8:2b:98:7d"))


def kept(root: Path) -> Path:
    """The file with what is kept."""
    (file,) = (root.parent / "cache/townhall/plan").iterdir()
    return file


def test_an_edited_line_is_planned_without_planning_the_whole_town(town: Path) -> None:
    """A plan of the whole town would be kept anew. Sabotage: raise DoubtError in replan always."""
    assert preview(town).is_empty
    since = kept(town).stat().st_mtime_ns
    replace_a_machine(town)
    found = preview(town)
    assert found == look(town).plan
    assert {unit.role for unit in found.units} == {"dhcp_server"}
    assert kept(town).stat().st_mtime_ns == since


def test_the_next_process_plans_as_quickly(town: Path) -> None:
    """Sabotage: digest a set as it comes, in an order that each process chooses anew."""

    def kept_since(seed: str) -> int:
        call = [sys.executable, "-m", "orchestrator.cli.main", "plan", "-i", str(town)]
        done = run(call, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return kept(town).stat().st_mtime_ns

    assert kept_since("1") == kept_since("2") == kept_since("3")


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes().replace(b"e4:54:e8", b"aa:54:e8")),
        lambda file: file.write_bytes(b"townhall.base/1\n" + file.read_bytes().partition(b"\n")[2]),
    ],
)
def test_a_lost_or_damaged_file_changes_no_plan(town: Path, harm: Callable[[Path], None]) -> None:
    """Sabotage: believe what is kept without its checksum."""
    preview(town)
    harm(kept(town))
    replace_a_machine(town)
    assert preview(town) == look(town).plan


def test_a_cache_that_cannot_be_written_changes_no_plan(town: Path) -> None:
    """Sabotage: let errors of writing through."""
    (town.parent / "cache").write_text("a file where the folder should be")
    assert preview(town) == look(town).plan


def test_another_ledger_is_seen(town: Path) -> None:
    """Sabotage: do not compare the ledger's newest record."""
    preview(town)
    for file in (town.parent / "state").glob("*"):
        file.unlink()
    verify_all(town)
    ledger = Ledger(ledger_path(look(town).wanted.town))
    ledger.append([Entry("failed", "test", "sg-pc-0002", "base")])
    ledger.close()
    assert preview(town) == look(town).plan != Plan("stari_grad", ())


def test_what_became_of_units_since_is_seen(town: Path) -> None:
    """Sabotage: forget the hosts with newer records."""
    preview(town)
    ledger = Ledger(ledger_path(look(town).wanted.town))
    ledger.append([Entry("failed", "test", "sg-pc-0002", "base")])
    ledger.close()
    found = preview(town)
    assert found == look(town).plan
    assert [(unit.host, unit.role) for unit in found.units] == [("sg-pc-0002", "base")]


def test_problems_are_told_as_ever(town: Path) -> None:
    """Sabotage: raise what an excerpt is refused for."""
    preview(town)
    file = town / PCS
    file.write_text(file.read_text().replace("98:fa:9b:2d:cc:a4", "e4:54:e8:2b:98:7c"))
    with pytest.raises(Refused) as soon:
        preview(town)
    with pytest.raises(Refused) as late:
        look(town)
    assert str(soon.value) == str(late.value)


def test_only_the_newest_few_are_kept(tmp_path: Path) -> None:
    """Sabotage: never remove a file."""
    store = Store(tmp_path / "plan")
    for number in range(20):
        store.keep(str(number), (number,))
    assert store.recall("19") == (19,)
    assert len(list((tmp_path / "plan").iterdir())) == 8
