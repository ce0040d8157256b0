"""R11: a domain controller leaves only if the directory stands without it, whatever a person says."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator import pipeline
from orchestrator.errors import Problem, Refused
from orchestrator.plan.consent import Consent
from orchestrator.plan.departure import Source, Standing, hold_departure
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import TOWN, prepared
from tests.golden import Golden

FIRST, SECOND = "lab-dc1", "lab-dc2"
BACKUP = "townhall-directory-backup"
POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
SITE = "CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,DC=lab,DC=townhall,DC=test"
OPERATIONS = (
    "Schema",
    "InfrastructureMaster",
    "RidAllocationMaster",
    "PdcEmulationMaster",
    "DomainDnsZonesMaster",
)
AGREED = Consent(retire=frozenset({SECOND}))


class Samba:
    """What the programs of Samba say at the controller that stays; nothing is said of the one that leaves."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        for program in ("samba-tool", "ldbsearch", "find", BACKUP):
            self._program(program)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        self.masters(FIRST)
        self.replication()
        self.says("ldbsearch", f"# record 1\ndn: CN={POLICY}\ncn: {POLICY}\n")
        self.says("find", f"/var/lib/samba/sysvol/lab.townhall.test/Policies/{POLICY}/GPT.INI\n")
        self.says(BACKUP, "fresh: /var/backups/townhall-directory/samba-backup-1.tar.bz2\n")

    def _program(self, name: str) -> None:
        path = self.folder / name
        path.write_text(
            f'#!/bin/sh\ncat "{self.folder}/{name}${{2:+.$2}}.txt" 2>/dev/null || cat "{path}.txt"\n'
        )
        path.chmod(0o755)

    def says(self, program: str, text: str) -> None:
        (self.folder / f"{program}.txt").write_text(text)

    def masters(self, host: str) -> None:
        lines = (f"{one}Role owner: CN=NTDS Settings,CN={host.upper()},{SITE}" for one in OPERATIONS)
        (self.folder / "samba-tool.show.txt").write_text("\n".join(lines) + "\n")

    def replication(self, *sources: dict[str, Any], options: int = 1) -> None:
        said = {"dsa": {"options": options}, "repsFrom": sources, "repsTo": []}
        (self.folder / "samba-tool.showrepl.txt").write_text(json.dumps(said, indent=2) + "\n")


def source(minutes: float | None = 1, failures: int = 0) -> dict[str, Any]:
    """One partition as Samba lists it."""
    moment = datetime.now(UTC) - timedelta(minutes=minutes or 0)
    return {
        "NC dn": "DC=lab,DC=townhall,DC=test",
        "consecutive failures": failures,
        "last success": f"{moment:%a %b %d %H:%M:%S %Y} UTC" if minutes is not None else "NTTIME(0)",
        "is deleted": False,
        "DSA": f"Default-First-Site-Name\\{SECOND.upper()}",
    }


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    """The lab, applied."""
    monkeypatch.setattr(pipeline, "vault_files", lambda *_: ())
    return prepared(tmp_path / "machines", monkeypatch, ())[0]


@pytest.fixture
def samba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Samba:
    return Samba(tmp_path / "samba", monkeypatch)


def without(tmp_path: Path, *hosts: str) -> Path:
    """The town without the lines of some hosts."""
    root = tmp_path / "lab"
    shutil.copytree(TOWN, root)
    for file in (root / "hosts").iterdir():
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not any(f" {host}: {{" in line for host in hosts)))
    return root


def attempt(root: Path, machines: Machines, consent: Consent = AGREED) -> list[Problem]:
    """What an apply is refused for; nothing may have happened then."""
    try:
        pipeline.apply_town(root, lambda _: True, pipeline.Options(hands=machines.hands, consent=consent))
    except Refused as refused:
        assert not machines.happened()
        return list(refused.problems)
    return []


def test_a_demoted_controller_leaves_where_the_other_stands(
    tmp_path: Path, machines: Machines, samba: Samba, golden: Golden
) -> None:
    """Samba lists the demoted one for a while, as deleted and without a name.

    Sabotage: refuse every controller that leaves, or look for its name.
    """
    demoted = {key: value for key, value in source(failures=1).items() if key != "DSA"}
    samba.replication({**demoted, "is deleted": True})
    root = without(tmp_path, SECOND)
    (problem,) = attempt(root, machines, Consent())
    golden("apply_refusals/a_service_whose_line_is_gone", problem)
    assert attempt(root, machines) == []
    assert machines.happened()


def test_the_master_of_operations_does_not_leave(
    tmp_path: Path, machines: Machines, samba: Samba, golden: Golden
) -> None:
    """Sabotage: leave the masters out of `_in_the_way`."""
    samba.masters(SECOND)
    (problem,) = attempt(without(tmp_path, SECOND), machines)
    golden("apply_refusals/a_master_of_operations_that_leaves", problem)


@pytest.mark.parametrize(
    ("minutes", "failures", "code"),
    [
        (1, 0, "TH-NOT-DEMOTED"),
        (14, 0, "TH-NOT-DEMOTED"),
        (16, 0, "TH-REPLICATION"),
        (1, 1, "TH-REPLICATION"),
        (None, 0, "TH-REPLICATION"),
    ],
)
def test_one_that_is_not_demoted_or_whose_changes_are_not_here_does_not_leave(  # noqa: PLR0913, PLR0917
    tmp_path: Path,
    machines: Machines,
    samba: Samba,
    golden: Golden,
    minutes: float | None,
    failures: int,
    code: str,
) -> None:
    """Sabotage: look at the failures alone, or take a quarter of an hour for a day."""
    samba.replication(source(minutes, failures))
    (problem,) = attempt(without(tmp_path, SECOND), machines)
    assert (problem.code, problem.value) == (code, SECOND)
    if minutes == 1:
        golden(f"apply_refusals/a_controller_that_is_left_with_{failures}_failures", problem)


def test_policies_that_lie_nowhere_else_keep_it(
    tmp_path: Path, machines: Machines, samba: Samba, golden: Golden
) -> None:
    """Sabotage: leave the files out of the question."""
    samba.says("find", "/var/lib/samba/sysvol/lab.townhall.test\n")
    (problem,) = attempt(without(tmp_path, SECOND), machines)
    golden("apply_refusals/policies_that_lie_nowhere_else", problem)


def test_no_controller_leaves_before_a_backup_was_restored(
    tmp_path: Path, machines: Machines, samba: Samba, golden: Golden
) -> None:
    """Also where the program is not there at all. Sabotage: leave `_no_backup` out."""
    samba.says(BACKUP, "none of the last 24 hours\n")
    (problem,) = attempt(without(tmp_path, SECOND), machines)
    golden("apply_refusals/a_directory_without_a_backup", problem)
    (samba.folder / BACKUP).unlink()
    assert attempt(tmp_path / "lab", machines) == [problem]


def test_the_backup_is_made_where_policies_are_edited() -> None:
    """Sabotage: name the first one."""
    standing = {host: Standing({"PdcEmulation": "lab-dc3"}, (), True) for host in (FIRST, "lab-dc3")}
    with pytest.raises(Refused) as refused:
        hold_departure({SECOND: 41}, (), standing)
    (problem,) = refused.value.problems
    assert f"{BACKUP} at lab-dc3, before {SECOND}" in problem.remedy
    hold_departure({SECOND: 41}, (), {**standing, FIRST: replace(standing[FIRST], has_backup=True)})


def test_one_that_stays_and_does_not_answer_keeps_it(
    tmp_path: Path, machines: Machines, golden: Golden
) -> None:
    """There is no Samba here at all. Sabotage: take a silent controller for one without complaints."""
    (problem,) = attempt(without(tmp_path, SECOND), machines)
    golden("apply_refusals/a_controller_that_stays_silent", problem)


def test_the_last_catalogue_does_not_leave(tmp_path: Path, machines: Machines, samba: Samba) -> None:
    """Sabotage: leave the catalogue out of `_nobody_left`."""
    samba.replication(options=0)
    (problem,) = attempt(without(tmp_path, SECOND), machines)
    assert (problem.code, problem.value) == ("TH-LAST-CONTROLLER", SECOND)


def test_the_last_controller_does_not_leave(golden: Golden) -> None:
    """Sabotage: ask only those that stay."""
    with pytest.raises(Refused) as refused:
        hold_departure({SECOND: 41}, (), {})
    (problem,) = refused.value.problems
    golden("apply_refusals/the_last_controller", problem)


def test_a_controller_gets_no_other_work_by_its_line(golden: Golden) -> None:
    """Sabotage: look only at hosts whose line is gone."""
    fine = Standing({"Schema": FIRST}, (), True, has_backup=True)
    with pytest.raises(Refused) as refused:
        hold_departure({SECOND: 41}, (SECOND,), {FIRST: fine})
    golden("apply_refusals/a_controller_with_other_work", refused.value)
    hold_departure({SECOND: 41}, (), {FIRST: fine})


def test_every_reason_is_told_at_once() -> None:
    """Sabotage: stop at the first."""
    bad = Standing({"Schema": SECOND}, (Source(SECOND, "DC=lab", 3, None),), True, (POLICY,))
    with pytest.raises(Refused) as refused:
        hold_departure({SECOND: 41}, (), {FIRST: bad})
    codes = {problem.code for problem in refused.value.problems}
    assert codes == {"TH-NO-BACKUP", "TH-OPERATIONS-MASTER", "TH-REPLICATION", "TH-POLICIES-MISSING"}
