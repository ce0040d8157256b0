"""Run the checks of a selection and return what they found."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.desired import Desired
from orchestrator.errors import TownhallError, UsageError
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.reach import write_ssh_config
from orchestrator.verify.context import Context
from orchestrator.verify.secrets import Secrets

if TYPE_CHECKING:
    from orchestrator.verify.plugin import Listener

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
    from orchestrator.verify.plugin import Listener, Trial

    files = topic_files(selection.topics, checks)
    if not files:
        return Verdict(())
    config = write_ssh_config(wanted.town, wanted.intent)
    known = (wanted.town, wanted.intent, wanted.rendering)
    context = Context(*known, selection, config, Secrets(inventory))
    listener = Listener(heard)
    processes = _processes(context)
    if processes > 1:
        from orchestrator.verify.worker import Sender

        _try(files, listener, Sender(context), *_SIDE_BY_SIDE, str(processes))
        _try(files, listener, Trial(context, alone=True))
    else:
        _try(files, listener, Trial(context))
    return Verdict(tuple(sorted(listener.checks)))


def _processes(context: Context) -> int:
    """How many processes try the checks: they wait for machines most of the time, so more than one.

    Checks in the scope of a role go on while other machines change, or are few; they stay in this one.
    """
    if context.selection.scope != "town":
        return 1
    hosts = {host for host, role in context.units if context.selection.includes(host, role)}
    return min(_AT_ONCE, len(hosts))


def _try(files: list[Path], listener: Listener, plugin: object, *options: str) -> None:
    import pytest

    said = io.StringIO()
    call = [*_OPTIONS, *options, "--rootdir", str(files[0].parent), *map(str, files)]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main(call, plugins=[listener, plugin])
    if listener.stopped:
        raise KeyboardInterrupt
    if listener.broken or status in _BROKEN:
        reasons = [f"{name}: {why}" for name, why in listener.broken.items()]
        raise TownhallError("\n".join(reasons) or said.getvalue())


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
_SIDE_BY_SIDE = [
    "-p",
    "orchestrator.verify.worker",
    "--dist=loadscope",
    "--max-worker-restart=0",
    "--numprocesses",
]
_AT_ONCE = 4
_BROKEN = (2, 3, 4)


def topic_files(topics: tuple[str, ...], checks: Path = CHECKS) -> list[Path]:
    """The files of the named topics, or all of them."""
    known = {path.stem.removeprefix("test_"): path for path in sorted(checks.glob("test_*.py"))}
    unknown = sorted(set(topics) - set(known))
    if unknown:
        raise UsageError(f"no such topic: {', '.join(unknown)}; there are {', '.join(known)}")
    return [path for topic, path in known.items() if not topics or topic in topics]
