"""A PC that reached no controller for a moment gives its person tickets again soon after one is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from orchestrator.desired import Desired
from tests.lab_e2e.conftest import at_the_console, within

SECONDS = 45


@pytest.fixture
def pc(wanted: Desired) -> str:
    """A PC of the town."""
    return wanted.town.groups["workstations"][0]


@pytest.fixture
def no_controllers(wanted: Desired) -> Iterator[Callable[[], None]]:
    """Every controller is stopped until this is called."""
    controllers = wanted.town.groups["domain_controllers"]

    def start() -> None:
        for host in controllers:
            assert at_the_console(host, "systemctl start samba-ad-dc").returncode == 0

    for host in controllers:
        at_the_console(host, "systemctl stop samba-ad-dc")
    yield start
    start()


def test_it_goes_back_to_its_domain_soon_after_a_controller_is_there(
    pc: str, no_controllers: Callable[[], None]
) -> None:
    """The log-on service tells when it is back, and only then when it had lost its domain.

    Sabotage: leave `offline_timeout` out of sssd.conf.
    """
    began = at_the_console(pc, "date +%s").stdout.strip()
    at_the_console(pc, "sss_cache --everything; getent passwd nobody-of-the-town")
    no_controllers()
    told = f"journalctl --identifier=sssd_be --since=@{began} --grep='Backend is online'"
    assert within(SECONDS, lambda: at_the_console(pc, told).returncode == 0), f"not back after {SECONDS} s"
