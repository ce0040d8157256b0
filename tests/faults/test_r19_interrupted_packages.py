"""R19: packages that an interrupted run left half-way are finished, or handed to a person."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply.packages import broken_off, mend_packages
from orchestrator.errors import MachineError
from orchestrator.model.plan import LedgerState, UnitState
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from orchestrator.reach import Answer
from tests.faults.test_r01_killed_controller import TOWN, prepared
from tests.golden import Golden
from tests.plan.renderings import CODE, rendering

HOST = "srv-1"
POSTINST = "#!/bin/sh\ntest -e {folder}/well\n"
CONTROL = (
    "Package: probe\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: a probe\n"
)

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg is a thing of Debian")


@dataclass
class Host:
    """A host with a real dpkg and its own list of packages; one of them stops in the middle of its set-up."""

    folder: Path
    asked: list[str] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        return {
            **os.environ,
            "DPKG_ADMINDIR": str(self.folder / "dpkg"),
            "DPKG_FORCE": "not-root,script-chrootless",
            "LC_ALL": "C",
        }

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        self.asked += commands.values()
        return {host: self._run(host, command) for host, command in commands.items()}

    def _run(self, host: str, command: str) -> Answer:
        own = command.replace("dpkg --", f"dpkg --log={self.folder}/log --")
        done = subprocess.run(
            ["sh", "-c", own], env=self.settings, capture_output=True, text=True, check=False
        )
        return Answer(host, done.returncode, done.stdout, done.stderr)

    def interrupt(self) -> None:
        """Install a package whose set-up breaks off."""
        (self.folder / "dpkg/updates").mkdir(parents=True)
        (self.folder / "dpkg/info").mkdir()
        for name in ("status", "available"):
            (self.folder / "dpkg" / name).touch()
        source = self.folder / "probe/DEBIAN"
        source.mkdir(parents=True)
        (source / "control").write_text(CONTROL)
        (source / "postinst").write_text(POSTINST.format(folder=self.folder))
        (source / "postinst").chmod(0o755)
        made = self.folder / "probe.deb"
        build = ["dpkg-deb", "--build", "--root-owner-group", str(source.parent), str(made)]
        subprocess.run(build, check=True, capture_output=True)
        install = [
            "dpkg",
            f"--log={self.folder}/log",
            f"--instdir={self.folder}/root",
            "--install",
            str(made),
        ]
        (self.folder / "root").mkdir()
        done = subprocess.run(install, env=self.settings, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr

    def audit(self) -> str:
        return self._run(HOST, "dpkg --audit").output


@pytest.fixture
def host(tmp_path: Path) -> Host:
    found = Host(tmp_path)
    found.interrupt()
    assert "probe" in found.audit()
    return found


def test_packages_that_were_left_half_way_are_finished(host: Host) -> None:
    """Sabotage: leave `--configure` out."""
    (host.folder / "well").touch()
    told: list[str] = []
    mend_packages(host, [HOST], told.append)
    assert host.audit() == ""
    assert told == [f"{HOST}: an interrupted run left packages half-way, they are configured now: probe"]


def test_what_the_known_step_does_not_heal_is_handed_to_a_person(host: Host, golden: Golden) -> None:
    """Sabotage: go on after the step whatever it did."""
    with pytest.raises(MachineError) as error:
        mend_packages(host, [HOST], lambda _: None)
    golden("refusals/packages_left_half_way", error.value)


def test_a_host_whose_packages_are_whole_is_asked_once_and_left_alone(host: Host) -> None:
    """Sabotage: configure everywhere."""
    (host.folder / "well").touch()
    mend_packages(host, [HOST], lambda _: None)
    host.asked.clear()
    mend_packages(host, [HOST], lambda _: None)
    assert len(host.asked) == 1


def test_only_hosts_whose_last_run_broke_off_are_asked() -> None:
    """Sabotage: ask every host of the plan, or only those whose end nobody saw."""
    hosts = {"srv-1": "failed", "srv-2": "verified", "srv-3": "started", "srv-4": "unknown"}
    town = rendering([(name, "base", {}) for name in (*hosts, "srv-5")])
    known = {(name, "base"): UnitState(event, "other", "", "", "", 1) for name, event in hosts.items()}
    ledger = LedgerState(known, 1)
    assert broken_off(plan(town, CODE, ledger), ledger) == ("srv-1", "srv-3", "srv-4")


def test_an_apply_begins_no_unit_where_packages_stay_half_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: leave the step out of the pipeline."""
    machines, ledger = prepared(tmp_path, monkeypatch, (("lab-pc-0001", "workstation"),))
    machine = " id-of-lab-pc-0001"
    ledger.append([Entry("failed", "earlier", "lab-pc-0001", "workstation", "key", machine=machine)])
    (tmp_path / "bin").mkdir()
    dpkg = tmp_path / "bin/dpkg"
    dpkg.write_text("#!/bin/sh\necho ' half-way  a package'\n")
    dpkg.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    known = ledger.state()
    with pytest.raises(MachineError, match="half-way"):
        pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=machines.hands))
    assert not machines.happened()
    assert ledger.state() == known
