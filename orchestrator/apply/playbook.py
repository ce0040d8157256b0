"""The playbook of one run: the pending units only, in the catalogue's order, each stamped when it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from orchestrator.apply.fences import Fences
from orchestrator.apply.gate import Gates
from orchestrator.apply.leased import TASK as LEASE_TASK
from orchestrator.apply.leased import ask_again
from orchestrator.apply.stamps import Stamps
from orchestrator.model.plan import PlannedUnit, Wave
from orchestrator.model.rendering import Play
from orchestrator.plan.batches import batches
from orchestrator.reach import PROJECT
from orchestrator.render.connections import anchored

FENCE_TASK = "This run still holds the fence of the machine"
STAMP_TASK = "Stamp the unit"
NOTIFY_TASK = "Run every handler, because nothing is known of the last run's"
_KEY = "{{ townhall_keys['ROLE'] }}"
_MARK = "{{ townhall_fence }}"


@dataclass(frozen=True, slots=True)
class RunPlay:
    """One play of a run: one role on the hosts of one batch where it is pending; batches count from 1."""

    name: str
    play: Play
    role: str
    units: tuple[PlannedUnit, ...]
    batch: int = 1

    @property
    def wave_and_batch(self) -> tuple[int, int]:
        """The batch that the play belongs to."""
        return self.play.position, self.batch

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the play."""
        return tuple(unit.host for unit in self.units)


def run_plays(
    waves: Iterable[Wave], plays: Mapping[int, Play], silent: Collection[str] = ()
) -> tuple[RunPlay, ...]:
    """Cut waves into batches and these into plays of one role each; `silent` hosts did not answer."""
    return tuple(play for wave in waves for play in _plays_of(wave, plays[wave.position], silent))


def _plays_of(wave: Wave, play: Play, silent: Collection[str]) -> Iterator[RunPlay]:
    cut = batches(wave.units, silent)
    place = {host: number for number, hosts in enumerate(cut, 1) for host in hosts}
    ordered = sorted(wave.units, key=lambda unit: place[unit.host])
    for (number, role), units in groupby(ordered, key=lambda unit: (place[unit.host], unit.role)):
        part = f" ({number} of {len(cut)})" if len(cut) > 1 else ""
        yield RunPlay(f"{wave.position:02d} {role}: {wave.name}{part}", play, role, tuple(units), number)


@dataclass(frozen=True, slots=True)
class Author:
    """Writes the playbook of one run.

    `leased` holds addresses by DHCP, by host; waves at `forgiving` positions may lose hosts: one that fails
    does not stop the others. Each play asks a host for its `fences` when it begins and when it stamps.
    """

    run: str
    handlers: Callable[[str], tuple[str, ...]]
    gates: Gates
    fences: Fences = field(default_factory=Fences)
    stamps: Stamps = field(default_factory=Stamps)
    leased: Mapping[str, str] = field(default_factory=dict)
    forgiving: frozenset[int] = frozenset()

    def playbook(self, plays: Sequence[RunPlay]) -> list[dict[str, object]]:
        """Return the playbook as Ansible reads it."""
        firsts = _first_plays(plays)
        return [
            {
                "name": play.name,
                "hosts": ",".join(play.hosts),
                "gather_facts": False,
                "become": play.play.become,
                **({} if play.play.position in self.forgiving else _fatal(play.play)),
                "tasks": [
                    self.gates.task(play.name),
                    *self._fenced(),
                    *self._waiting(play, firsts),
                    *self._tasks(play),
                ],
            }
            for play in plays
        ]

    def _fenced(self) -> Iterator[dict[str, object]]:
        if guard := self.fences.guard(_MARK):
            yield _raw(FENCE_TASK, guard)

    def _waiting(self, play: RunPlay, firsts: Mapping[str, str]) -> Iterator[dict[str, object]]:
        """Yield the task that waits for the address of new PCs, in each one's first play."""
        begins = (unit for unit in play.units if unit.every_handler and firsts[unit.host] == play.name)
        addresses = {unit.host: self.leased[unit.host] for unit in begins if unit.host in self.leased}
        if addresses:
            command = ask_again("{{ townhall_addresses[inventory_hostname] }}")
            yield {
                **_raw(LEASE_TASK, command),
                "vars": {"townhall_addresses": addresses},
                "when": f"inventory_hostname in {sorted(addresses)!r}",
            }

    def _tasks(self, play: RunPlay) -> Iterator[dict[str, object]]:
        """Yield the tasks; arguments were held against their specs before Ansible starts."""
        unclean = [unit.host for unit in play.units if unit.every_handler]
        handlers = self.handlers(play.role)
        if handlers and unclean:
            yield _notify_all(handlers, unclean)
        yield {
            "name": play.role,
            "ansible.builtin.import_role": {"name": play.role, "rolespec_validate": False},
        }
        yield {"name": "Run the handlers that are left", "ansible.builtin.meta": "flush_handlers"}
        stamp = self.stamps.write(play.role, _KEY.replace("ROLE", play.role), self.run)
        yield _raw(STAMP_TASK, f"{self.fences.guard(_MARK)}{stamp}")


def _first_plays(plays: Iterable[RunPlay]) -> dict[str, str]:
    """Return the name of each host's first play."""
    firsts: dict[str, str] = {}
    for play in plays:
        for host in play.hosts:
            firsts.setdefault(host, play.name)
    return firsts


def _fatal(play: Play) -> dict[str, object]:
    """Stop after a fatal play: without a percentage Ansible goes on where all of a play is unreachable."""
    return {"any_errors_fatal": True, "max_fail_percentage": 0} if play.any_errors_fatal else {}


def _notify_all(handlers: tuple[str, ...], hosts: list[str]) -> dict[str, object]:
    """Notify before the role, in the same section: handlers run at the role's flush, after its changes."""
    return {
        "name": NOTIFY_TASK,
        "ansible.builtin.debug": {"msg": "notified"},
        "changed_when": True,
        "notify": list(handlers),
        "when": f"inventory_hostname in {hosts!r}",
    }


def _raw(name: str, command: str) -> dict[str, object]:
    return {"name": name, "ansible.builtin.raw": command, "changed_when": False}


def inventory(
    units: Iterable[PlannedUnit],
    arguments: Mapping[tuple[str, str], Mapping[str, object]],
    connections: Mapping[str, Mapping[str, object]],
    fences: Fences | None = None,
    helpers: Iterable[str] = (),
) -> dict[str, object]:
    """Return the inventory of a run: the touched hosts with the arguments of their pending units only.

    Helpers are not touched: tasks of others are delegated to them.
    """
    mark = (fences or Fences()).mark
    hosts: dict[str, dict[str, object]] = {}
    for unit in units:
        variables = hosts.setdefault(
            unit.host,
            {
                **anchored(connections.get(unit.host, {}), PROJECT),
                "townhall_fence": mark(unit.host),
                "townhall_keys": {},
            },
        )
        variables.update(arguments[unit.host, unit.role])
        keys = variables["townhall_keys"]
        assert isinstance(keys, dict)  # noqa: S101
        keys[unit.role] = unit.key
    for helper in sorted({*helpers} - hosts.keys()):
        hosts[helper] = anchored(connections.get(helper, {}), PROJECT)
    return {"all": {"hosts": hosts}}
