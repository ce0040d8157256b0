"""R1: a task that lives on at its host after the controller was killed is waited for before anything else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply.lock import who
from orchestrator.apply.survivors import survivors, wait_for_survivors
from orchestrator.errors import MachineError
from orchestrator.reach import Answer
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import KILLED, TOWN, attempt, prepared
from tests.golden import Golden

pytestmark = pytest.mark.long

PC = "lab-pc-0001"
MITOGEN = "/usr/bin/python3(mitogen:root@pc:7)"
MODULE = "import sys, time; time.sleep(float(sys.argv[1])); open(sys.argv[2], 'a').write('end task task\\n')"


@dataclass
class Host:
    """A host for a while: its processes are those that were started for it, its locks lie in its folder."""

    folder: Path
    ours: list[subprocess.Popen[bytes]] = field(default_factory=list)
    adopted: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("proc", "dpkg"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "dpkg/lock-frontend").touch()
        if not (self.folder / "proc/uptime").is_symlink():
            (self.folder / "proc/uptime").symlink_to("/proc/uptime")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a process of the host and let its name settle."""
        process = subprocess.Popen(words)
        self.ours.append(process)
        (self.folder / "proc" / str(process.pid)).symlink_to(f"/proc/{process.pid}")
        time.sleep(0.3)
        return process

    def adopt(self, parent: int) -> int:
        """Count the only child of a process among the host's too."""
        (child,) = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        (self.folder / "proc" / child).symlink_to(f"/proc/{child}")
        self.adopted.append(int(child))
        return int(child)

    def module(self, seconds: float) -> subprocess.Popen[bytes]:
        """A module of Ansible that was copied to the host."""
        path = self.folder / "AnsiballZ_apt.py"
        path.write_text(MODULE)
        return self.start(sys.executable, str(path), str(seconds), str(self.folder.parent / "log"))

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        return {host: self._run(host, command) for host, command in commands.items()}

    def _run(self, host: str, command: str) -> Answer:
        own = command.replace("/proc/", f"{self.folder}/proc/")
        own = own.replace("/var/lib/dpkg/", f"{self.folder}/dpkg/")
        done = subprocess.run(["sh", "-c", own], capture_output=True, text=True, check=False)
        return Answer(host, done.returncode, done.stdout, done.stderr)

    def end(self) -> None:
        """End what was started here."""
        for child in self.adopted:
            os.kill(child, signal.SIGKILL)
        for process in self.ours:
            process.kill()
            process.wait()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    found = Host(tmp_path / "host")
    yield found
    found.end()


def lives(host: Host) -> list[tuple[int, str]]:
    return [(one.process, one.command) for one in survivors(host, [PC])]


def test_a_module_is_found_however_ansible_brought_it(host: Host) -> None:
    """Copied, through a pipe, by mitogen, or as a package manager. Sabotage: take one of the marks out."""
    assert lives(host) == []
    copied = host.module(60)
    piped = host.start("/bin/sh", "-c", "sleep 60 && sleep 0")
    begun = f"exec -a '{MITOGEN}' sh -c 'sleep 60; true'"
    carried = host.adopt(host.start("bash", "-c", begun).pid)
    lock = host.folder / "dpkg/lock-frontend"
    holder = host.start(sys.executable, "-c", f"import time; f = open('{lock}'); time.sleep(60)")
    host.start("sleep", "60")
    found = dict(lives(host))
    assert set(found) == {copied.pid, piped.pid, carried, holder.pid}
    assert "AnsiballZ_apt.py" in found[copied.pid]
    (one,) = (one for one in survivors(host, [PC]) if one.process == copied.pid)
    assert one.user == Path(f"/proc/{copied.pid}").owner()
    assert 0 <= one.seconds < 30


def test_a_process_of_mitogen_that_only_waits_is_no_task(host: Host) -> None:
    """The line was cut, and its end of it does not know yet. Sabotage: take its name for a task."""
    waiting = f"exec -a '{MITOGEN}' sleep 60"
    host.start("bash", "-c", waiting)
    sudo = host.folder / "sudo"
    sudo.write_text(f'bash -c "{waiting}"; true\n')
    first = host.start("bash", "-c", f"exec -a '{MITOGEN}' sh -c 'sh {sudo}; true'")
    time.sleep(0.3)
    host.adopt(host.adopt(first.pid))
    assert lives(host) == []


def test_it_is_waited_for_with_words_until_it_ends(host: Host) -> None:
    """Sabotage: return at once, or say nothing."""
    process, told = host.module(2), list[str]()
    wait_for_survivors(Reaping(host), [PC], told.append, longest=60, pause=0.2)
    assert process.poll() == 0
    (words,) = told
    assert f"process {process.pid} of " in words
    assert f"at {PC}" in words


class Reaping:
    """The host's init: takes what has ended."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        for process in self._host.ours:
            process.poll()
        return self._host.run_all(commands, timeout)


def test_after_the_bound_it_says_who_what_and_the_way_out(host: Host, golden: Golden) -> None:
    """Sabotage: wait without an end."""
    process, began = host.module(60), time.monotonic()
    with pytest.raises(MachineError) as error:
        wait_for_survivors(host, [PC], lambda _: None, longest=0.5, pause=0.1)
    assert time.monotonic() - began < 20
    said = re.sub(r"since \d+ s:.*AnsiballZ_apt\.py.*;", "since SECONDS: COMMAND;", str(error.value))
    golden(
        "refusals/a_task_that_survives", said.replace(f" of {who()} at", " of WHO at"), PID=str(process.pid)
    )


def test_a_resumed_run_checks_nothing_while_the_old_task_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: leave the waiting out of the pipeline, or wait after the checks."""
    machines, _ = prepared(tmp_path, monkeypatch, ((PC, "workstation"),))
    assert attempt(machines, 4, only_rest=False) == KILLED
    host = Host(machines.root / PC)
    process, told = host.module(3), list[str]()
    try:
        options = pipeline.Options(only_rest=True, tell=told.append, hands=reaping(machines, host))
        done = pipeline.apply_town(TOWN, lambda _: True, options)
    finally:
        host.end()
    assert done is not None
    assert done.succeeded
    assert f"process {process.pid}" in told[0]
    assert [words[0] for words in machines.happened()][:3] == ["end", "check", "change"]


def reaping(machines: Machines, host: Host) -> pipeline.Hands:
    """The hands of machines, one of which has an init."""

    class Shell:
        def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
            for process in host.ours:
                process.poll()
            return machines.run_all(commands, timeout)

    hands = machines.hands
    return pipeline.Hands(lambda _: Shell(), hands.ansible, hands.devices, hands.verify)
