"""Run the checks of a selection and return what they found."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

from orchestrator.desired import Desired
from orchestrator.errors import TownhallError, UsageError
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.reach import write_ssh_config
from orchestrator.verify.context import Context
from orchestrator.verify.secrets import Secrets

CHECKS = Path(__file__).parent / "checks"


def verify(
    wanted: Desired,
    inventory: Path,
    selection: Selection,
    heard: Callable[[Check], None] = lambda _: None,
    checks: Path = CHECKS,
) -> Verdict:
    """Try every selected check on the machines; a check that could not be tried counts as failed.

    `heard` is told of each check as soon as it is over.
    """
    import pytest

    from orchestrator.verify.plugin import Engine

    files = topic_files(selection.topics, checks)
    if not files:
        return Verdict(())
    config = write_ssh_config(wanted.town, wanted.intent)
    known = (wanted.town, wanted.intent, wanted.rendering)
    engine = Engine(Context(*known, selection, config, Secrets(inventory)), heard)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main([*_OPTIONS, "--rootdir", str(checks), *map(str, files)], plugins=[engine])
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
    "-c",
    "/dev/null",
    "--import-mode=importlib",
    "--capture=no",
]
_BROKEN = (2, 3, 4)


def topic_files(topics: tuple[str, ...], checks: Path = CHECKS) -> list[Path]:
    """The files of the named topics, or all of them."""
    known = {path.stem.removeprefix("test_"): path for path in sorted(checks.glob("test_*.py"))}
    unknown = sorted(set(topics) - set(known))
    if unknown:
        raise UsageError(f"no such topic: {', '.join(unknown)}; there are {', '.join(known)}")
    return [path for topic, path in known.items() if not topics or topic in topics]
