"""The mark that a unit leaves on its host when its last handler has run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.apply.fence import STALE
from orchestrator.apply.survey import STAMPS

_EXPECT = """\
own=$(cat /etc/machine-id)
while read -r role key; do
  found=$(grep -sF "$own" {folder}/$role.json | sed -n 's/.*"key": "\\([^"]*\\)".*/\\1/p')
  [ "$found" = "$key" ] || exit {STALE}
done <<'END'
{lines}
END
"""


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

    def expect(self, keys: Mapping[str, str]) -> str:
        """Return the command that ends with STALE unless roles bear these keys; an empty one is no stamp."""
        lines = "\n".join(f"{role} {key}" for role, key in keys.items())
        return _EXPECT.format(folder=self.folder, lines=lines, STALE=STALE)

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
