"""The mark that a unit leaves on its host when its last handler has run."""

from __future__ import annotations

import json
from dataclasses import dataclass

from orchestrator.apply.survey import STAMPS


@dataclass(frozen=True, slots=True)
class Stamps:
    """Shell commands around the folder of stamps on a host."""

    folder: str = STAMPS

    def write(self, role: str, key: str, run: str) -> str:
        """Return the command that stamps a unit; the host's own machine-id makes a copied stamp foreign."""
        stamp = f"{self.folder}/{role}"
        text = json.dumps({"role": role, "key": key, "run": run, "machine_id": "%s"}, sort_keys=True)
        return (
            f"install -d -m 0755 {self.folder} && "
            f"printf '{text}\\n' \"$(cat /etc/machine-id)\" > {stamp}.new && mv {stamp}.new {stamp}.json && "
            f"rm -f {stamp}.aside"
        )

    def set_aside(self, *roles: str) -> str:
        """Return the command that takes the stamps of roles away, so that they count no more."""
        return self._each(
            roles, "rm -f $stamp.aside && { [ ! -e $stamp.json ] || mv $stamp.json $stamp.aside; }"
        )

    def put_back(self, *roles: str) -> str:
        """Return the command that undoes `set_aside` where nothing was changed since."""
        return self._each(roles, "[ ! -e $stamp.aside ] || mv $stamp.aside $stamp.json")

    def _each(self, roles: tuple[str, ...], command: str) -> str:
        stamps = " ".join(f"{self.folder}/{role}" for role in roles)
        return f"for stamp in {stamps}; do {command} || exit 1; done"
