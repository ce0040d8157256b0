"""How risky a request is, each reason with the lines that give it; the highest reason decides."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.names import DOMAIN_CONTROLLERS, FIREWALLS, SWITCHES
from orchestrator.model.request import (
    ARGUMENTS,
    HEAD,
    HIGH,
    LEVELS,
    LOW,
    MANY,
    MEDIUM,
    REACHED,
    REMOVED,
    ROLE,
    Change,
    FilesChanged,
    FlowChange,
    Headline,
    Line,
    Lines,
    Reason,
    ReviewedRisk,
    Risk,
    Side,
    Surroundings,
    Violation,
)
from orchestrator.model.source import Source
from orchestrator.request.headlines import loosening
from orchestrator.request.policy import approvals, restraints

_KEEPERS = {DOMAIN_CONTROLLERS: "domain controllers", FIREWALLS: "firewalls", SWITCHES: "switches"}


def reviewed_risk(  # noqa: PLR0913, PLR0917 - one value for each thing that bears on it
    base: Side | None,
    head: Side,
    changes: tuple[Change, ...],
    files: FilesChanged,
    around: Surroundings,
    flows: FlowChange | None = None,
    violations: tuple[Violation, ...] = (),
    edited: Lines = (),
    done: tuple[Headline, ...] = (),
) -> ReviewedRisk:
    """The risk of a request with all of its reasons, the highest first, and who has to approve it.

    `edited` are all the lines that a person changed, `done` is what they did.
    """
    more = (*_of_code(files, around), *_of_violations(violations), *_of_rules(done))
    found = risk(base, head, changes, around, flows, more, edited)
    least, asked = approvals(base, head, changes, files)
    usual = 2 if files.code or found.level == HIGH else 1
    return ReviewedRisk(found.level, (*found.reasons, *asked), max(usual, least))


def risk(  # noqa: PLR0913, PLR0917
    base: Side | None,
    head: Side,
    changes: tuple[Change, ...],
    around: Surroundings,
    flows: FlowChange | None = None,
    more: tuple[Reason, ...] = (),
    lines: Lines = (),
) -> Risk:
    """The risk of changes with all of its reasons, the highest first; `more` reasons count too.

    Where there is no reason, `lines` are all that is harmless.
    """
    reasons = [
        *more,
        *_of_roles(head, changes),
        *_of_keepers(head, changes),
        *_of_removed(base, head, changes),
        *_of_size(head, changes),
        *_of_reach(changes),
        *_of_flows(flows),
        *restraints(base, head, changes, around.day),
    ]
    found = tuple(sorted(reasons, key=lambda reason: -LEVELS.index(reason.level)))
    harmless = Reason(LOW, "data alone, for few hosts, none of which others depend on", lines)
    return Risk(found[0].level if found else LOW, found or ((harmless,) if lines else ()))


def _of_code(files: FilesChanged, around: Surroundings) -> Iterator[Reason]:
    if files.code:
        paths = tuple(file.path for file in files.code)
        text = f"code that plans, runs or guards changes ({_listed(paths)}): two approvals"
        yield Reason(HIGH, text, tuple(file.line for file in files.code))
    if around.foreign:
        text = f"this plan was made by a program that is not the base's: {len(around.foreign)} files differ"
        yield Reason(HIGH, text, tuple(Line(HEAD, Source(path, 1)) for path in around.foreign))


def _of_roles(head: Side, changes: tuple[Change, ...]) -> Iterator[Reason]:
    hosts: dict[str, set[str]] = {}
    lines: dict[str, Lines] = {}
    for change in changes:
        if change.kind == ROLE:
            hosts.setdefault(change.role, set()).update(change.hosts)
            lines[change.role] = change.because
    for role, touched in hosts.items():
        kept = _kept(head, touched)
        where = f" on {kept}" if kept else ""
        text = f"the code of the role {role} changes{where}: its effect is not derivable from data"
        yield Reason(HIGH if kept else MEDIUM, text, lines[role])


def _kept(head: Side, hosts: set[str]) -> str:
    groups = head.town.groups
    return ", ".join(word for group, word in _KEEPERS.items() if set(groups.get(group, ())) & hosts)


def _of_keepers(head: Side, changes: tuple[Change, ...]) -> Iterator[Reason]:
    for change in changes:
        if change.kind == ARGUMENTS and change.role in {"firewall", "switch", "domain_controller"}:
            yield Reason(MEDIUM, f"{change.role} changes on {_listed(change.hosts)}", change.because)
    members = set(head.town.groups.get(DOMAIN_CONTROLLERS, ()))
    for change in changes:
        together = members & set(change.hosts)
        if change.kind in {ARGUMENTS, ROLE} and len(together) > 1:
            text = f"{change.role} changes on all of {_listed(tuple(sorted(together)))} in one wave"
            yield Reason(HIGH, text, change.because)


def _of_removed(base: Side | None, head: Side, changes: tuple[Change, ...]) -> Iterator[Reason]:
    gone: dict[str, Change] = {}
    for change in changes:
        if change.kind == REMOVED:
            gone.update((host, change) for host in change.hosts if host not in head.town.hosts)
    for host, change in sorted(gone.items()):
        yield Reason(MEDIUM, f"{host} goes; what runs on it is not stopped by this", change.because)
    for group, members in base.town.groups.items() if base else ():
        if members and set(members) <= set(gone):
            yield Reason(HIGH, f"{group} loses its last host", gone[members[0]].because)


def _of_size(head: Side, changes: tuple[Change, ...]) -> Iterator[Reason]:
    hosts = {host for change in changes for host in change.hosts}
    if len(hosts) > MANY:
        level = HIGH if len(hosts) * 2 > len(head.town.hosts) else MEDIUM
        widest = max(changes, key=lambda change: len(change.hosts))
        yield Reason(level, f"{len(hosts)} of {len(head.town.hosts)} hosts are touched", widest.because)


def _of_reach(changes: tuple[Change, ...]) -> Iterator[Reason]:
    for change in changes:
        if change.kind == REACHED:
            text = f"the controller reaches {_listed(change.hosts)} in another way"
            yield Reason(MEDIUM, text, change.because)


def _of_flows(flows: FlowChange | None) -> Iterator[Reason]:
    for allowed, word in ((True, "allowed"), (False, "denied")):
        rows = [row for row in flows.rows if row.allowed == allowed] if flows else []
        if rows:
            what = "flow is" if len(rows) == 1 else "flows are"
            yield Reason(MEDIUM, f"{len(rows)} {what} newly {word}", rows[0].because)


def _of_rules(done: tuple[Headline, ...]) -> Iterator[Reason]:
    for row in loosening(done):
        yield Reason(HIGH, f"what the town binds itself by changes: {row.text}", row.because)


def _of_violations(violations: tuple[Violation, ...]) -> Iterator[Reason]:
    for violation in violations:
        yield Reason(HIGH, f"{violation.rule}: {violation.reason}", violation.because)


def _listed(hosts: tuple[str, ...]) -> str:
    return ", ".join(hosts) if len(hosts) <= 4 else f"{', '.join(hosts[:4])} and {len(hosts) - 4} more"
