"""How a double of Ansible plays: at each play's gate it asks the journal, as the real one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestrator.apply.ansible import Job
from orchestrator.apply.gate import GATE_TASK, OPEN

Hear = Callable[[Mapping[str, Any]], bool]


def told(kind: str, play: str, host: str, task: str = "Install", **data: object) -> dict[str, Any]:
    """Return an event as ansible-runner gives it."""
    return {"event": kind, "event_data": {"play": play, "host": host, "task": task, **data}}


def opened_plays(job: Job, hear: Hear) -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Yield name, hosts and the whole of each play whose gate opens; a shut gate ends the run."""
    for play in yaml.safe_load(job.playbook):
        name, hosts = play["name"], play["hosts"].split(",")
        hear(told("runner_on_start", name, hosts[0], GATE_TASK))
        said = Path(play["tasks"][0]["townhall_gate"]["answer"]).read_text(encoding="utf-8")
        if said != OPEN:
            hear(told("runner_on_failed", name, hosts[0], GATE_TASK, res={"msg": said}))
            return
        yield name, hosts, play
