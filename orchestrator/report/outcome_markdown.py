"""What became of a merged request, as Markdown for the forge; what machines said stays words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.errors import Refused, TownhallError
from orchestrator.model.outcome import Outcome
from orchestrator.model.verdict import Verdict
from orchestrator.report.outcome_text import outcome_text, verdict_text
from orchestrator.report.safe_markdown import code, fenced, inline


def outcome_markdown(  # noqa: PLR0913, PLR0917
    outcome: Outcome,
    verdict: Verdict,
    record: int,
    retired: Sequence[str],
    rejected: Sequence[str] = (),
    quarantined: Sequence[str] = (),
) -> str:
    """Return one sentence, then what every host and every check came to.

    `rejected` are words of hosts, `quarantined` words about those in quarantine.
    """
    if outcome.succeeded and verdict.passed and not rejected:
        but = ", but for hosts in quarantine" if quarantined else ""
        head = f"**Applied and proven** in {outcome.seconds:.0f} s{but}"
    else:
        head = "**Not done**: look at what failed; the next apply takes up what is left"
    return "\n".join(
        [
            f"{head} (run {code(outcome.run)}, ledger record {record})",
            *_body(outcome, verdict, retired, (*rejected, *quarantined)),
        ]
    )


def _body(
    outcome: Outcome, verdict: Verdict, retired: Sequence[str], not_entered: Sequence[str]
) -> Iterator[str]:
    if retired:
        yield f"\nRetired: {', '.join(map(inline, retired))}"
    yield "\n### Machines\n"
    yield fenced(outcome_text(outcome).splitlines() or ["no machine was touched"])
    yield from _blocks(not_entered)
    yield "\n### Checks\n"
    yield fenced(verdict_text(verdict).splitlines())
    yield f"\nTo take it back: {code(f'townhall undo {outcome.run}')}, or revert the merge.\n"


def _blocks(words: Sequence[str]) -> Iterator[str]:
    for one in words:
        yield ""
        yield fenced(one.splitlines())


def nothing_markdown(quarantined: Sequence[str] = ()) -> str:
    """Return the words for a commit that changes no machine; some may stand in quarantine."""
    if quarantined:
        return "\n".join(["**Nothing done**: hosts in quarantine are left out.", *_blocks(quarantined), ""])
    return "**Nothing to do**: every machine is already as this commit says.\n"


def failed_markdown(error: TownhallError) -> str:
    """Return why nothing was done, or why it broke off."""
    problems = error.problems if isinstance(error, Refused) else ()
    lines = [line for problem in problems for line in str(problem).splitlines()] or str(error).splitlines()
    head = "**Refused**: nothing was executed" if problems else "**Broken off**"
    return "\n".join([head, "", fenced(lines), ""])
