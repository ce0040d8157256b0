"""Compare what stands on a machine with what the last run left there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from orchestrator.drift import logins, things
from orchestrator.drift.concern import concern
from orchestrator.drift.said import Said, Value
from orchestrator.drift.things import Texts
from orchestrator.model.drift import Attestation, Attested, Concern, Difference, Seen, Spot, Testimony

Words = Callable[[Spot, Value, Value, Texts], Iterator[Said]]
WORDS: Mapping[str, Words] = {
    "accounts": logins.accounts,
    "addresses": things.addresses,
    "directory": logins.directory,
    "door": logins.door,
    "file": things.file,
    "folder": things.folder,
    "hostname": things.hostname,
    "kernel": things.kernel,
    "keys": logins.keys,
    "nft": things.rules,
    "nft_tables": things.rules,
    "package": things.package,
    "sockets": things.sockets,
    "unit": things.unit,
}
MACHINE = Spot("machine", "identity")


def differences(host: str, attestation: Attestation, said: Testimony, texts: Texts) -> tuple[Difference, ...]:
    """Return what differs on one host; `texts` are earlier texts by digest."""
    if said.machine != attestation.machine:
        words = "another machine stands in its place: townhall apply sets it up"
        return (
            Difference(host, "", MACHINE, Concern.SERVICE, words, managed=False, remedy="townhall apply"),
        )
    spots = attestation.spots()
    found = [one for spot, known in spots.items() for one in _of_spot(host, spot, known, said.seen, texts)]
    changed = {one.spot for one in found}
    return tuple(one for one in found if not _told_elsewhere(one, spots, changed))


def _of_spot(
    host: str, spot: Spot, known: tuple[str, Attested], seen: Seen, texts: Texts
) -> Iterator[Difference]:
    role, attested = known
    if spot not in seen:
        return
    before, now = attested.value, seen[spot]
    for said in WORDS[spot.kind](spot, before, now, texts) if _core(now) != _core(before) else ():
        place = Spot(spot.kind, said.path) if said.path and spot.kind == "folder" else spot
        yield Difference(
            host=host,
            role=role,
            spot=place,
            concern=concern(role, spot, said),
            words=said.words,
            lines=said.lines,
            managed=attested.managed and not said.stranger,
            remedy=said.remedy,
            before=before,
            now=now,
        )


def _core(value: Value) -> Value:
    """A value without what is only told along with it."""
    return {name: one for name, one in value.items() if name != "text"} if isinstance(value, dict) else value


def _told_elsewhere(one: Difference, spots: Iterable[Spot], changed: Iterable[Spot]) -> bool:
    """Whether a finer spot speaks of it: the file itself, or the unit that it starts or adds to."""
    if one.spot.kind != "folder":
        return False
    path = one.spot.name
    if Spot("file", path) in spots:
        return True
    folder, name = posixpath.split(path)
    owners = {name, posixpath.basename(folder).removesuffix(".d"), name.removesuffix(".d"), _target(one)}
    return any(Spot("unit", owner) in changed for owner in owners)


def _target(one: Difference) -> str:
    """The name of what a link in a folder points or pointed to."""
    values = [*(one.before or {}).items(), *(one.now or {}).items()]
    targets = (str(value.get("target", "")) for name, value in values if one.spot.name.endswith(f"/{name}"))
    return next((posixpath.basename(target) for target in targets if target), "")


def in_order(found: Iterable[Difference], people: Mapping[str, int]) -> tuple[Difference, ...]:
    """The most urgent first; among equals what more people feel."""
    felt = (replace(one, people=people.get(one.host, 0)) for one in found)
    return tuple(
        sorted(felt, key=lambda one: (one.concern, -one.people, one.host, one.role, one.spot, one.words))
    )
