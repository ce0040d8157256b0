"""`townhall apply` as a job calls it, on machines that do as they are told; prints every unit that ran."""

from __future__ import annotations

import sys
from pathlib import Path

from orchestrator.errors import TownhallError
from orchestrator.ground import Footing
from orchestrator.patience import patiently
from orchestrator.pipeline import Options, apply_town
from orchestrator.told import reported
from tests.merged.town import Doubles


def main(words: list[str]) -> int:
    """Understand the very words that .ci/apply says, and no others."""
    verb, i, inventory, c, commit, yes, r, report = words
    assert (verb, i, c, yes, r) == ("apply", "-i", "--commit", "--yes", "--report")
    doubles = Doubles()
    options = Options(footing=Footing(commit=commit), hands=doubles.hands)
    try:
        reported(
            Path(report),
            lambda: patiently(lambda: apply_town(Path(inventory), lambda _: True, options), 60, print),
        )
    except TownhallError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.writelines(f"ran {role} on {host}\n" for host, role in doubles.ran)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
