"""The plan from inventory, ledger and pinned host keys, helped by the last plan of the whole town."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path, PurePosixPath
from typing import Any

from orchestrator.apply.code import code_digests
from orchestrator.apply.survey import pinned
from orchestrator.desired import PROJECT, Desired, catalogue, collector_at_rest, following
from orchestrator.errors import Refused
from orchestrator.load import load_text
from orchestrator.load.files import read_specs, right_files
from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.plan import CodeDigests, LedgerState, Observation, Plan
from orchestrator.plan.keys import digest
from orchestrator.reach import in_project
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.record.quarantine import quarantined
from orchestrator.replan import Base, DoubtError, based_on, foreseen
from orchestrator.replan.store import Store

_PLACES = ("HOME", "TOWNHALL_STATE", "XDG_STATE_HOME")


def preview(root: Path, store: Store | None = None) -> Plan:
    """Return the plan; raises Refused with every problem of an inventory that does not hold together."""
    return previewed(root, store).plan


def previewed(root: Path, store: Store | None = None) -> Foreseen:
    """Return the plan with what it was made of, as far as that was read."""
    with collector_at_rest():
        return _previewed(root, store or Store())


def _previewed(root: Path, kept: Store) -> Foreseen:
    files = right_files(root)
    code = code_digests(catalogue())
    around = _around(code)
    try:
        return _again(kept.recall(_name(root)), root, files, code, around)
    except DoubtError:
        return _whole(kept, root, files, code, around)


def _again(
    values: tuple[Any, ...] | None, root: Path, files: Mapping[str, str], code: CodeDigests, around: str
) -> Foreseen:
    if values is None:
        raise DoubtError("this town was not planned yet")
    ledger, known_hosts, pins, plain = values
    base = Base.of_plain(plain)
    if base.around != around or _text(known_hosts) != pins or not Path(ledger).exists():
        raise DoubtError("something other than the inventory differs")
    with closing(Ledger(Path(ledger))) as opened:
        return replace(foreseen(base, files, _Present(root, code, opened)), quarantined=quarantined(opened))


def _whole(store: Store, root: Path, files: dict[str, str], code: CodeDigests, around: str) -> Foreseen:
    from orchestrator.pipeline import lawful, look

    prospect = lawful(look(root))
    town, found = prospect.wanted.town, prospect.plan
    known_hosts, ledger = in_project(town.connection.known_hosts), ledger_path(town)
    with closing(Ledger(ledger)) as opened:
        chained, kept_out = opened.hash_of(found.record), quarantined(opened)
    if right_files(root) == files and code == prospect.code:
        base = based_on(around, files, prospect.wanted, found, chained)
        store.keep(_name(root), (str(ledger), str(known_hosts), _text(known_hosts), base.plain()))
    return replace(prospect.foreseen, quarantined=kept_out)


class _Present:
    """The ledger and the machines' pinned keys as they are."""

    def __init__(self, root: Path, code: CodeDigests, ledger: Ledger) -> None:
        self.code, self._root, self._ledger = code, root, ledger
        self._specs = read_specs(PROJECT / "roles")

    def follows(self, files: Mapping[str, str]) -> tuple[Desired, Mapping[str, Observation]]:
        """What follows from an excerpt, and the pinned keys."""
        try:
            wanted = following(load_text(files, None, self._specs, PurePosixPath(self._root)))
        except Refused as refused:
            raise DoubtError("the excerpt does not hold together") from refused
        return wanted, pinned(wanted.town, wanted.intent)

    def recorded(self, base: Base) -> set[str]:
        """The hosts with records since the base."""
        if self._ledger.hash_of(base.plan.record) != base.chained:
            raise DoubtError("the ledger is another")
        return self._ledger.hosts_since(base.plan.record)

    def state(self, hosts: Iterable[str]) -> LedgerState:
        """What the ledger knows of some hosts."""
        return self._ledger.state(hosts)

    def known(self, digests: Iterable[str]) -> set[str]:
        """Which arguments are remembered."""
        return self._ledger.known(digests)

    def contents(self, digests: Iterable[str]) -> Mapping[str, str]:
        """Remembered arguments."""
        return self._ledger.contents(digests)


def _name(root: Path) -> str:
    return str(root.resolve())


def _around(code: CodeDigests) -> str:
    """A digest of the roles, of Townhall itself, and of where things are kept."""
    own = hashlib.sha256()
    for path in sorted((PROJECT / "orchestrator").rglob("*.py")):
        own.update(path.read_bytes())
    places = (f"{name}={os.environ.get(name)}" for name in _PLACES)
    return digest("\n".join((sys.version, *_in_words(code), own.hexdigest(), *places)))


def _in_words(code: CodeDigests) -> Iterable[str]:
    """Every part of the code in words; a set comes in another order in each process."""
    parts = (getattr(code, field.name) for field in fields(code))
    return (repr(sorted(part) if isinstance(part, frozenset) else part) for part in parts)


def _text(path: str | Path) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return None
