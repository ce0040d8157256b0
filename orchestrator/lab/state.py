"""What a lab is called, and what the last `up` made, so that `down` finds all of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestrator.lab.identities import write_private
from orchestrator.reach import PROJECT

TOWN, BENCH = "town", "bench"
FOLDER = PROJECT / "build" / "lab"
EQUIPMENT_FILE = PROJECT / "molecule" / "site" / "vars" / "equipment.yml"


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab to build: in town mode all of it, in bench mode only some hosts on plain bridges."""

    name: str = "lab"
    mode: str = TOWN
    hosts: tuple[str, ...] = ()
    inventory: Path = PROJECT / "inventories" / "lab"


@dataclass(frozen=True, slots=True)
class State:
    """The namespaces that stand, by their full names, and each machine's place on the network."""

    lab: str
    mode: str
    spaces: tuple[str, ...]
    sockets: dict[str, tuple[str, int]]

    def save(self) -> None:
        """Remember this state."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        write_private(_file(self.lab), json.dumps(asdict(self), indent=1))


def recall(lab: str) -> State | None:
    """The state that was saved last, if any."""
    path = _file(lab)
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    sockets = {name: (str(jack[0]), int(jack[1])) for name, jack in found["sockets"].items()}
    return State(found["lab"], found["mode"], tuple(found["spaces"]), sockets)


def forget(lab: str) -> None:
    """Remove the state and the pinned host keys of machines that are no more."""
    _file(lab).unlink(missing_ok=True)
    (FOLDER / "ssh" / "known_hosts").unlink(missing_ok=True)


def _file(lab: str) -> Path:
    return FOLDER / f"state-{lab}.json"
