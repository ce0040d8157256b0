"""A request in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from orchestrator.model.request import Change, FilesChanged, Headline, RequestWave

_TOLD = 2


def summary(
    headlines: tuple[Headline, ...],
    changes: tuple[Change, ...],
    files: FilesChanged,
    waves: tuple[RequestWave, ...],
) -> str:
    """What is done and how far it reaches."""
    done = "; ".join([*_headlines(headlines), *_code(files)])
    if not waves and not changes:
        unknown = ": what it does to machines does not follow from data" if files.code else ": no unit runs"
        return f"{done}{unknown}" if done else "nothing would change"
    return f"{done or 'the same lines mean something else'}: {size(waves)}"


def size(waves: tuple[RequestWave, ...]) -> str:
    """How far a plan reaches."""
    units = sum(wave.units for wave in waves)
    hosts = {host for wave in waves for host in wave.hosts}
    return f"{_count(units, 'unit')} on {_count(len(hosts), 'host')} in {_count(len(waves), 'wave')}"


def _headlines(rows: tuple[Headline, ...]) -> Iterator[str]:
    if len(rows) <= _TOLD:
        yield from (row.text for row in rows)
    else:
        counted = Counter(row.kind for row in rows)
        yield ", ".join(f"{count} x {kind}" for kind, count in counted.items())


def _code(files: FilesChanged) -> Iterator[str]:
    if files.roles:
        roles = sorted(files.roles)
        yield f"the code of {'the role' if len(roles) == 1 else 'the roles'} {', '.join(roles)} changes"
    if files.code:
        yield (
            f"{_count(len(files.code), 'file')} of code changes"
            if len(files.code) == 1
            else (f"{len(files.code)} files of code change")
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
