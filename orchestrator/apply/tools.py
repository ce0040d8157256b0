"""What an apply is told, and the ports that it works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.apply.ansible import Ansible, Runner
from orchestrator.apply.code import handler_names
from orchestrator.apply.devices import Devices, Switches
from orchestrator.apply.fences import Fences
from orchestrator.apply.journal import Recorder
from orchestrator.apply.observer import Nobody, Observer
from orchestrator.apply.stamps import Stamps
from orchestrator.errors import Problem
from orchestrator.model.plan import Observation
from orchestrator.model.verdict import Selection, Verdict
from orchestrator.plan.probes import Probe
from orchestrator.reach import Shell

Arguments = Mapping[tuple[str, str], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Tools:
    """The ports that an apply works with, and the fences behind which it does.

    `tell` is told in words why it waits.
    """

    shell: Shell
    recorder: Recorder
    prove: Callable[[Selection], Verdict]
    ansible: Ansible = field(default_factory=Runner)
    devices: Devices = field(default_factory=Switches)
    observer: Observer = field(default_factory=Nobody)
    handlers: Callable[[str], tuple[str, ...]] = handler_names
    stamps: Stamps = field(default_factory=Stamps)
    fences: Fences = field(default_factory=Fences)
    tell: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Order:
    """What one run is told: its name, its folder, what the machines said before, its secrets, its speed.

    `leased` tells by host which address it gets by DHCP, `tolerated` by position how many hosts a wave may
    lose, `probes` by firewall which ways other hosts must keep through it; `keeper` is the host that keeps
    the fence of all devices.
    """

    run: str
    folder: Path
    observed: Mapping[str, Observation] = field(default_factory=dict)
    vault_files: tuple[Path, ...] = ()
    accelerate: bool = False
    leased: Mapping[str, str] = field(default_factory=dict)
    tolerated: Mapping[int, int] = field(default_factory=dict)
    keeper: str = ""
    probes: Mapping[str, tuple[Probe, ...]] = field(default_factory=dict)

    @property
    def silent(self) -> frozenset[str]:
        """The hosts that did not answer when they were asked."""
        return frozenset(host for host, seen in self.observed.items() if not seen.reachable)

    @property
    def rejected(self) -> Mapping[str, Problem]:
        """The hosts that are not entered, and why."""
        return {host: seen.rejected for host, seen in self.observed.items() if seen.rejected}

    @property
    def helpers(self) -> frozenset[str]:
        """The hosts that try a way through a firewall."""
        return frozenset(probe.source for probes in self.probes.values() for probe in probes)
