"""An apply whose rules close a way, against what the flows say: all is as before, and it is told so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from orchestrator.apply.ansible import Runner
from orchestrator.hands import Hands
from orchestrator.model.outcome import UnitOutcome
from orchestrator.pipeline import Options, apply_town
from orchestrator.prospect import Prospect
from tests.lab_e2e.conftest import REPOSITORY, TOWN, Shell
from tests.lab_e2e.test_firewall_takes_itself_back import LIVE, TOOL, WANTED

STAMP = "/var/lib/townhall/units/firewall.json"
TEMPLATE = "roles/firewall/templates/etc/townhall/firewall.nft.j2"
ALLOWED = "ct state established,related accept"
CUT = "tcp dport 53 drop"
CONTROLLER = "ip saddr @administration tcp dport 22 accept"


@pytest.fixture
def firewall(host: str, on: Callable[[str], Shell]) -> Iterator[Shell]:
    """Runs a command on the town's firewall, which is applied again after."""
    shell = on(host)
    assert shell(f"{TOOL} status").returncode == 0
    yield shell
    assert applied(shell, REPOSITORY).state == "applied"
    assert shell(f"{TOOL} status").returncode == 0


@pytest.fixture
def mistaken(tmp_path: Path) -> Callable[[str, str], Path]:
    """Gives a project whose template of the rules has another text at the last place of one."""

    def project(text: str, mistake: str) -> Path:
        for path in REPOSITORY.iterdir():
            if path.name not in {"roles", "ansible.cfg"}:
                (tmp_path / path.name).symlink_to(path)
        shutil.copy(REPOSITORY / "ansible.cfg", tmp_path)
        shutil.copytree(REPOSITORY / "roles", tmp_path / "roles")
        template = tmp_path / TEMPLATE
        head, found, tail = template.read_text(encoding="utf-8").rpartition(text)
        assert found
        template.write_text(f"{head}{mistake}{tail}", encoding="utf-8")
        return tmp_path

    return project


def applied(firewall: Shell, project: Path) -> UnitOutcome:
    """Apply the firewall's unit anew with a project's roles, and give its end.

    In a process of its own: the checks after an apply are a run of pytest too.
    """
    firewall(f"rm -f {STAMP}")
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        return pool.submit(apply_firewall, project).result()


def apply_firewall(project: Path) -> UnitOutcome:
    """Apply the firewall's unit and nothing else."""
    options = Options(ask_everyone=True, narrow=only_the_firewall, hands=Hands(ansible=Runner(project)))
    done = apply_town(TOWN, lambda _: True, options)
    assert done
    (end,) = done.outcome.units
    return end


def only_the_firewall(prospect: Prospect) -> Prospect:
    """Leave out what else is pending."""
    units = {(unit.host, unit.role) for unit in prospect.plan.units if unit.role == "firewall"}
    return replace(prospect, plan=prospect.plan.only(units))


def test_a_change_that_cuts_a_pc_off_its_names_is_taken_back_at_once_and_told(
    firewall: Shell, on: Callable[[str], Shell], mistaken: Callable[[str, str], Path]
) -> None:
    """Sabotage: leave the probes out of the order in orchestrator/pipeline.py."""
    before = firewall(LIVE).stdout
    end = applied(firewall, mistaken(ALLOWED, f"{ALLOWED}\n    {CUT}"))
    assert CUT in firewall(f"cat {WANTED}").stdout, "the mistake was never made"
    assert end.state == "reverted", end.why
    assert "its rules are as before" in end.why
    assert "lab-pc-" in end.why
    assert "port 53" in end.why
    assert firewall(LIVE).stdout == before
    assert firewall(f"{TOOL} outcome").stdout.split()[1] == "reverted"
    assert on("lab-pc-0001")("getent hosts lab-dc1").returncode == 0


def test_a_change_that_cuts_the_controller_off_is_waited_for_and_told(
    firewall: Shell, mistaken: Callable[[str, str], Path]
) -> None:
    """Sabotage: leave `aftermath.settle` out of Course."""
    before = firewall(LIVE).stdout
    end = applied(firewall, mistaken(CONTROLLER, "drop"))
    assert end.state == "reverted", end.why
    assert "its rules are as before" in end.why
    assert firewall(LIVE).stdout == before
