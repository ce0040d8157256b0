"""Every seeded change is found and told; an untouched machine tells nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestrator.drift import differences
from orchestrator.model.drift import Attestation
from tests.drift.scratch import Scratch
from tests.drift.seeded import Seed, seeds

HERE = [seed for seed in seeds() if seed.scratch and (seed.kind != "owner" or os.getuid() == 0)]
Attested = tuple[Scratch, Attestation, Mapping[str, str]]


@pytest.fixture(params=sorted({seed.host for seed in HERE}))
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Attested:
    made = Scratch.create(request.param, tmp_path)
    return made, *made.attest()


def test_an_untouched_machine_tells_nothing(machine: Attested) -> None:
    """Sabotage: attest a file's time of change."""
    made, attestation, texts = machine
    said = made.testify(attestation)
    assert len(said.seen) > 40
    assert differences(made.host, attestation, said, texts) == ()


def test_every_change_by_hand_is_found_and_told(machine: Attested) -> None:
    """Sabotage: leave any kind out of the witness, or any comparison out of the words."""
    made, attestation, texts = machine
    made_by_hand = [seed for seed in HERE if seed.host == made.host]
    for seed in made_by_hand:
        made.run(seed.do)
    found = differences(made.host, attestation, made.testify(attestation), texts)
    assert [seed for seed in made_by_hand if not seed.is_told_by(found)] == []


def test_the_set_is_large_and_of_many_kinds() -> None:
    """Sabotage: halve seeded.yml."""
    in_lab = [seed for seed in seeds() if seed.lab]
    assert len(in_lab) >= 60
    assert len({seed.kind for seed in in_lab}) >= 12
    assert len({(seed.host, *seed.spot, seed.says) for seed in seeds()}) == len(seeds())


def test_each_seed_speaks_of_a_spot_that_its_host_answers_for() -> None:
    """Sabotage: leave what tasks name out of `watched`."""
    hosts = {seed.host for seed in HERE}
    known = {
        host: {one.spot for watches in Scratch(host, Path()).watches.values() for one in watches}
        for host in hosts
    }
    for seed in HERE:
        assert any(_covers(spot.kind, spot.name, seed) for spot in known[seed.host]), seed


def _covers(kind: str, name: str, seed: Seed) -> bool:
    wanted, place = seed.spot
    if kind == "folder" == wanted:
        return place.startswith(f"{name}/")
    return (kind, name) == seed.spot or (kind == "kernel_file" and wanted == "kernel")
