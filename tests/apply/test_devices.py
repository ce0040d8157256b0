"""Devices are asked for their configuration instead of stamps."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.apply.devices import settled, survey_devices
from orchestrator.errors import MachineError
from orchestrator.model.plan import Observation
from orchestrator.model.rendering import UnitRendering

STATES = {"sw-1": "as wanted", "sw-2": "changed", "sw-3": "off"}
UNITS = [UnitRendering(host, "switch", 1, {"state": state}, ()) for host, state in STATES.items()]
KNOWN = {"sw-1": Observation("SHA256:key")}


class Shelf:
    """Three switches: one as wanted, one changed by hand, one that is off."""

    def differs(self, arguments: Mapping[str, object]) -> bool:
        if arguments["state"] == "off":
            raise MachineError("no answer")
        return arguments["state"] == "changed"

    def pending(self, arguments: Mapping[str, object]) -> bool:
        return self.differs(arguments)

    def configure(self, arguments: Mapping[str, object]) -> int:
        return 0


def test_each_device_says_whether_it_differs_and_keeps_its_known_identity() -> None:
    assert survey_devices(Shelf(), UNITS, KNOWN) == {
        "sw-1": Observation("SHA256:key"),
        "sw-2": Observation(differs=True),
        "sw-3": Observation(reachable=False),
    }


def test_a_device_is_settled_when_it_answers_and_no_change_waits_there() -> None:
    """Sabotage: count one that is silent as settled."""
    assert settled(Shelf(), UNITS) == {"sw-1"}
