"""townhall-rollback remembers what became of a change, and begins none that it could not take back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.taking_back import REPOSITORY, Machine

DOORS = ("/etc/ssh", "/etc/pam.d")
CONFIG = "etc/ssh/sshd_config"


@pytest.fixture
def doors(tmp_path: Path) -> Machine:
    """A machine with an SSH server."""
    machine = Machine.with_tool(tmp_path, "base", "townhall-rollback")
    machine.write(CONFIG, "Port 22\n")
    machine.write("etc/ssh/a name with \\ and blanks", "kept\n")
    return machine


def test_what_became_of_an_arming_is_remembered(doors: Machine) -> None:
    """Sabotage: leave `remember` out of `settle` or `confirm`, or take what waits no more for armed."""
    assert doors.outcome == "0 none"
    assert doors("arm", "90", *DOORS).returncode == 0
    assert doors.outcome == "1 armed"
    assert doors("settle").returncode == 0
    assert doors.outcome == "1 confirmed"
    doors("arm", "90", *DOORS, connection="one")
    doors.write(CONFIG, "Port 23\n")
    assert doors("settle").returncode == 3
    assert doors("confirm", connection="two").returncode == 0
    assert doors.outcome == "2 confirmed"
    doors("arm", "90", *DOORS)
    doors.write(CONFIG, "Port 24\n")
    doors.write("etc/ssh/new", "")
    assert doors("revert").returncode == 0
    assert (doors.outcome, doors.read(CONFIG)) == ("3 reverted", "Port 23\n")
    assert not (doors.root / "etc/ssh/new").exists()


def test_files_that_do_not_come_back_are_told_until_they_do(doors: Machine) -> None:
    """Sabotage: let `back` not say where tar fails."""
    doors("arm", "90", *DOORS)
    archive = doors.root / "var/lib/townhall/rollback/before.tar"
    kept = archive.read_bytes()
    archive.write_bytes(b"no archive")
    assert doors("revert").returncode == 1
    assert doors.outcome == "1 failed"
    archive.write_bytes(kept)
    assert doors("revert").returncode == 0
    assert doors.outcome == "1 reverted"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("deaf", "sshd -t says no such word"),
        ("full", "no room to unpack it"),
        ("changing", "is not what is on the disk"),
        ("losing", "not every file is in"),
    ],
)
def test_no_change_begins_whose_way_back_would_not_hold(doors: Machine, fault: str, said: str) -> None:
    """Sabotage: leave out `rehearse`, or any one of its four questions."""
    doubles = {
        "full": ("df", "#!/bin/sh\necho head\necho disk 9 9 0 full\n"),
        "changing": ("tar", '#!/bin/sh\ncase "$*" in *-df*) exit 1 ;; esac\nexec /bin/tar "$@"\n'),
        "losing": ("tar", '#!/bin/sh\ncase "$*" in *-tf*) exit 0 ;; esac\nexec /bin/tar "$@"\n'),
    }
    if fault in doubles:
        name, text = doubles[fault]
        doors.write(f"bin/{name}", text, 0o755)
    else:
        doors.write(fault, "")
    refused = doors("arm", "90", *DOORS)
    assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
    assert (doors.outcome, doors.read("timer")) == ("0 none", "")


def test_the_tool_says_once_that_a_confirmation_came_too_late(doors: Machine) -> None:
    """Sabotage: write the sentence into `settle` and `confirm` again."""
    text = (REPOSITORY / "roles/base/templates/usr/local/sbin/townhall-rollback.j2").read_text()
    assert text.count("too late") == 1
    assert all("too late" in doors(word).stderr for word in ("settle", "confirm"))
