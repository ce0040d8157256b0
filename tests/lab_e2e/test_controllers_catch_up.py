"""A controller that could not fetch a change has it soon after it can, not only five minutes later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from orchestrator.desired import Desired
from tests.lab_e2e.conftest import at_the_console, run, within

NAME = "made-while-cut-off"
SECONDS = 60
CUT = (
    "add table ip cut; add chain ip cut out {{ type filter hook output priority 0; }}; "
    "add rule ip cut out ip daddr {address} tcp dport {{ 135, 61000-65535 }} reject with tcp reset"
)
"""The ports of remote procedure calls: the other one still tells of changes, they cannot be fetched."""


@pytest.fixture
def first(wanted: Desired) -> str:
    """The controller that is changed."""
    return wanted.town.groups["operations_masters"][0]


@pytest.fixture
def second(wanted: Desired, first: str) -> str:
    """A controller that fetches changes."""
    return next(host for host in wanted.town.groups["domain_controllers"] if host != first)


@pytest.fixture
def record(wanted: Desired, first: str) -> Iterator[Callable[[str, str], int]]:
    """Adds or queries a record at a host by `samba-tool dns`; it is removed after."""
    address, fqdn = wanted.intent.placements[first].address, wanted.intent.placements[first].fqdn

    def call(verb: str, host: str) -> int:
        given = "A" if verb == "query" else f"A {address}"
        zone = fqdn.partition(".")[2]
        words = f"samba-tool dns {verb} 127.0.0.1 {zone} {NAME} {given} --machine-pass"
        return at_the_console(host, words).returncode

    yield call
    call("delete", first)


@contextmanager
def cut_off(host: str, address: object) -> Iterator[None]:
    """A host that fetches nothing from an address."""
    rules = ("ip", "netns", "exec", host, "nft")
    assert run(*rules, CUT.format(address=address)).returncode == 0
    try:
        yield
    finally:
        assert run(*rules, "delete table ip cut").returncode == 0


def test_a_change_that_could_not_be_fetched_is_there_soon_after(
    wanted: Desired, first: str, second: str, record: Callable[[str, str], int]
) -> None:
    """Sabotage: leave `dreplsrv:periodic_interval` out of smb.conf."""
    with cut_off(second, wanted.intent.placements[first].address):
        assert record("add", first) == 0
        assert within(SECONDS, lambda: has_failed(second)), "every fetch succeeded: nothing is proven"
        assert record("query", second) != 0
    assert within(SECONDS, lambda: record("query", second) == 0), f"not there after {SECONDS} s"


def has_failed(host: str) -> bool:
    """Whether the last fetch of a controller failed."""
    asked = at_the_console(host, "samba-tool drs showrepl --json")
    return any(source["consecutive failures"] for source in json.loads(asked.stdout)["repsFrom"])
