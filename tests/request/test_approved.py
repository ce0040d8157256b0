"""What approved code makes of the same lines; it runs where it can reach, read and write nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.approved import with_effect
from orchestrator.cli.main import run
from orchestrator.desired import PROJECT
from orchestrator.model.request import ARGUMENTS, CodeEffect, RequestPlan
from orchestrator.report.request_markdown import request_markdown
from orchestrator.report.request_text import SAME, request_text
from orchestrator.requested import asked
from orchestrator.sandbox import Jail, Limits, see_that_it_isolates
from orchestrator.sandbox.enter import WRITABLE
from tests.golden import Golden
from tests.request.planning import planned
from tests.request.repository import TOWN, Bare

MACHINES, DESIRED = "orchestrator/render/machines.py", "orchestrator/desired.py"
ROOM = '"workstation_room": placement.room,'
ATTACKS = """
import os, socket, sys, ctypes

def tried(deed):
    try:
        deed()
    except BaseException:
        return "-"
    return "+"

def connect(family, place):
    with socket.socket(family) as one:
        one.settimeout(2)
        one.connect(place)

def write(path):
    with open(path, "w") as file:
        file.write("x")


def secret():
    assert os.environ["TOWNHALL_CANARY"]

deeds = [
    lambda: connect(socket.AF_INET, ("127.0.0.1", {port})),
    lambda: connect(socket.AF_UNIX, {unix!r}),
    lambda: open({canary!r}).read(),
    lambda: open({kept!r}).read(),
    lambda: write({outside!r}),
    lambda: write({beside!r}),
    lambda: os.kill({process}, 0),
    secret,
]
sys.stderr.write("attacks " + "".join(map(tried, deeds)) + "\\n")
sys.stderr.flush()
os._exit(3)
"""


MAY_ISOLATE = not subprocess.run(
    ["unshare", "--user", "--map-root-user", "--mount", "true"], check=False
).returncode

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not MAY_ISOLATE, reason="this machine makes no user namespaces"),
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return Bare(tmp_path_factory.mktemp("approved") / "bare")


def effect(bare: Bare, branch: str, limits: Limits | None = None) -> tuple[RequestPlan, CodeEffect]:
    """The plan of a branch whose code was approved, and what its code does."""
    found = with_effect(planned(bare, branch), asked(Path(TOWN), "main", branch, bare.folder), limits)
    assert found.effect
    return found, found.effect


def with_code(bare: Bare, name: str, path: str, old: str, new: str) -> str:
    """A branch with words of a file of the program replaced."""
    text = bare.files[path]
    assert isinstance(text, str) and text.count(old) == 1
    return bare.branch(name, {path: text.replace(old, new)})


def first_line(bare: Bare, name: str, program: str) -> str:
    """A branch that runs a program as soon as its code is read."""
    future = "from __future__ import annotations\n"
    return with_code(bare, name, DESIRED, future, f"{future}{program}\n")


def test_code_that_renders_otherwise_is_told_by_its_arguments(bare: Bare, golden: Golden) -> None:
    """Sabotage: render both sides with the running program."""
    plan, found = effect(bare, with_code(bare, "rooms", MACHINES, ROOM, '"workstation_room": "here",'))
    assert found.failed == ""
    assert {(one.kind, one.role) for one in found.changes} == {(ARGUMENTS, "workstation")}
    assert sum(len(one.hosts) for one in found.changes) == 132
    few = replace(plan, effect=replace(found, changes=found.changes[:2]))
    golden("request/approved_code", request_text(few))
    assert "### The same lines with the code of the head" in request_markdown(few)


def test_code_that_renders_the_same_is_told_so(bare: Bare) -> None:
    """Sabotage: leave the section away where nothing differs."""
    branch = with_code(bare, "comment", MACHINES, ROOM, f"{ROOM}  # a word")
    plan, found = effect(bare, branch)
    assert found == CodeEffect(())
    assert SAME in request_text(plan)


@pytest.fixture
def attacks(tmp_path: Path) -> Iterator[str]:
    """A program that tries to get out, with something to find at each place."""
    canary = Path.home() / f".townhall-canary-{os.getpid()}"
    kept = tmp_path / "kept"
    for file in (canary, kept):
        file.write_text("a secret")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind("\0townhall-canary")
        local.listen()
        yield ATTACKS.format(
            port=server.getsockname()[1],
            unix="\0townhall-canary",
            canary=str(canary),
            kept=str(kept),
            outside=str(tmp_path / "written"),
            beside=str(PROJECT / "build" / "written-by-a-branch"),
            process=os.getpid(),
        )
    canary.unlink()
    (PROJECT / "build" / "written-by-a-branch").unlink(missing_ok=True)


def test_hostile_code_reaches_reads_and_writes_nothing(
    bare: Bare, attacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What works outside fails inside. Sabotage: leave out --net, or bind the home folder."""
    monkeypatch.setenv("TOWNHALL_CANARY", "a secret")
    (PROJECT / "build").mkdir(exist_ok=True)
    outside = subprocess.run([sys.executable, "-c", attacks], capture_output=True, text=True, check=False)
    assert outside.stderr == "attacks ++++++++\n"
    (tmp_path / "written").unlink()
    (PROJECT / "build" / "written-by-a-branch").unlink()
    _, found = effect(bare, first_line(bare, f"hostile-{os.getpid()}", attacks))
    assert found.failed.endswith("failed: attacks --------")
    assert not (tmp_path / "written").exists()
    assert not (PROJECT / "build" / "written-by-a-branch").exists()


def test_inside_no_mount_becomes_writable_and_only_the_folder_in_memory_takes_a_file() -> None:
    """Not even in a namespace of its own. Sabotage: bind without reading only, or leave a folder writable."""
    program = (
        "import ctypes\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.unshare(0x10000000 | 0x20000)\n"
        "done = [libc.mount(b'', path, b'', 32 | 4096, b'') for path in (b'/', b'/usr')]\n"
        "done += [libc.umount2(b'/usr', 2)]\n"
        f"for path in ('/x', '/usr/x', '/etc/x', '{WRITABLE}/x'):\n"
        "    try:\n"
        "        open(path, 'w').close()\n"
        "        done.append(path)\n"
        "    except OSError:\n"
        "        pass\n"
        "print(*done)\n"
    )
    said = Jail({}).run([sys.executable, "-I", "-c", program])
    assert said.output.decode() == f"-1 -1 -1 {WRITABLE}/x\n"


def test_what_is_read_may_lie_at_any_path(tmp_path: Path) -> None:
    """A project may lie below /work or /old. Sabotage: call the writable folder /work."""
    (tmp_path / "line").write_text("read")
    places = {f"/{folder}/line": str(tmp_path / "line") for folder in ("work", "old", "home")}
    program = f"print(*(open(path).read() for path in {sorted(places)!r}))"
    assert Jail(places).run([sys.executable, "-I", "-c", program]).output == b"read read read\n"


def test_an_ordinary_users_path_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: look for pivot_root on the caller's path only."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    see_that_it_isolates()


@pytest.mark.parametrize(
    ("name", "program", "told"),
    [
        ("endless", "while True: pass", "did not end within 3 s"),
        ("greedy", "held = bytearray(1 << 40)", "failed: MemoryError"),
        ("talkative", "import sys\nwhile True: sys.stdout.write('x' * 1000000)", "failed"),
        ("liar", "import os\nos.write(1, b'[1, 2]')\nos._exit(0)", "failed: what it printed is no rendering"),
        (
            "deep",
            "import os\nos.write(1, b'[' * 100000)\nos._exit(0)",
            "failed: what it printed is no rendering",
        ),
    ],
)
def test_code_that_does_not_end_or_answer_is_told_and_stopped(
    bare: Bare, name: str, program: str, told: str
) -> None:
    """Sabotage: wait without a limit, or believe what is printed."""
    limits = Limits(seconds=3, files=8 << 20)
    _, found = effect(bare, first_line(bare, name, program), limits)
    assert told in found.failed
    assert found.changes == ()


def test_where_nothing_isolates_the_code_does_not_run(
    bare: Bare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: run the code anyway, with fewer walls."""
    stub = tmp_path / "unshare"
    stub.write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    touched = tmp_path / "touched"
    branch = first_line(bare, "touches", f"open({str(touched)!r}, 'w')")
    words = ["--base", "main", "--head", branch, "--repository", str(bare.folder), "--approved"]
    assert run(["plan", "-i", TOWN, *words]) == 1
    said = capsys.readouterr().err
    assert "Operation not permitted" in said and "user namespaces" in said
    assert not touched.exists()
