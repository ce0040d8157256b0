"""The two sides of a gate: the run's and Ansible's."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator.ansible_plugins.action.townhall_gate import answered
from orchestrator.apply.gate import Gates


def test_a_held_gate_waits_longer_than_one_without_an_answer(tmp_path: Path) -> None:
    """Sabotage: count the time of a gate that is held."""
    gates = Gates(tmp_path)
    file = Path(str(gates.task("base")["townhall_gate"]["answer"]))  # type: ignore[index]
    assert answered(file, 0.05) == "the journal did not answer"
    gates.hold("base")
    with ThreadPoolExecutor() as pool:
        heard = pool.submit(answered, file, 0.05)
        time.sleep(0.2)
        assert not heard.done()
        gates.open("base")
        assert heard.result(5) == "open"
    gates.shut("base", "the run is over")
    assert answered(file, 0.05) == "the run is over"
