"""Makes a switch what the arguments on standard input say; run inside of the namespace of a controller."""

from __future__ import annotations

import json
import sys

from orchestrator.errors import TownhallError
from orchestrator.switches import apply_switch
from orchestrator.switches.arguments import from_arguments


def main() -> int:
    """Exit 0 if the switch is as wanted, 1 with the reason if not."""
    target, wanted = from_arguments(json.load(sys.stdin))
    try:
        apply_switch(target, wanted, check=False)
    except TownhallError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
