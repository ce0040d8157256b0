"""Choose the hosts that try a firewall's change with us: those that answer, of as many zones as there are."""

from __future__ import annotations

from orchestrator.model.names import FIREWALL
from orchestrator.model.plan import Observation
from orchestrator.plan.probes import BASE, Probe, candidates, chosen
from orchestrator.plan.units import DONE, FRESH
from orchestrator.prospect import Prospect
from orchestrator.reach import Shell
from orchestrator.record import Ledger

ANSWER_SECONDS = 10


def second_probes(prospect: Prospect, ledger: Ledger, shell: Shell) -> dict[str, tuple[Probe, ...]]:
    """Return the probes of each firewall that is to change; only hosts outside of the plan are asked."""
    wanted, plan = prospect.wanted, prospect.plan
    changing = {unit.host for unit in plan.units if unit.role == FIREWALL}
    units = [unit for unit in wanted.rendering.units if unit.role == FIREWALL and unit.host in changing]
    if not units:
        return {}
    anew = {unit.host for unit in plan.units if unit.role == BASE and unit.reason in FRESH}
    in_service = ledger.carrying(BASE, DONE).keys() - changing - anew
    addresses = {name: host.address for name, host in wanted.town.hosts.items()}
    found = {
        unit.host: candidates(unit.arguments, wanted.rendering, addresses, in_service, plan.hosts)
        for unit in units
    }
    answering = _answering(prospect, shell, {probe.source for probes in found.values() for probe in probes})
    return {host: chosen(probes, answering) for host, probes in found.items()}


def _answering(prospect: Prospect, shell: Shell, hosts: set[str]) -> set[str]:
    """Those of the hosts that answer; who was asked for the plan is not asked again."""
    asked = hosts & {*prospect.plan.hosts}
    answers = shell.run_all(dict.fromkeys(sorted(hosts - asked), "true"), ANSWER_SECONDS)
    silent = {host for host in asked if not prospect.observed.get(host, Observation()).reachable}
    return asked - silent | {host for host, answer in answers.items() if answer.reached}
