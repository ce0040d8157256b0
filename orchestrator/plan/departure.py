"""A domain controller leaves only if the directory stands without it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.errors import Problem, Refused

CONTROLLER = "domain_controller"
POLICIES = "PdcEmulation"
"""The operation at whose master policies are edited."""
OLDEST = 15 * 60
"""Seconds since the last success beyond which a replication counts as failing."""


@dataclass(frozen=True, slots=True)
class Source:
    """One partition that a controller takes from a partner, last `age` seconds ago; none is never."""

    partner: str
    partition: str
    failures: int
    age: float | None

    @property
    def fails(self) -> bool:
        """Whether changes made at the partner may be missing here."""
        return bool(self.failures) or self.age is None or self.age > OLDEST


@dataclass(frozen=True, slots=True)
class Standing:
    """How the directory stands as one controller sees it; hosts by their short names in small letters.

    `masters` tells by operation who is its master; `lacking` are policies whose files are not at this
    controller; `has_backup` is true where a backup of the directory lies that is at most a day old and was
    restored and compared.
    """

    masters: Mapping[str, str]
    sources: tuple[Source, ...]
    is_catalogue: bool
    lacking: tuple[str, ...] = ()
    has_backup: bool = False


def hold_departure(
    leaving: Mapping[str, int], kept: Collection[str], standing: Mapping[str, Standing | None]
) -> None:
    """Raise Refused with all that keeps controllers from leaving.

    `leaving` holds the newest ledger record by host; `kept` are those of them whose line is still there;
    `standing` tells of every controller that stays, none where it did not answer.
    """
    if leaving:
        problems = [*_unmade(leaving, kept), *_nobody_left(leaving, standing)]
        problems += _no_backup(leaving, standing)
        problems += [one for host, seen in standing.items() for one in _in_the_way(leaving, host, seen)]
        if problems:
            raise Refused(problems)


def _unmade(leaving: Mapping[str, int], kept: Collection[str]) -> Iterator[Problem]:
    for host in sorted(kept):
        reason = "it is a domain controller, and its line gives it another work"
        remedy = "take the line out and retire the controller first; then add it under its new groups"
        yield _problem(leaving, "TH-STILL-A-CONTROLLER", host, reason, remedy)


def _nobody_left(leaving: Mapping[str, int], standing: Mapping[str, Standing | None]) -> Iterator[Problem]:
    if standing and any(seen is None or seen.is_catalogue for seen in standing.values()):
        return
    what = "holds a global catalogue" if standing else "stays"
    for host in sorted(leaving):
        reason = f"no domain controller {what} without it: nobody could log on, no name would be found"
        remedy = "add another controller, apply, and see its checks hold before this one leaves"
        yield _problem(leaving, "TH-LAST-CONTROLLER", host, reason, remedy)


def _no_backup(leaving: Mapping[str, int], standing: Mapping[str, Standing | None]) -> Iterator[Problem]:
    answers = {host: seen for host, seen in standing.items() if seen}
    if not answers or any(seen.has_backup for seen in answers.values()):
        return
    place = min(answers, key=lambda host: (answers[host].masters.get(POLICIES) != host, host))
    for host in sorted(leaving):
        reason = "no backup of the directory that was restored and compared within a day lies where one stays"
        remedy = f"townhall-directory-backup at {place}, before {host} is demoted; then try again"
        yield _problem(leaving, "TH-NO-BACKUP", host, reason, remedy)


def _in_the_way(leaving: Mapping[str, int], host: str, seen: Standing | None) -> Iterator[Problem]:
    if seen is None:
        reason = (
            "it stays as a domain controller and does not answer: nobody knows whether it can serve alone"
        )
        yield Problem(host, "TH-CONTROLLER-SILENT", host, reason, "bring it back, then try again")
        return
    for name in sorted(set(seen.masters.values()) & leaving.keys()):
        operations = ", ".join(sorted(one for one, master in seen.masters.items() if master == name))
        reason = f"it is the master of these operations: {operations}"
        remedy = f"samba-tool fsmo transfer --role=all at {host}"
        yield _problem(leaving, "TH-OPERATIONS-MASTER", name, reason, remedy)
    for source in seen.sources:
        if source.fails:
            yield _failing(host, source)
    for name in sorted({source.partner for source in seen.sources if not source.fails} & leaving.keys()):
        reason = f"{host} still takes changes from it: it was not demoted"
        remedy = f"samba-tool domain demote -U Administrator at {name}, then try again"
        yield _problem(leaving, "TH-NOT-DEMOTED", name, reason, remedy)
    if seen.lacking:
        reason = f"policies of the directory do not lie there: {', '.join(seen.lacking)}"
        remedy = f"systemctl start townhall-replication.service at {host}, and see what it says"
        yield Problem(host, "TH-POLICIES-MISSING", host, reason, remedy)


def _failing(host: str, source: Source) -> Problem:
    age = "never" if source.age is None else f"{source.age / 60:.0f} minutes ago"
    reason = (
        f"it last took {source.partition} from {source.partner} {age}, with {source.failures} failures "
        "since: changes made there would be lost"
    )
    remedy = (
        f"samba-tool drs showrepl at {host}; where {source.partner} is dead for good: "
        f"samba-tool domain demote --remove-other-dead-server={source.partner} there"
    )
    return Problem(host, "TH-REPLICATION", source.partner, reason, remedy)


def _problem(leaving: Mapping[str, int], code: str, host: str, reason: str, remedy: str) -> Problem:
    return Problem(f"ledger:{leaving[host]}", code, host, reason, remedy)
