"""After a run of Ansible: a unit that did not succeed may have taken its change back, or failed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.apply.journal import Journal
from orchestrator.apply.tools import Arguments
from orchestrator.apply.way_back import BACK, Asker, Found, Words
from orchestrator.model.outcome import REVERTED
from orchestrator.model.plan import PlannedUnit

STEPS = {
    "townhall-firewall": (
        "nft -f /run/townhall/firewall.before    # after a restart of the machine: nft -f /etc/nftables.conf",
        "rm -f /run/townhall/firewall.before",
        "townhall-firewall outcome    # says: reverted",
    ),
    "townhall-rollback": (
        "tar -C / -xpf /var/lib/townhall/rollback/before.tar",
        "rm -f /var/lib/townhall/rollback/armed",
        "sshd -t && systemctl reload ssh && networkctl reload",
        "townhall-rollback outcome    # says: reverted",
    ),
}
"""What a person does where a tool could not, by tool."""
LOOK = "ip -brief address; systemctl status ssh; sshd -T; nft list ruleset    # what keeps everybody out?"


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Asks the hosts of roles in `reverts` what became of a unit that was not applied."""

    asker: Asker
    journal: Journal
    arguments: Arguments
    reverts: Mapping[str, int]

    def before(self, units: Iterable[PlannedUnit], silent: Iterable[str] = ()) -> dict[str, Words]:
        """Return what the hosts say before; those that are `silent` are not asked."""
        return self.asker.words({unit.host for unit in units if unit.role in self.reverts} - {*silent})

    def settle(self, units: Iterable[PlannedUnit], before: Mapping[str, Words]) -> None:
        """Wait until each host in doubt has told, and write down what it says."""
        doubted = {unit.host: unit for unit in self.journal.left_in_doubt(units) if unit.role in self.reverts}
        if not doubted:
            return
        window = max(map(self._window, doubted.values()))
        for host, found in self.asker.found(doubted, before, window).items():
            if found.is_back:
                end = self.journal.outcomes[doubted[host]]
                self.journal.amend(doubted[host], REVERTED, f"{_back(host, found)} ({end.why})")
            elif found.is_lost:
                self.journal.quarantine(doubted[host], _lost(host, found), _steps(doubted[host], found))

    def _window(self, unit: PlannedUnit) -> float:
        given = self.arguments[unit.host, unit.role].get(f"{unit.role}_confirm_seconds")
        return float(str(given or self.reverts[unit.role]))


def _back(host: str, found: Found) -> str:
    things = " and ".join(BACK[tool] for tool in found.reverted)
    return f"the change took itself back: on {host} {things} as before"


def _lost(host: str, found: Found) -> str:
    if found.silent:
        return f"{host} does not answer, even after the time in which a change takes itself back"
    return f"{' and '.join(found.stuck)} could not take the change back"


def _steps(unit: PlannedUnit, found: Found) -> tuple[str, ...]:
    """A host that says nothing may need any of what its role uses, or have gone back and be silent still."""
    if found.stuck:
        return tuple(step for tool in found.stuck for step in STEPS[tool])
    tools = [tool for tool in BACK if unit.role == "firewall" or tool != "townhall-firewall"]
    steps = (step for tool in tools for step in (f"{tool} outcome    # failed or armed: then", *STEPS[tool]))
    return (*steps, LOOK)
