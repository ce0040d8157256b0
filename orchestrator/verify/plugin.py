"""The parts of the engine inside pytest: one chooses and tries checks, the other hears what they found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest

from orchestrator.model.verdict import Check
from orchestrator.verify.context import Context

CONTEXT: pytest.StashKey[Context] = pytest.StashKey()
MARKS = (
    "role(name): the role whose effect is checked",
    "town: needs the whole town, not one machine",
    "alone: disturbs every other check",
)
_FOUND = "check"


class Trial:
    """Chooses checks and tries them, in the process where they run.

    Of a verification that goes on in several processes, `alone` are only the checks that disturb others,
    or only those that do not.
    """

    def __init__(self, context: Context, alone: bool | None = None) -> None:
        self.context = context
        self.alone = alone

    def pytest_configure(self, config: pytest.Config) -> None:
        """Hand the context to the checks and make their marks known."""
        config.stash[CONTEXT] = self.context
        for mark in MARKS:
            config.addinivalue_line("markers", mark)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is not asked for; what disturbs others comes last."""
        items[:] = sorted(filter(self._is_wanted, items), key=_is_alone)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item):  # type: ignore[no-untyped-def]
        """Write one result for each check: of its call, or of the phase that failed around it."""
        report = (yield).get_result()
        if report.when == "call" or not report.passed:
            report.user_properties.append((_FOUND, asdict(_check(item, report, self.context.secrets.hidden))))

    def _is_wanted(self, item: pytest.Item) -> bool:
        mark = item.get_closest_marker("role")
        if self.alone not in {None, _is_alone(item)}:
            return False
        if item.get_closest_marker("town") and self.context.selection.scope != "town":
            return False
        if "machine" in getattr(item, "fixturenames", ()):
            return isinstance(_host(item), str) and bool(_host(item))
        return mark is None or bool(self.context.hosts(str(mark.args[0])))


class Listener:
    """Hears of each check as soon as it is over.

    `broken` says by name what could not be tried at all; `stopped`, that a person ended the verification.
    """

    def __init__(self, heard: Callable[[Check], None]) -> None:
        self.heard = heard
        self.checks: list[Check] = []
        self.broken: dict[str, str] = {}
        self.stopped = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file of checks that cannot be read."""
        if report.failed:
            self.broken[report.nodeid] = report.longreprtext

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell a person's interruption from pytest's own, which is of the same kind."""
        self.stopped = excinfo.type is KeyboardInterrupt

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take over the result, or remember a check whose process ended without one."""
        found = dict(report.user_properties).get(_FOUND)
        if isinstance(found, dict):
            self.checks.append(Check(**found))
            self.heard(self.checks[-1])
        elif report.failed:
            self.broken[report.nodeid] = report.longreprtext


def _is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


def _host(item: pytest.Item) -> str:
    host = getattr(getattr(item, "callspec", None), "params", {}).get("machine", "")
    return host if isinstance(host, str) else ""


def _check(item: pytest.Item, report: pytest.TestReport, hidden: Callable[[str], str]) -> Check:
    mark = item.get_closest_marker("role")
    return Check(
        topic=item.path.stem.removeprefix("test_"),
        host=_host(item),
        role=str(mark.args[0]) if mark else "",
        sentence=getattr(item, "originalname", item.name).removeprefix("test_").replace("_", " "),
        passed=report.passed,
        why="" if report.passed else hidden(_why(report)),
        seconds=round(report.duration, 3),
    )


def _why(report: pytest.TestReport) -> str:
    """The last line of pytest's explanation that says something, or the reason of a skip."""
    if report.skipped and isinstance(report.longrepr, tuple):
        return f"not tried: {report.longrepr[2].removeprefix('Skipped: ')}"
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr)[:2000]
