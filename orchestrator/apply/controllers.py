"""Ask domain controllers how the directory stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from orchestrator.plan.departure import Source, Standing
from orchestrator.reach import Answer, Shell

_NEXT = "== next"
_GLOBAL_CATALOGUE = 1
_DEMOTED = "is deleted"
"""Samba's mark of a partner that was demoted: it stays listed for a while, without a name."""
_ASK = f"; echo '{_NEXT}'; ".join(
    (
        "export LC_ALL=C TZ=UTC; date +%s",
        "samba-tool fsmo show",
        "samba-tool drs showrepl --json",
        "ldbsearch -H /var/lib/samba/private/sam.ldb '(objectClass=groupPolicyContainer)' cn",
        "find /var/lib/samba/sysvol -name GPT.INI",
        "townhall-directory-backup --fresh",
    )
)
_MASTER = re.compile(r"^(\w+?)(?:Master)?Role owner: CN=NTDS Settings,CN=([^,]+),", re.MULTILINE)
_POLICY = re.compile(r"^cn: (\{[-0-9A-Fa-f]+\})$", re.MULTILINE)


def ask_controllers(shell: Shell, hosts: Iterable[str]) -> dict[str, Standing | None]:
    """Return how the directory stands as each controller sees it; none for one that does not answer."""
    answers = shell.run_all(dict.fromkeys(sorted(hosts), _ASK), timeout=60)
    return {host: _standing(answer) for host, answer in answers.items()}


def _standing(answer: Answer) -> Standing | None:
    parts = answer.output.split(f"{_NEXT}\n")
    if not answer.reached or len(parts) != _ASK.count(_NEXT) + 1:
        return None
    now, masters, replication, policies, files, backup = parts
    try:
        found = json.loads(replication)
    except ValueError:
        return None
    named = dict(_MASTER.findall(masters))
    if not named or not _POLICY.search(policies):
        return None
    return Standing(
        {operation: name.lower() for operation, name in named.items()},
        tuple(_source(one, float(now)) for one in found["repsFrom"] if not one.get(_DEMOTED)),
        bool(found["dsa"]["options"] & _GLOBAL_CATALOGUE),
        tuple(policy for policy in _POLICY.findall(policies) if f"/{policy}/GPT.INI" not in files),
        backup.startswith("fresh: "),
    )


def _source(said: Mapping[str, Any], now: float) -> Source:
    return Source(
        str(said["DSA"]).rpartition("\\")[2].lower(),
        str(said["NC dn"]),
        int(said["consecutive failures"]),
        _age(str(said["last success"]), now),
    )


def _age(said: str, now: float) -> float | None:
    """Return the seconds since a moment as Samba prints it; it prints NTTIME(0) for never."""
    try:
        moment = datetime.strptime(said, "%a %b %d %H:%M:%S %Y UTC").replace(tzinfo=UTC)
    except ValueError:
        return None
    return now - moment.timestamp()
