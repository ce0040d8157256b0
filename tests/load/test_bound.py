"""A load that takes more memory or time than any town of its size is refused, and disturbs nobody else."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import pytest

from orchestrator.errors import Refused
from orchestrator.load import load_text
from orchestrator.load.bound import BOUND, Bound
from orchestrator.load.files import right_files
from orchestrator.load.problems import Problems
from orchestrator.load.reading import read_draft
from tests.golden import Golden
from tests.load.towns import SPECS, TODAY, lab_files
from tests.towns.generate import generate

MUCH = "    # a word that is read and forgotten\n" * 1_000_000
"""Of more bytes than an allocator may have left from earlier."""
LITTLE_MEMORY = Bound(memory=2**24, memory_a_character=0)
LITTLE_TIME = Bound(seconds=0.05, seconds_a_character=0)


@pytest.fixture(scope="module")
def large() -> dict[str, str]:
    """The lab's inventory with a host file of 40 million characters, each of them right."""
    files = lab_files()
    return files | {"hosts/workstations.yml": files["hosts/workstations.yml"] + MUCH}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Whatever becomes of a load, its process has the limits and clocks that it had."""

    def seen() -> object:
        timers = [signal.getitimer(one) for one in (signal.ITIMER_PROF, signal.ITIMER_VIRTUAL)]
        return resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGPROF), timers

    before = seen()
    yield
    assert seen() == before


def refusal(files: dict[str, str], bound: Bound) -> Refused:
    with pytest.raises(Refused) as refused:
        load_text(files, TODAY, SPECS, bound=bound)
    return refused.value


def test_a_load_that_takes_too_much_memory_is_refused(large: dict[str, str], golden: Golden) -> None:
    """Sabotage: set no limit."""
    golden("refusals/a_load_of_too_much_memory", refusal(large, LITTLE_MEMORY))
    assert load_text(large, TODAY, SPECS).hosts


def test_a_load_that_takes_too_long_is_refused(large: dict[str, str], golden: Golden) -> None:
    """Sabotage: set no alarm."""
    golden("refusals/a_load_of_too_much_time", refusal(large, LITTLE_TIME))
    assert load_text(large, TODAY, SPECS).hosts


def test_a_million_hidden_characters_are_refused_at_once() -> None:
    """Sabotage: count lines from the beginning of the file at each of them."""
    hidden = lab_files() | {"hosts/workstations.yml": "#" + "\0" * 1_000_000}
    found = refusal(hidden, Bound(seconds=5, seconds_a_character=0)).problems
    assert [str(one.place) for one in found if one.code == "TH-CHARACTER"] == ["hosts/workstations.yml:1"]


def test_a_load_in_another_thread_is_held_to_its_memory(large: dict[str, str]) -> None:
    """Only the main thread hears alarms. Sabotage: set limits in the main thread only."""
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(refusal, large, LITTLE_MEMORY).result()
        assert pool.submit(load_text, lab_files(), TODAY, SPECS, bound=LITTLE_TIME).result().hosts
    assert [problem.code for problem in found.problems] == ["TH-LOAD-MEMORY"]


def test_loads_side_by_side_leave_the_limits_that_were_there() -> None:
    """Sabotage: let the second one remember the limit of the first as the one to put back."""
    at_once = threading.Barrier(8)

    def several() -> None:
        at_once.wait()
        for _ in range(3):
            load_text(lab_files(), TODAY, SPECS)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(several) for _ in range(8)]:
            done.result()


def test_a_callers_own_alarms_ring_and_stay_its_own(large: dict[str, str]) -> None:
    """Sabotage: take the clock from whoever has it."""
    rung = []

    def ring(number: int, frame: FrameType | None) -> None:
        rung.append(number)

    before = {one: signal.signal(one, ring) for one in (signal.SIGALRM, signal.SIGPROF)}
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        signal.setitimer(signal.ITIMER_PROF, 0.01)
        assert load_text(large, TODAY, SPECS, bound=LITTLE_TIME).hosts
        assert sorted(rung) == [signal.SIGALRM, signal.SIGPROF]
        assert signal.getsignal(signal.SIGPROF) is ring
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_texts_that_are_only_read_are_held_too() -> None:
    """What onboard and fix read. Sabotage: bound whole loads only."""
    seen = []

    class Watched(dict[str, str]):
        def __getitem__(self, file: str) -> str:
            seen.append(resource.getrlimit(resource.RLIMIT_DATA)[0])
            return super().__getitem__(file)

    read_draft(Watched(lab_files()), None, Problems())
    assert seen
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] not in seen


def test_a_town_of_plain_lines_needs_far_less_than_it_may_have(tmp_path: Path) -> None:
    """So that 100,000 PCs pass as these do. Sabotage: let the bound grow with nothing."""
    generate(tmp_path / "town", 5_000, seed=1)
    a_quarter = Bound(2**23, 0.2, BOUND.memory_a_character // 4, BOUND.seconds_a_character / 4)
    assert load_text(right_files(tmp_path / "town"), TODAY, SPECS, bound=a_quarter).hosts
