"""An attestation as text: equal machines give equal bytes, so the ledger keeps each once."""

from __future__ import annotations

import json

from orchestrator.model.drift import Attestation, Attested, Spot


def attestation_text(attestation: Attestation) -> str:
    """Return an attestation as JSON."""
    units = {
        role: [
            [spot.kind, spot.name, one.value, one.managed, one.sealed]
            for spot, one in sorted(spots.items(), key=_spot)
        ]
        for role, spots in attestation.units.items()
    }
    return json.dumps({"machine": attestation.machine, "units": units}, ensure_ascii=False, sort_keys=True)


def attestation_of(text: str) -> Attestation:
    """Read an attestation."""
    found = json.loads(text)
    units = {
        role: {Spot(kind, name): Attested(*rest) for kind, name, *rest in spots}
        for role, spots in found["units"].items()
    }
    return Attestation(found["machine"], units)


def _spot(pair: tuple[Spot, Attested]) -> Spot:
    return pair[0]
