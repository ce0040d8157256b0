"""The tree of groups holds together, and every host has its one line."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.model import names
from orchestrator.model.source import Source

_INFRASTRUCTURE = (names.DOMAIN_CONTROLLERS, names.FIREWALLS, names.SWITCHES, "servers")


def judge(draft: Draft, problems: Problems) -> None:
    """Note loops, hosts without a line and an empty town; then resolve every host's groups."""
    if _loops(draft, problems):
        _unknown(draft)
        return
    _resolve(draft)
    for host, source in sorted(draft.mentions.items()):
        if host not in draft.hosts:
            problems.add(
                source,
                "TH-HOST-NO-LINE",
                host,
                "the host is put into a group here, but its line stands nowhere",
                f"write its line: {host}: {{mac: ..., address: ..., platform: ...}}",
            )
    if not draft.hosts and draft.complete:
        reason = "there is no host at all"
        problems.add(Source("hosts", 1), "TH-HOSTS-NONE", "hosts/*.yml", reason, "write the first line")
        _unknown(draft)
    _tiers(draft, problems)


def _unknown(draft: Draft) -> None:
    """What is not resolved is not missing: judge nothing else by it."""
    draft.complete = False
    draft.written.pop("hosts", None)
    draft.written.pop("groups", None)


def _loops(draft: Draft, problems: Problems) -> bool:
    tree = {group: sorted(children) for group, children in sorted(draft.groups.children.items())}
    try:
        TopologicalSorter(tree).prepare()
    except CycleError as error:
        loop = error.args[1]
        problems.add(
            draft.groups.lines[loop[0]],
            "TH-GROUP-LOOP",
            " < ".join(loop),
            "a group is its own child",
            "take one of them out of the other's children",
        )
        return True
    return False


def _resolve(draft: Draft) -> None:
    ancestors = draft.groups.ancestors()
    known: dict[frozenset[str], tuple[str, ...]] = {}
    direct: dict[str, frozenset[str]] = {}
    for group, members in draft.groups.hosts.items():
        for host in members:
            direct[host] = direct.get(host, frozenset()) | {group}
    for host, groups in direct.items():
        if groups not in known:
            known[groups] = tuple(sorted(frozenset().union(*(ancestors[group] for group in groups))))
        draft.host_groups[host] = known[groups]


def _tiers(draft: Draft, problems: Problems) -> None:
    for name, groups in draft.host_groups.items():
        if names.WORKSTATIONS in groups and name in draft.hosts:
            for other in set(groups) & set(_INFRASTRUCTURE):
                problems.add(
                    draft.hosts[name].source,
                    "TH-TIER-BREAK",
                    name,
                    f"a workstation cannot also be in {other}: who sits at it would hold the town",
                    "use two machines",
                )
