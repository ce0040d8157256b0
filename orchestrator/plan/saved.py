"""A plan that was kept: what it was made from, what it holds, until when, and what no longer fits it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from orchestrator.errors import Problem, Refused
from orchestrator.model.plan import Observation, Plan, PlannedUnit

SCHEMA = "townhall.saved-plan/2"
APPLY, REQUEST = "apply", "request"
AGAIN = "look at a new one: townhall plan --out FILE"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan follows from: commit, digests of the inventory's files, versions of secrets, ledger.

    `chained` is the hash of the ledger's record number `record`; `machines` are identities by host. `by_hand`
    tells of each host that answered what hands had changed there: the words, each with a digest.
    """

    commit: str
    files: Mapping[str, str]
    secrets: Mapping[str, int] = field(default_factory=dict)
    record: int = 0
    chained: str = ""
    machines: Mapping[str, str] = field(default_factory=dict)
    by_hand: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A kept plan; times are ISO in UTC, units are host, role and key (no key in a request).

    Hosts that are `gone` lose their line by a request. The signature stands under all the rest.
    """

    kind: str
    town: str
    made: str
    expires: str
    basis: Basis
    units: tuple[tuple[str, str, str], ...]
    base: str = ""
    inputs: str = ""
    gone: tuple[str, ...] = ()
    signature: str = ""


def as_text(saved: SavedPlan) -> str:
    """Return the file's text: canonical JSON that holds its own digest, and the signature."""
    body = _body(saved)
    return _canonical({**body, "digest": _digest(body), "signature": saved.signature}) + "\n"


def signed_text(saved: SavedPlan) -> str:
    """Return what the signature answers for."""
    return _canonical(_body(saved))


def from_text(text: str, place: str) -> SavedPlan:
    """Understand a file; raises Refused for whatever is not as it was written."""
    try:
        body = json.loads(text)
        basis = Basis(**body.pop("basis"))
        units = tuple((host, role, key) for host, role, key in body.pop("units"))
        gone = tuple(map(str, body.pop("gone")))
        del body["digest"], body["schema"]
        saved = SavedPlan(**body, basis=basis, units=units, gone=gone)
        if as_text(saved) == text:
            return saved
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    reason = "was edited, cut off, or is no saved plan of this version"
    raise Refused([Problem(f"{place}:1", "TH-PLAN-EDITED", place, reason, AGAIN)])


def _body(saved: SavedPlan) -> dict[str, object]:
    body = {"schema": SCHEMA, **asdict(saved)}
    del body["signature"]
    return body


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(body: Mapping[str, object]) -> str:
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def not_signed(why: str, place: str) -> Iterator[Problem]:
    """Say why nobody answers for a plan, if so."""
    if why:
        remedy = f"{AGAIN}; or have the key of the machine that made it put into the list of signers"
        yield Problem(f"{place}:1", "TH-PLAN-UNSIGNED", place, why, remedy)


def foreign(saved: SavedPlan, town: str, place: str) -> Iterator[Problem]:
    """Say if a plan is of another town."""
    if saved.town != town:
        reason = f"is a plan of another town than {town}"
        yield Problem(f"{place}:1", "TH-PLAN-TOWN", saved.town, reason, "name its inventory with -i")


def overdue(saved: SavedPlan, now: str, place: str) -> Iterator[Problem]:
    """Say if a plan's time is over."""
    if now >= saved.expires:
        yield Problem(f"{place}:1", "TH-PLAN-EXPIRED", saved.expires, "its time is over", AGAIN)


def stale(saved: SavedPlan, now: Basis, chained: str, plan: Plan, place: str) -> Iterator[Problem]:
    """Say all that changed since an apply plan was kept; `chained` is the hash that its record has now."""
    before = saved.basis
    for code, value, reason in (
        *_of_commit(before, now),
        *_of_files(before, now),
        *_of_secrets(before, now),
        *_of_ledger(before, now, chained),
        *_of_machines(before, now),
        *_of_hands(before, now),
        *_of_units(saved, plan),
    ):
        yield Problem(f"{place}:1", f"TH-PLAN-{code}", value, f"stale plan: {reason}", AGAIN)


_Found = Iterator[tuple[str, str, str]]


def _of_commit(before: Basis, now: Basis) -> _Found:
    if before.commit != now.commit:
        yield "COMMIT", now.commit[:12] or "none", f"made at commit {before.commit[:12] or 'none'}"


def _of_files(before: Basis, now: Basis) -> _Found:
    for path in sorted({*before.files, *now.files}):
        if path not in now.files:
            yield "FILE", path, "the file is gone"
        elif path not in before.files:
            yield "FILE", path, "the file is new"
        elif before.files[path] != now.files[path]:
            yield "FILE", path, "the file changed"


def _of_secrets(before: Basis, now: Basis) -> _Found:
    for name in sorted({*before.secrets, *now.secrets}):
        old, new = before.secrets.get(name), now.secrets.get(name)
        if old != new:
            yield "SECRET", name, f"the secret's version was {old or 'none'} and is {new or 'none'}"


def _of_ledger(before: Basis, now: Basis, chained: str) -> _Found:
    if chained != before.chained:
        yield "LEDGER", str(before.record), "the ledger is another one, or was changed before this record"
    elif now.record != before.record:
        more = now.record - before.record
        yield "LEDGER", str(now.record), f"the ledger has {more} more {'record' if more == 1 else 'records'}"


def _of_machines(before: Basis, now: Basis) -> _Found:
    for host, machine in sorted(now.machines.items()):
        known = before.machines.get(host, "")
        fingerprint, _, machine_id = machine.partition(" ")
        if known and Observation(fingerprint, machine_id).is_other_than(known):
            yield "MACHINE", host, "this is another machine than the one that was planned for"


def _of_hands(before: Basis, now: Basis) -> _Found:
    """What stands as the last run left it speaks against no plan, also where a hand put it back."""
    for host in sorted(before.by_hand.keys() & now.by_hand.keys()):
        known = before.by_hand[host]
        for words, digest in sorted(now.by_hand[host].items()):
            if known.get(words) != digest:
                yield "HAND", host, f"changed by hand {'again since' if words in known else 'since'}: {words}"


def _of_units(saved: SavedPlan, plan: Plan) -> _Found:
    known = {(host, role): key for host, role, key in saved.units}
    wanted = {(unit.host, unit.role): unit for unit in plan.units}
    for host, role in sorted({*known, *wanted}):
        unit = wanted.get((host, role))
        name = f"{role} on {host}"
        if unit is None:
            yield "UNIT", name, "is no longer pending"
        elif (host, role) not in known:
            yield "UNIT", name, f"is pending now: {unit.reason}"
        elif known[host, role] != unit.key:
            yield "UNIT", name, "is pending with another effect"


def beyond(saved: SavedPlan, plan: Plan) -> tuple[PlannedUnit, ...]:
    """Return the pending units that the reviewed request did not hold, in the catalogue's order."""
    reviewed = {(host, role) for host, role, _ in saved.units}
    return tuple(unit for unit in plan.units if (unit.host, unit.role) not in reviewed)


def not_reviewed(saved: SavedPlan, plan: Plan, place: str) -> Iterator[Problem]:
    """Say which units and retirements go beyond the reviewed request, and why they are pending."""
    remedy = "say --also-backlog to run them too, or apply what was left first"
    pending = [(f"{unit.role} on {unit.host}", unit.reason) for unit in beyond(saved, plan)]
    pending += [(host, "its line is gone") for host in plan.unwanted if host not in saved.gone]
    for name, why in pending:
        reason = f"not in the reviewed request: {why}"
        yield Problem(f"{place}:1", "TH-PLAN-BEYOND", name, reason, remedy)
