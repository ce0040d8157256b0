"""The engine of the checks, tried with checks that need no machine."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from orchestrator.desired import PROJECT, desired
from orchestrator.errors import TownhallError
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.verify import verify
from orchestrator.verify.run import CHECKS

LAB = PROJECT / "inventories" / "lab"
WANTED = desired(LAB)
ROLE = Selection(scope="role")
PCS = ["lab-pc-0001", "lab-pc-0002"]
FILE = """
import pytest

pytestmark = pytest.mark.role("workstation")


def test_the_pc_has_a_person(machine, arguments):
    assert arguments["workstation_person"]["account"] != "j.jovanovic", "it is hers"


@pytest.mark.town
def test_the_town_has_pcs(intent):
    assert len(intent.placements) > 5


def test_not_tried(machine):
    pytest.skip("no camera")
"""

DIARY = """
import os, time
import pytest

pytestmark = pytest.mark.role("workstation")


def note(machine, name):
    begin = time.time()
    time.sleep(0.05)
    with open("DIARY", "a") as file:
        file.write(f"TOPIC/{machine.backend.hostname}/{name} {os.getpid()} {begin} {time.time()}\\n")


@pytest.mark.alone
def test_a(machine):
    note(machine, "alone")


def test_b(machine):
    note(machine, "first")


def test_c(machine):
    note(machine, "second")
"""


@pytest.fixture
def checks(tmp_path: Path) -> Path:
    shutil.copy(CHECKS / "conftest.py", tmp_path)
    (tmp_path / "test_people.py").write_text(FILE)
    return tmp_path


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """Checks that write down in which process they began and ended, and when."""
    shutil.copy(CHECKS / "conftest.py", tmp_path)
    # A name of its own for each: this process remembers the files that it has read.
    for topic in ("diary", "else"):
        text = DIARY.replace("TOPIC", topic).replace("DIARY", str(tmp_path / "diary"))
        (tmp_path / f"test_{topic}_{tmp_path.name}.py").write_text(text)
    return tmp_path


def entries(diary: Path) -> dict[str, tuple[int, float, float]]:
    """Process, begin and end of each check."""
    lines = [line.split() for line in (diary / "diary").read_text().splitlines()]
    return {name: (int(process), float(begin), float(end)) for name, process, begin, end in lines}


def tried(checks: Path, selection: Selection) -> Verdict:
    return verify(WANTED, LAB, selection, checks=checks)


def held(verdict: Verdict) -> dict[tuple[str, str], bool]:
    return {(check.host, check.sentence): check.passed for check in verdict.checks}


def test_a_check_runs_on_each_machine_that_carries_its_role(checks: Path) -> None:
    """Sabotage: parametrise over the first host only."""
    found = held(tried(checks, Selection()))
    assert found[PCS[0], "the pc has a person"] is False
    assert found[PCS[1], "the pc has a person"] is True
    assert found["", "the town has pcs"] is True


def test_the_reason_of_a_failure_is_told(checks: Path) -> None:
    """Sabotage: leave `why` empty."""
    (failed,) = [check for check in tried(checks, ROLE).failures if "person" in check.sentence]
    assert failed.why.startswith("AssertionError: it is hers")


def test_a_check_that_was_not_tried_has_not_passed(checks: Path) -> None:
    """Sabotage: count a skipped check as passed."""
    skipped = [check for check in tried(checks, ROLE).checks if check.sentence == "not tried"]
    assert [(check.passed, check.why) for check in skipped] == [(False, "not tried: no camera")] * 2


def test_the_scope_of_a_role_leaves_out_checks_of_the_whole_town(checks: Path) -> None:
    """Sabotage: ignore the scope."""
    assert ("", "the town has pcs") not in held(tried(checks, ROLE))


@pytest.mark.parametrize(
    "selection",
    [
        Selection(hosts=frozenset({PCS[0]})),
        Selection(units=frozenset({(PCS[0], "workstation")})),
    ],
)
def test_only_selected_machines_are_tried(checks: Path, selection: Selection) -> None:
    """Sabotage: ignore the selected hosts."""
    assert {check.host for check in tried(checks, selection).checks} == {"", PCS[0]}


def test_another_role_tries_nothing(checks: Path) -> None:
    """Sabotage: ignore the selected roles."""
    assert not tried(checks, Selection(roles=frozenset({"dhcp_server"}))).checks


def test_each_check_is_told_as_soon_as_it_is_over(checks: Path) -> None:
    """Sabotage: tell only at the end."""
    told: list[Check] = []
    verdict = verify(WANTED, LAB, Selection(), told.append, checks)
    assert sorted(told) == list(verdict.checks)


def test_a_file_that_cannot_be_read_is_an_error_and_not_an_empty_verdict(checks: Path) -> None:
    """Sabotage: return an empty verdict for a broken file."""
    (checks / "test_broken.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(TownhallError, match="nothing_of_this_name"):
        tried(checks, Selection())


def test_machines_and_topics_meet_but_one_machine_is_tried_in_order(diary: Path) -> None:
    """Sabotage: give out every check by itself, or all to one process."""
    assert tried(diary, Selection()).passed
    found = entries(diary)
    for place in [f"{topic}/{pc}" for topic in ("diary", "else") for pc in PCS]:
        (first, _, end), (second, begin, _) = found[f"{place}/first"], found[f"{place}/second"]
        assert first == second
        assert end <= begin
    assert len({process for process, _, _ in found.values()}) > 2


def test_what_disturbs_others_is_tried_when_all_others_are_over(diary: Path) -> None:
    """Sabotage: leave out whether a check is one to be alone, in either place."""
    assert len(tried(diary, Selection()).checks) == 12
    found = entries(diary)
    others = max(end for name, (_, _, end) in found.items() if not name.endswith("/alone"))
    alone = sorted((begin, end) for name, (_, begin, end) in found.items() if name.endswith("/alone"))
    assert len(alone) == 4
    assert alone[0][0] >= others
    assert all(end <= begin for (_, end), (begin, _) in pairwise(alone))


def test_one_machine_at_a_time_takes_no_other_process(diary: Path) -> None:
    """Sabotage: ignore the scope where processes are counted."""
    assert tried(diary, ROLE).passed
    assert {process for process, _, _ in entries(diary).values()} == {os.getpid()}


def test_a_process_that_ends_before_its_check_is_an_error_and_names_the_check(checks: Path) -> None:
    """Sabotage: take no notice of reports without a result."""
    end = "import os\nimport pytest\npytestmark = pytest.mark.role('workstation')\n"
    (checks / "test_end.py").write_text(f"{end}def test_nothing_is_left(machine):\n    os._exit(3)\n")
    with pytest.raises(TownhallError, match=r"test_end.py::test_nothing_is_left\[@lab-pc-000[12]@\]"):
        tried(checks, Selection())


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Whoever starts the tests in the background has them ignore interruptions."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("selection", "asker"), [(ROLE, "getpid"), (Selection(), "getppid")])
@pytest.mark.usefixtures("interruptible")
def test_who_stops_a_verification_is_told_so(checks: Path, selection: Selection, asker: str) -> None:
    """Sabotage: take an interruption for an error without a word."""
    (checks / f"test_stop_{asker}.py").write_text(
        "import os, signal, time\nimport pytest\npytestmark = pytest.mark.role('workstation')\n"
        f"def test_stopped(machine):\n    os.kill(os.{asker}(), signal.SIGINT)\n    time.sleep(0.5)\n"
    )
    with pytest.raises(KeyboardInterrupt):
        tried(checks, selection)


def test_a_secret_is_hidden_where_the_check_was_tried(checks: Path) -> None:
    """Sabotage: hide it in the process that asked."""
    (checks / "test_end.py").write_text(
        "import pytest\npytestmark = pytest.mark.role('workstation')\n"
        "def test_told(machine, context):\n"
        "    assert context.secrets.given('hunter2 is long enough') == '', 'hunter2 is long enough'\n"
    )
    (first, second) = [check for check in tried(checks, Selection()).checks if check.sentence == "told"]
    assert first.why.startswith("AssertionError: ***")
    assert "hunter2" not in first.why + second.why


def test_the_arguments_of_a_check_never_show_a_secret_in_its_failure(checks: Path) -> None:
    """Sabotage: leave the reason as pytest writes it."""
    from orchestrator.verify.secrets import Secrets

    secrets = Secrets(LAB)
    secrets.given("hunter2 is long enough")
    assert secrets.hidden("it was 'hunter2 is long enough'") == "it was '***'"
