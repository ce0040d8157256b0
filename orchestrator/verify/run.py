"""Run the checks of a selection and return what they found."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

from orchestrator.errors import TownhallError, UsageError
from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Rendering
from orchestrator.model.town import Town
from orchestrator.model.verdict import Selection, Verdict
from orchestrator.reach import write_ssh_config
from orchestrator.verify.context import Context
from orchestrator.verify.secrets import Secrets

CHECKS = Path(__file__).parent / "checks"


def verify(
    town: Town, intent: Intent, rendering: Rendering, inventory: Path, selection: Selection | None = None
) -> Verdict:
    """Try every selected check on the machines; a check that could not be tried counts as failed."""
    import pytest

    from orchestrator.verify.plugin import Engine

    selection = selection or Selection()
    files = topic_files(selection.topics)
    if not files:
        return Verdict(())
    config = write_ssh_config(town, intent)
    engine = Engine(Context(town, intent, rendering, selection, config, Secrets(inventory)))
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main([*_OPTIONS, *map(str, files)], plugins=[engine])
    if engine.broken or status in _BROKEN:
        raise TownhallError("\n".join(engine.broken) or said.getvalue())
    return Verdict(tuple(sorted(engine.checks)))


_OPTIONS = [
    "-p",
    "no:terminal",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:hypothesispytest",
    "-o",
    "addopts=",
    "--rootdir",
    str(CHECKS),
    "-c",
    "/dev/null",
    "--import-mode=importlib",
]
_BROKEN = (2, 3, 4)


def topic_files(topics: tuple[str, ...]) -> list[Path]:
    """The files of the named topics, or all of them."""
    known = {path.stem.removeprefix("test_"): path for path in sorted(CHECKS.glob("test_*.py"))}
    unknown = sorted(set(topics) - set(known))
    if unknown:
        raise UsageError(f"no such topic: {', '.join(unknown)}; there are {', '.join(known)}")
    return [path for topic, path in known.items() if not topics or topic in topics]
