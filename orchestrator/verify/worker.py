"""A verification in several processes: each gets the context, and tries the checks that it is given.

Checks of one topic on one machine are tried in their order by one process; all others may meet, but for those
marked `alone`, which are left out.
"""

from __future__ import annotations

import pickle
import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from orchestrator.verify.context import Context
from orchestrator.verify.plugin import Trial

_CONTEXT = "townhall_context"


class Sender:
    """Gives each process the context through its pipe, and says which checks go together."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Add the context to what the process is told."""
        node.workerinput[_CONTEXT] = pickle.dumps(self.context)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LoadScopeScheduling:
        """Group the checks by topic and machine."""
        return ByMachine(config, log)


class ByMachine(LoadScopeScheduling):  # type: ignore[misc]
    """Gives out the checks of one topic on one machine together; one without a machine goes by itself.

    xdist's own groups by mark would do, but pytest 9.2 ignores them (pytest-xdist, issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        """The file of the check and its machine, as conftest.py writes it into the name."""
        machine = re.search("@[^@]+@", nodeid)
        return nodeid.partition("::")[0] + machine[0] if machine else nodeid


def pytest_configure(config: pytest.Config) -> None:
    """In such a process: try what disturbs no other check."""
    given = getattr(config, "workerinput", {}).get(_CONTEXT)
    if given:
        config.pluginmanager.register(Trial(pickle.loads(given), alone=False))  # noqa: S301
