"""Carries a run out from the command line, whichever verb asks for it: show, ask, apply, tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from orchestrator.model.interrupted import Interrupted
    from orchestrator.model.quarantine import Quarantined
    from orchestrator.pipeline import Done, Options
    from orchestrator.prospect import Prospect

    Act = Callable[[], Done | None]
    Around = Callable[[Act, Iterable[Quarantined]], Done | None]

PENDING = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """How a caller wants to be asked and told; `head` stands above the plan."""

    yes: bool
    json: bool
    accelerate: bool | None = None
    language: str = ""
    question: str = "apply this?"
    head: str = ""


@dataclass(slots=True)
class Talk:
    """What a person was told and answered so far, over every attempt of one command."""

    said: set[str] = field(default_factory=set)
    declined: bool = False

    def is_new(self, words: str) -> bool:
        """Whether words are to be said: what was said before is not said again."""
        was_said = words in self.said
        self.said.add(words)
        return not was_said


def carry_out(
    inventory: Path,
    wish: Wish,
    options: Options,
    held: Callable[[Prospect], None] = lambda _: None,
    around: Around = lambda act, _: act(),
) -> int:
    """Apply, tell what became of it, and return the exit code.

    `held` refuses what was not agreed to; the act itself stands inside of `around`, which may try it again
    and finds there by the end the hosts that were left out. Where there are any, what is pending on them
    still is, whatever became of the others; where a person said no, all of it is.
    """
    from orchestrator.cli.done import document, nothing, told

    cut_off: list[Interrupted] = []
    left_out: dict[str, Quarantined] = {}
    talk = Talk()

    def kept_out(one: Quarantined) -> None:
        options.kept_out(one)
        left_out[one.host] = one

    heard = replace(options, cut_off=cut_off.append, kept_out=kept_out)
    done = around(lambda: carried_out(inventory, wish, heard, held, talk), left_out.values())
    if done is None:
        typer.echo(nothing(wish.json, left_out.values(), options.only_rest and not cut_off))
    else:
        typer.echo(document(done) if wish.json else told(done, wish.language))
    if done and not done.succeeded:
        return 1
    return PENDING if left_out or talk.declined else 0


def carried_out(
    inventory: Path,
    wish: Wish,
    options: Options,
    held: Callable[[Prospect], None] = lambda _: None,
    talk: Talk | None = None,
) -> Done | None:
    """Show the plan, ask, and apply; None if nothing was done.

    What was said before was agreed to then, when another run was in the way.
    """
    from orchestrator.apply.ansible import why_not_accelerated
    from orchestrator.cli.progress import Quiet, observer
    from orchestrator.errors import UsageError
    from orchestrator.pipeline import apply_town
    from orchestrator.report.quarantine_text import quarantine_text

    if wish.json and not wish.yes:
        raise UsageError("--json asks no questions: say --yes with it")
    talk = talk or Talk()
    accelerate = not why_not_accelerated() if wish.accelerate is None else wish.accelerate

    def agreed(prospect: Prospect) -> bool:
        held(prospect)
        if wish.json:
            return True
        words = f"{wish.head}{_shown(prospect)}"
        if not talk.is_new(words):
            return True
        typer.echo(words)
        talk.declined = not (wish.yes or typer.confirm(wish.question, default=False))
        return not talk.declined

    def cut_off(cut: Interrupted) -> None:
        options.cut_off(cut)
        if not wish.json:
            typer.echo(_cut_off(cut))

    def kept_out(one: Quarantined) -> None:
        options.kept_out(one)
        if talk.is_new(words := quarantine_text(one)):
            warn(words)

    with Quiet() if wish.json else observer() as watching:
        given = replace(options, observer=watching, accelerate=accelerate, tell=warn)
        return apply_town(inventory, agreed, replace(given, cut_off=cut_off, kept_out=kept_out))


def warn(message: str) -> None:
    """Say something beside the output."""
    from orchestrator.report.printable import printable

    typer.echo(printable(message), err=True)


def _shown(prospect: Prospect) -> str:
    from orchestrator.outlook import outlook
    from orchestrator.report.plan_text import plan_text
    from orchestrator.report.rejected_text import rejected_text

    told = plan_text(outlook(prospect.foreseen, prospect.root))
    return "\n\n".join([told, *rejected_text(prospect.rejected)])


def _cut_off(cut: Interrupted) -> str:
    from orchestrator.report.interrupted_text import interrupted_text

    return interrupted_text(cut)
