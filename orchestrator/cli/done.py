"""What a run that is over tells, to people and to programs."""

from __future__ import annotations

import json as documents
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.model.quarantine import Quarantined
    from orchestrator.pipeline import Done


def nothing(json: bool, left_out: Iterable[Quarantined], whole: bool = False) -> str:
    """The words for a run that did not happen; `whole` where one was to be resumed that is complete."""
    document: dict[str, object] = {"schema": "townhall.apply/1", "record": None}
    document |= {"units": [], "checks": [], "retired": [], "rejected": []}
    document["quarantined"] = [asdict(one) for one in left_out]
    words = "nothing was interrupted: the last run came to its end" if whole else "nothing was changed"
    return documents.dumps(document, ensure_ascii=False) if json else words


def told(done: Done, language: str) -> str:
    """A run in an admin's words, with the hand-over of every new PC."""
    from orchestrator.handed_over import handed_over
    from orchestrator.report.handover import hand_over_text
    from orchestrator.report.outcome_text import outcome_text, verdict_text
    from orchestrator.report.quarantine_text import quarantine_text
    from orchestrator.report.rejected_text import rejected_text

    language = language or done.prospect.wanted.town.identity.language
    parts = [outcome_text(done.outcome), verdict_text(done.verdict)]
    parts += [f"  retired: {', '.join(done.retired)}"] if done.retired else []
    parts += rejected_text(done.prospect.rejected)
    parts += [quarantine_text(one) for one in done.quarantined if one.run == done.outcome.run]
    parts.append(f"ledger record {done.record}; to take this back: townhall undo {done.outcome.run}")
    return "\n\n".join([*parts, *(hand_over_text(summary, language) for summary in handed_over(done))])


def document(done: Done) -> str:
    """A run for programs."""
    from orchestrator.report.outcome_text import outcome_json, verdict_json

    parts: dict[str, object] = {
        "schema": "townhall.apply/1",
        "record": done.record,
        "succeeded": done.succeeded,
        "retired": list(done.retired),
        "rejected": [asdict(problem) for problem in done.prospect.rejected],
        "quarantined": [asdict(one) for one in done.quarantined],
    }
    return documents.dumps(
        {**parts, **outcome_json(done.outcome), "checks": verdict_json(done.verdict)["checks"]},
        ensure_ascii=False,
        indent=2,
    )
