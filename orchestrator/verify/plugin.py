"""The part of the engine inside pytest: chooses checks and writes down what they found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.model.verdict import Check
from orchestrator.verify.context import Context

CONTEXT: pytest.StashKey[Context] = pytest.StashKey()


class Engine:
    """A pytest plugin for one verification; `checks` are the results, `broken` what was unreadable."""

    def __init__(self, context: Context, heard: Callable[[Check], None]) -> None:
        self.context = context
        self.heard = heard
        self.checks: list[Check] = []
        self.broken: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        """Hand the context to the checks and make their marks known."""
        config.stash[CONTEXT] = self.context
        config.addinivalue_line("markers", "role(name): the role whose effect is checked")
        config.addinivalue_line("markers", "town: needs the whole town, not one machine")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out checks of roles that no selected host carries, and town checks in the scope of a role."""
        chosen = [item for item in items if self._is_wanted(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file of checks that cannot be read."""
        if report.failed:
            self.broken.append(f"{report.nodeid}: {report.longreprtext}")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item):  # type: ignore[no-untyped-def]
        """Write one result for each check: of its call, or of the phase that failed around it."""
        report = (yield).get_result()
        if report.when == "call" or not report.passed:
            self.checks.append(_check(item, report, self.context.secrets.hidden))
            self.heard(self.checks[-1])

    def _is_wanted(self, item: pytest.Item) -> bool:
        mark = item.get_closest_marker("role")
        if item.get_closest_marker("town") and self.context.selection.scope != "town":
            return False
        if "machine" in getattr(item, "fixturenames", ()):
            return isinstance(_host(item), str) and bool(_host(item))
        return mark is None or bool(self.context.hosts(str(mark.args[0])))


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
