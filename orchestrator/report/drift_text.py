"""Drift in an admin's words, and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from orchestrator.drift.said import plain
from orchestrator.model.drift import Adoption, Concern, Difference, Drift

TITLES = {
    Concern.OPENING: "Security openings",
    Concern.LOGIN: "Logins",
    Concern.SERVICE: "Services",
    Concern.REST: "Everything else",
}


def drift_text(drift: Drift) -> str:
    """Return what differs, the most urgent first, and who was not heard."""
    lines = [_summary(drift)]
    for concern, found in groupby(drift.differences, key=lambda one: one.concern):
        lines += ["", TITLES[concern], *(line for one in found for line in _lines(one))]
    if drift.silent:
        lines += ["", "No answer", *(f"  {host:16} {why}" for host, why in drift.silent.items())]
    if drift.unattested:
        hosts = ", ".join(drift.unattested)
        lines += [
            "",
            f"Nobody looked at these after their last apply: {hosts}",
            "  look now: townhall drift --attest",
        ]
    if any(one.managed for one in drift.differences):
        lines += ["", "townhall drift --revert puts back what has no remedy beside it."]
    return "\n".join(lines)


def _summary(drift: Drift) -> str:
    if not drift.asked:
        return f"{drift.town}: nobody was asked: no apply remembers what stands there"
    hosts = f"{len(drift.asked) - len(drift.silent)} of {len(drift.asked)} hosts answered"
    found = drift.differences
    if not found:
        return f"{drift.town}: {hosts}, nothing was changed by hand"
    where = len({one.host for one in found})
    return f"{drift.town}: {hosts}, {_count(len(found), 'change')} by hand on {_count(where, 'host')}"


def _lines(one: Difference) -> Iterator[str]:
    yield f"  {one.host:16} {one.words}"
    yield from (f"  {'':16}   {line}" for line in one.lines)
    if not one.managed:
        yield f"  {'':16}   no unit undoes this: {one.remedy or 'look at it there'}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def drift_json(drift: Drift) -> dict[str, object]:
    """Return the document townhall.drift/1."""
    return {
        "schema": "townhall.drift/1",
        "town": drift.town,
        "asked": list(drift.asked),
        "silent": dict(drift.silent),
        "unattested": list(drift.unattested),
        "differences": [_document(one) for one in drift.differences],
    }


def _document(one: Difference) -> dict[str, object]:
    return {
        "host": one.host,
        "role": one.role,
        "kind": one.spot.kind,
        "name": one.spot.name,
        "concern": one.concern.name.lower(),
        "people": one.people,
        "words": one.words,
        "lines": list(one.lines),
        "reverts": one.managed,
        "remedy": one.remedy,
    }


def adoptions_text(drift: Drift, adoptions: Sequence[Adoption]) -> str:
    """Return what was written into the inventory, and what has no line there."""
    lines = [_summary(drift)]
    for one in adoptions:
        whom = f", which holds for {_count(one.hosts, 'host')}" if one.hosts > 1 else ""
        lines += ["", f"  {one.difference.host:16} {one.difference.words}"]
        lines += [f"  {'':16}   now in {one.file}: {one.key}: {_shown(one.value)}{whom}"]
    taken = {id(one.difference) for one in adoptions}
    left = [one for one in drift.differences if id(one) not in taken]
    if left:
        lines += ["", "No line of the inventory says these; put them back or undo them:"]
        lines += [line for one in left for line in _lines(one)]
    if adoptions:
        lines += ["", "Commit the lines and let them be reviewed; the next apply makes them hold everywhere."]
    return "\n".join(lines)


def _shown(value: object) -> str:
    return plain(f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value)


def adoptions_json(adoptions: Sequence[Adoption]) -> list[dict[str, object]]:
    """Return what was written into the inventory, for the document townhall.drift/1."""
    return [
        {
            "host": one.difference.host,
            "words": one.difference.words,
            "file": one.file,
            "key": one.key,
            "value": one.value,
            "hosts": one.hosts,
        }
        for one in adoptions
    ]
