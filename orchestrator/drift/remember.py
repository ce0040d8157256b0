"""What is believed of a machine after a run: what the run did is right, what a hand did stays drift."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from orchestrator.drift.said import Value
from orchestrator.model.drift import Attestation, Attested, Spot, Testimony, Watch

_NOT_KEPT_BY_RUNS = {"mode", "owner", "group", "held", "version", "older", "dropins", "fragment", "text"}
_ONLY_TOLD = {"text", "older"}


def remembered(
    watched: Mapping[str, Iterable[Watch]],
    earlier: Attestation | None,
    before: Testimony | None,
    after: Testimony,
) -> Attestation:
    """Return the attestation of a host after a run.

    `watched` are the spots of each applied role; those of other roles are taken from the `earlier` one. A
    value `before` the run that differs from the earlier one was changed by hand: it stays drift unless the
    run changed it, or an applied unit keeps it as it is (then it was adopted).
    """
    same = earlier if earlier and earlier.machine == after.machine else None
    known = same.spots() if same else {}
    kept = {role: _watches(spots) for role, spots in (same.units if same else {}).items()}
    units = {
        role: {
            watch.spot: _attested(watch, role in watched, known.get(watch.spot), before, after)
            for watch in _expanded(watches, after)
            if watch.spot in after.seen
        }
        for role, watches in {**kept, **watched}.items()
    }
    return Attestation(after.machine, units)


def _watches(spots: Mapping[Spot, Attested]) -> tuple[Watch, ...]:
    return tuple(Watch(spot, value.managed, value.sealed) for spot, value in spots.items())


def _expanded(watches: Iterable[Watch], after: Testimony) -> Iterable[Watch]:
    """The file of kernel settings stands for the settings that it names."""
    for watch in watches:
        if watch.spot.kind == "kernel_file":
            yield from (Watch(spot, watch.managed) for spot in after.seen if spot.kind == "kernel")
        else:
            yield watch


def _attested(
    watch: Watch,
    applied: bool,
    known: tuple[str, Attested] | None,
    before: Testimony | None,
    after: Testimony,
) -> Attested:
    spot = watch.spot
    now = _without(after.seen[spot], _ONLY_TOLD)
    value = now
    if known and before and spot in before.seen:
        old = known[1].value
        untouched = _without(before.seen[spot], _ONLY_TOLD) == now
        adopted = applied and watch.managed and _essence(now) != _essence(old)
        value = old if untouched and not adopted and not _is_newer(spot, old, now) else now
    return Attested(value, watch.managed, watch.sealed)


def _is_newer(spot: Spot, old: Value, now: Value) -> bool:
    """Whether only updates came over a package meanwhile."""
    return spot.kind == "package" and _without(old, {"version"}) == _without(now, {"version"})


def _essence(value: Value) -> Value:
    return _without(value, _NOT_KEPT_BY_RUNS)


def _without(value: Value, names: Collection[str]) -> Value:
    return {key: one for key, one in value.items() if key not in names} if isinstance(value, dict) else value
