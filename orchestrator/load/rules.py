"""What must hold between the parts of a town."""

from __future__ import annotations

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems


def judge(draft: Draft, problems: Problems) -> None:
    """Note everything that contradicts itself."""
    ancestors = draft.groups.ancestors()
    for group, members in draft.groups.hosts.items():
        for host in members:
            draft.host_groups[host] = tuple(sorted({*draft.host_groups.get(host, ()), *ancestors[group]}))
