"""How a command that stops on purpose says so: words on the error stream, or JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from orchestrator.errors import Problem, Refused, TownhallError
from orchestrator.report.printable import printable

SCHEMA = "townhall.error/1"


def tell(error: TownhallError, as_json: bool) -> int:
    """Print the error and return its exit code."""
    if as_json:
        print(json.dumps(document(error), ensure_ascii=False, indent=2))  # noqa: T201
    elif isinstance(error, Refused):
        _print_problems(error.problems)
    else:
        _print_line(str(error))
    return error.exit_code


def document(error: TownhallError) -> dict[str, object]:
    """The error as a document of the schema townhall.error/1."""
    problems = error.problems if isinstance(error, Refused) else ()
    return {
        "schema": SCHEMA,
        "kind": type(error).__name__,
        "exit_code": error.exit_code,
        "message": "" if problems else str(error),
        "problems": [asdict(problem) for problem in problems],
    }


def _print_problems(problems: tuple[Problem, ...]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in problems:
        console.print(
            Text.assemble(
                (printable(problem.place), "bold cyan"),
                ": ",
                (printable(problem.value), "bold"),
                printable(f": {problem.reason}\n    remedy: "),
                (printable(problem.remedy), "green"),
                (f" [{problem.code}]", "dim"),
            )
        )
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    console.print(Text(f"{count}; nothing was executed", "bold red"))


def _print_line(message: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
    console.print(Text.assemble(("townhall: ", "bold red"), printable(message)))
