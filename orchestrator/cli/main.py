"""The `townhall` command: one list of verbs, each loaded only when it is called."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperGroup

from orchestrator.errors import TownhallError, UsageError

VERBS = {
    "check": "Is every line right? Errors name place, value, reason and remedy.",
    "onboard": "Add one machine: one line, complete and in its place.",
    "show": "What the town holds.",
    "explain": "Every derived value of a host, with the lines it came from.",
    "plan": "What would change, for whom, and why.",
    "comment": "Tell a request on the forge what it would do, in one comment kept up to date.",
    "apply": "Do exactly what the plan says, prove it and remember it.",
    "resume": "Go on with a run that was cut off.",
    "undo": "Take a run back, and say beforehand what does not come back.",
    "verify": "Try the town's machines over the real network.",
    "drift": "What was changed by hand, the most urgent first; put it back or take it over.",
    "ledger": "What was done and proven, and whether that memory is whole.",
    "lab": "A town of containers to try things in.",
    "doctor": "What this machine lacks for the work.",
}

_STOPPED = 130  # what Typer makes of Ctrl-C
_WRONG_USE: Any = typer.BadParameter.__base__


class Verbs(TyperGroup):
    """Finds a verb in the file of its name."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in the order of the list."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb's command, loaded now."""
        del ctx
        if cmd_name not in VERBS:
            near = difflib.get_close_matches(cmd_name, VERBS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(VERBS)}"
            raise UsageError(f"no such verb: {cmd_name}; {hint}")
        found = getattr(importlib.import_module(f"orchestrator.cli.{cmd_name}"), cmd_name)
        command: Any = typer.main.get_command(
            found if isinstance(found, typer.Typer) else _app_of(cmd_name, found)
        )
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of verbs, without loading them."""
        del ctx
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


def _app_of(name: str, function: Any) -> typer.Typer:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_SETTINGS)
    app.command(name, help=function.__doc__ or VERBS[name])(function)
    return app


_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=Verbs,
    add_completion=False,
    rich_markup_mode=None,
    context_settings=_SETTINGS,
)


@app.callback()
def townhall() -> None:
    """A municipality's network as code: one inventory line, one working PC.

    Exit codes: 0 done or nothing to do, 2 changes pending, 1 failure, 64 wrong use.
    """


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    from orchestrator.cli.failure import tell

    as_json = "--json" in words or "--format=json" in words or ("--format", "json") in pairwise(words)
    try:
        said = typer.main.get_command(app).main(list(words) or ["--help"], "townhall", standalone_mode=False)
        if said == _STOPPED:
            raise KeyboardInterrupt
    except _WRONG_USE as error:
        usage = error.ctx.get_usage() if error.ctx else ""
        return tell(UsageError(f"{error.format_message()}\n{usage}".strip()), as_json)
    except TownhallError as error:
        return tell(error, as_json)
    except (KeyboardInterrupt, typer.Abort):
        how = "the ledger knows what was done, and townhall resume goes on with an apply"
        return tell(TownhallError(f"stopped by you; {how}"), as_json)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    return said if isinstance(said, int) else 0


def main() -> None:
    """The console command."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
