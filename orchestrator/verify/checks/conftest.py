"""Gives every check its machine, its arguments, the intent and a way to the other machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.model.intent import Intent
from orchestrator.model.town import Town
from orchestrator.verify.context import Context
from orchestrator.verify.plugin import CONTEXT


def role_of(item: Any) -> str:
    """The role that a check belongs to, named by its mark."""
    mark = item.get_closest_marker("role")
    if mark is None:
        raise pytest.UsageError(f"{item.nodeid}: a check names its role: pytestmark = pytest.mark.role(...)")
    return str(mark.args[0])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try the check on each selected host that carries its role."""
    if "machine" in metafunc.fixturenames:
        hosts = metafunc.config.stash[CONTEXT].hosts(role_of(metafunc.definition))
        metafunc.parametrize("machine", hosts, indirect=True, ids=[f"@{host}@" for host in hosts])


@pytest.fixture
def context(request: pytest.FixtureRequest) -> Context:
    """Everything that the engine knows."""
    return request.config.stash[CONTEXT]


@pytest.fixture
def town(context: Context) -> Town:
    """The inventory."""
    return context.town


@pytest.fixture
def intent(context: Context) -> Intent:
    """What the town wants."""
    return context.intent


@pytest.fixture
def machine(request: pytest.FixtureRequest, context: Context) -> Any:
    """The host under check, through testinfra."""
    return context.machine(request.param)


@pytest.fixture
def arguments(request: pytest.FixtureRequest, context: Context, machine: Any) -> dict[str, Any]:
    """The role's arguments on the host under check, secrets resolved."""
    return context.arguments(machine.backend.hostname, role_of(request.node))


@pytest.fixture
def peer(context: Context) -> Callable[[str], Any]:
    """Another machine of the town by its name."""
    return context.machine
