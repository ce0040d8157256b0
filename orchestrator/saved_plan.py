"""Keeps plans in files and holds them against the world before anything is applied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestrator.desired import Desired
from orchestrator.drift import Marks, marks
from orchestrator.drifted import drift_on
from orchestrator.errors import MachineError, Problem, Refused, UsageError
from orchestrator.git import Repository
from orchestrator.load.files import right_files
from orchestrator.model.drift import Drift
from orchestrator.model.request import REMOVED, RequestPlan
from orchestrator.model.town import Town
from orchestrator.plan.saved import (
    APPLY,
    REQUEST,
    Basis,
    SavedPlan,
    as_text,
    foreign,
    from_text,
    not_reviewed,
    not_signed,
    overdue,
    signed_text,
    stale,
)
from orchestrator.prospect import Prospect
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path, own_directory
from orchestrator.requested import Asked
from orchestrator.signer import PLAN, Signer

Ask = Callable[[Desired, Iterable[str]], Drift]
HOURS = {APPLY: 24, REQUEST: 14 * 24}


def save_apply(
    path: Path, prospect: Prospect, hours: int, now: datetime | None = None, ask: Ask = drift_on
) -> Mapping[str, str]:
    """Keep an apply plan with all that it follows from.

    Its hosts are asked what hands changed there; return those that did not answer, and why: the plan cannot
    be held to what stands on them.
    """
    plan = prospect.plan
    found = ask(prospect.wanted, plan.hosts)
    basis = replace(basis_of(prospect), by_hand=marks(found))
    units = tuple((unit.host, unit.role, unit.key) for unit in plan.units)
    saved = SavedPlan(APPLY, plan.town, *_times(APPLY, hours, now), basis, units)
    _write(path, saved)
    return found.silent


def save_request(path: Path, plan: RequestPlan, wish: Asked, hours: int, now: datetime | None = None) -> None:
    """Keep a request's plan with the digests of the data that was reviewed."""
    entries = wish.repository.tree(plan.revisions.head, wish.folder)
    contents = wish.repository.blobs(entry.id for entry in entries)
    files = {entry.path[len(wish.folder) + 1 :]: _digest(contents[entry.id]) for entry in entries}
    units = tuple((host, role, "") for host, role in plan.units)
    basis, made = Basis(plan.revisions.head, files), _times(REQUEST, hours, now)
    revisions = plan.revisions
    gone = tuple(sorted({host for one in plan.changes if one.kind == REMOVED for host in one.hosts}))
    _write(path, SavedPlan(REQUEST, plan.town, *made, basis, units, revisions.base, revisions.inputs, gone))


def read_saved(path: Path) -> SavedPlan:
    """Read a kept plan; raises Refused if it is not as it was written, or its time is over."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError:
        text = ""
    saved = from_text(text, str(path))
    problems = tuple(overdue(saved, _iso(datetime.now(UTC)), str(path)))
    if problems:
        raise Refused(problems)
    return saved


def hold_to(
    saved: SavedPlan, prospect: Prospect, path: Path, also_backlog: bool = False, ask: Ask = drift_on
) -> None:
    """Raise Refused unless what is pending now is what the kept plan says, or no more than was reviewed.

    A plan that no key of the machine's own or of its list of signers answers for is held to nothing. The
    hosts that answered when it was kept are asked again what hands changed there.
    """
    town, place = prospect.wanted.town, str(path)
    why = Signer(own_directory()).why_not(signed_text(saved), saved.signature, PLAN)
    if unsigned := tuple(not_signed(why, place)):
        raise Refused(unsigned)
    now, problems = basis_of(prospect), list(foreign(saved, town.identity.name, place))
    if saved.kind == APPLY:
        now = replace(now, by_hand=_by_hand(prospect, saved.basis.by_hand, ask))
        problems += stale(saved, now, _chained(town, saved.basis.record), prospect.plan, place)
    else:
        problems += _unseen(saved, now, prospect.root, place)
        if not also_backlog:
            problems += not_reviewed(saved, prospect.plan, place)
    if problems:
        raise Refused(problems)


def basis_of(prospect: Prospect) -> Basis:
    """What a prospect follows from, as it is now."""
    files = right_files(prospect.root)
    town, record = prospect.wanted.town, prospect.plan.record
    return Basis(
        commit=_commit(prospect.root),
        files={name: _digest(text.encode()) for name, text in sorted(files.items())},
        secrets={name: secret.version for name, secret in town.secrets.items()},
        record=record,
        chained=_chained(town, record),
        machines={
            host: prospect.observed[host].machine for host in prospect.plan.hosts if host in prospect.observed
        },
    )


def _by_hand(prospect: Prospect, hosts: Iterable[str], ask: Ask) -> Marks:
    asked = set(hosts)
    return marks(ask(prospect.wanted, asked)) if asked else {}


def _unseen(saved: SavedPlan, now: Basis, root: Path, place: str) -> tuple[Problem, ...]:
    """A reviewed commit has to be in what lies here: as it is, or by every byte of the inventory."""
    reviewed = saved.basis
    is_merged = bool(now.commit) and Repository(root).contains(now.commit, reviewed.commit)
    if is_merged or reviewed.files == now.files:
        return ()
    reason = "the reviewed commit is not in what lies here"
    remedy = "pull the merged request, or review a plan of what lies here"
    return (Problem(f"{place}:1", "TH-PLAN-COMMIT", saved.basis.commit[:12], reason, remedy),)


def _commit(root: Path) -> str:
    try:
        return Repository(root).commit("HEAD")
    except (MachineError, UsageError):
        return ""


def _chained(town: Town, record: int) -> str:
    with closing(Ledger(ledger_path(town))) as ledger:
        return ledger.hash_of(record)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _times(kind: str, hours: int, now: datetime | None) -> tuple[str, str]:
    made = now or datetime.now(UTC)
    return _iso(made), _iso(made + timedelta(hours=hours or HOURS[kind]))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _write(path: Path, saved: SavedPlan) -> None:
    """Sign and write in one step, readable for its owner only: it names every machine that will change."""
    saved = replace(saved, signature=Signer(own_directory()).sign(signed_text(saved), PLAN))
    try:
        draft = path.with_name(f".{path.name}.new")
        draft.touch(mode=0o600)
        draft.write_text(as_text(saved), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
