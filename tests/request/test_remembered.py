"""What is kept of a request's base may be lost, damaged or of another time: plan and refusal stay alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.errors import Refused
from orchestrator.model.request import RequestPlan
from orchestrator.replan.store import Store
from orchestrator.requested import asked, requested
from tests.request.planning import TODAY
from tests.request.repository import TOWN, Bare

PCS = "hosts/workstations.yml"
MAC, ANOTHER = "e4:54:e8:2b:98:7c", "e4:54:e8:2b:98:7d"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    """The project's files and some requests."""
    made = Bare(tmp_path_factory.mktemp("repository") / "town.git")
    made.edited("replaced", {PCS: {MAC: ANOTHER}})
    text = made.files[f"{TOWN}/{PCS}"]
    assert isinstance(text, str)
    macs = [part.partition('"')[0] for part in text.split('mac: "')[1:]]
    made.edited("taken", {PCS: {macs[0]: macs[1]}})
    return made


def plan(bare: Bare, head: str, folder: Path, base: str = "main") -> RequestPlan:
    """The plan of a branch, with a place for what is kept."""
    return requested(asked(Path(TOWN), base, head, bare.folder), TODAY, Store(folder))


def test_the_second_request_finds_its_base_kept(bare: Bare, tmp_path: Path) -> None:
    """Sabotage: name what is kept by the head, or never recall it."""
    first = plan(bare, "replaced", tmp_path)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    assert plan(bare, "main", tmp_path).is_empty
    assert plan(bare, "replaced", tmp_path) == first
    assert [(one, one.stat().st_mtime_ns) for one in tmp_path.iterdir()] == [(file, written)]


def test_another_base_is_another_town(bare: Bare, tmp_path: Path) -> None:
    """Sabotage: name what is kept by the town's folder alone."""
    plan(bare, "replaced", tmp_path)
    bare.branch("later", {f"{TOWN}/{PCS}": bare.files[f"{TOWN}/{PCS}"]}, parent="replaced")
    found = plan(bare, "later", tmp_path, base="replaced")
    assert [change.differences for change in plan(bare, "replaced", tmp_path).changes] != []
    assert len(found.headlines) == 1 and found.headlines[0].text.endswith(f"{ANOTHER} -> {MAC}")
    assert len(list(tmp_path.iterdir())) == 2


def lost(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def garbage(file: Path) -> None:
    file.write_bytes(b"no such thing")


def no_file(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", [lost, cut, garbage, no_file])
def test_what_is_kept_of_a_base_may_come_to_harm(
    bare: Bare, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """Sabotage: let an error of the file pass, or read it without its checksum."""
    first = plan(bare, "replaced", tmp_path)
    (file,) = tmp_path.iterdir()
    harm(file)
    assert plan(bare, "replaced", tmp_path) == first


def test_a_refusal_is_the_same_with_a_kept_base(bare: Bare, tmp_path: Path) -> None:
    """Sabotage: tell the refusal of the excerpt."""
    with pytest.raises(Refused) as cold:
        plan(bare, "taken", tmp_path)
    plan(bare, "replaced", tmp_path)
    with pytest.raises(Refused) as warm:
        plan(bare, "taken", tmp_path)
    assert str(warm.value) == str(cold.value)
    assert "# left out" not in str(warm.value)
