"""`python -m orchestrator.lab`: the lab without the rest of the command line, for molecule."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from orchestrator.errors import TownhallError
from orchestrator.lab.down import down
from orchestrator.lab.state import BENCH, TOWN, Lab
from orchestrator.lab.up import provide, up


def main() -> int:
    """Bring a lab up or down, or have all at hand that it needs from outside."""
    parser = argparse.ArgumentParser(prog="python -m orchestrator.lab", description=__doc__)
    parser.add_argument("verb", choices=["up", "down", "provide"])
    parser.add_argument("--name", default="lab")
    parser.add_argument("--mode", choices=[TOWN, BENCH], default=TOWN)
    parser.add_argument("--hosts", default="", help="comma-separated, in bench mode")
    parser.add_argument("--recreate", default="", help="comma-separated machines that come back empty")
    parser.add_argument("--inventory", type=Path, default=Lab().inventory)
    given = parser.parse_args()
    try:
        if given.verb == "down":
            down(given.name, _say)
        elif given.verb == "provide":
            provide(given.inventory, _say)
        else:
            lab = Lab(given.name, given.mode, _names(given.hosts), given.inventory)
            up(lab, _say, _names(given.recreate))
    except TownhallError as error:
        _say(str(error))
        return error.exit_code
    return 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name for name in text.split(",") if name}))


def _say(words: str) -> None:
    print(f"lab: {words}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
