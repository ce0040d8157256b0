"""Who a machine is, and what it says of itself."""

from __future__ import annotations

from orchestrator.apply.survey import known_keys, observation
from orchestrator.model.plan import Observation
from orchestrator.reach import Answer

ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
KNOWN = Observation(fingerprint="SHA256:key")


def test_the_fingerprint_is_the_one_that_ssh_prints() -> None:
    keys = known_keys(f"198.19.0.1,pc-1 ssh-ed25519 {ED25519}\n# comment\n198.19.0.1 ssh-rsa AAAA\n")
    assert keys["pc-1"] == keys["198.19.0.1"] == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"


def test_a_machine_tells_its_identity_and_its_stamps() -> None:
    said = 'id\n{"role": "base", "key": "k", "machine_id": "id"}\nnot json\n'
    assert observation(Answer("pc", 0, said, ""), KNOWN) == Observation("SHA256:key", "id", {"base": "k"})


def test_a_stamp_of_another_machine_does_not_count() -> None:
    said = 'id\n{"role": "base", "key": "k", "machine_id": "other"}\n'
    assert observation(Answer("pc", 0, said, ""), KNOWN).stamps == {}


def test_a_machine_that_does_not_answer_is_not_reachable_and_says_nothing_of_stamps() -> None:
    seen = observation(Answer("pc", 255, "", "timed out"), KNOWN)
    assert (seen.reachable, seen.stamps, seen.machine_id) == (False, None, "")
