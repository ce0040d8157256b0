"""The mark that a unit leaves on its host when its last handler has run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.apply.survey import STAMPS
from orchestrator.reach import Shell


@dataclass(frozen=True, slots=True)
class Stamps:
    """Shell commands around the folder of stamps on a host."""

    folder: str = STAMPS

    def write(self, role: str, key: str, run: str) -> str:
        """Return the command that stamps a unit; the host's own machine-id makes a copied stamp foreign."""
        path = f"{self.folder}/{role}.json"
        text = json.dumps({"role": role, "key": key, "run": run, "machine_id": "%s"}, sort_keys=True)
        return (
            f"install -d -m 0755 {self.folder} && "
            f"printf '{text}\\n' \"$(cat /etc/machine-id)\" > {path}.new && mv {path}.new {path}"
        )

    def remove(self, *roles: str) -> str:
        """Return the command that removes the stamps of roles."""
        return " ".join(("rm -f --", *(f"{self.folder}/{role}.json" for role in roles)))

    def remove_all(self, shell: Shell, units: Iterable[tuple[str, str]]) -> frozenset[str]:
        """Remove the stamps of units that are about to change; return the hosts where that was done."""
        roles: dict[str, list[str]] = {}
        for host, role in units:
            roles.setdefault(host, []).append(role)
        answers = shell.run_all({host: self.remove(*named) for host, named in roles.items()})
        return frozenset(host for host, answer in answers.items() if answer.status == 0)
