"""Drift is told in an order and in words that an admin can act on, and never with a secret."""

from __future__ import annotations

import json
from pathlib import Path

from orchestrator.drift import differences, in_order, port_differences
from orchestrator.model.drift import Attestation, Attested, Concern, Difference, Drift, Spot, Testimony
from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.record.attestations import attestation_of, attestation_text
from orchestrator.report.drift_text import drift_json, drift_text
from orchestrator.switches import Target, compare_switch
from tests.drift.scratch import Scratch
from tests.drift.seeded import seeds
from tests.switches.ovs_device import OvsDevice
from tests.switches.ovs_shell import OvsShell

CANARY = "canary-7f3d9a"


def found_on(host: str, root: Path) -> tuple[Difference, ...]:
    made = Scratch.create(host, root)
    attestation, texts = made.attest()
    for seed in seeds():
        if seed.host == host and seed.scratch and seed.kind != "owner":
            made.run(seed.do)
    return differences(host, attestation, made.testify(attestation), texts)


def test_openings_come_first_then_logins_then_services_then_the_rest(tmp_path: Path) -> None:
    """Sabotage: sort by host before concern."""
    hosts = ("lab-pc-0001", "lab-av1", "lab-dc1")
    found = [one for host in hosts for one in found_on(host, tmp_path / host)]
    ordered = in_order(found, {"lab-dc1": 4, "lab-av1": 4, "lab-pc-0001": 1})
    assert [one.concern for one in ordered] == sorted(one.concern for one in found)
    assert {one.concern for one in ordered} == set(Concern)
    for concern in Concern:
        people = [one.people for one in ordered if one.concern == concern]
        assert people == sorted(people, reverse=True)


def test_what_a_hand_can_open_is_an_opening(tmp_path: Path) -> None:
    """Sabotage: leave sudoers, package sources or world-writable files out of the concerns."""
    openings = {one.spot.name for one in found_on("lab-av1", tmp_path) if one.concern == Concern.OPENING}
    assert openings >= {
        "/etc/sudoers.d/townhall",
        "/etc/apt/sources.list",
        "/etc/apt/sources.list.d/third.list",
    }


def test_no_secret_is_kept_or_told(tmp_path: Path) -> None:
    """Sabotage: leave `sealed` out of what a unit answers for; the words then show the password's line."""
    made = Scratch.create("lab-pc-0002", tmp_path)
    secret = tmp_path / "etc/default/townhall-backup"
    secret.write_text(f"RESTIC_PASSWORD={CANARY}\n")
    attestation, texts = made.attest()
    secret.write_text(f"RESTIC_PASSWORD={CANARY}-changed\n")
    said = made.testify(attestation)
    found = differences(made.host, attestation, said, texts)
    drift = Drift("lab", (made.host,), found)
    kept = attestation_text(attestation)
    assert [one.spot.name for one in found] == ["/etc/default/townhall-backup"]
    assert CANARY not in "\n".join(
        [kept, *texts.values(), drift_text(drift), json.dumps(drift_json(drift)), str(said)]
    )


def test_a_machines_own_words_cannot_play_with_the_terminal() -> None:
    """Sabotage: print a file's lines as they are."""
    spot = Spot("file", "/etc/motd")
    before = {"type": "file", "digest": "a", "mode": "0644", "owner": "root", "group": "root"}
    now = {**before, "digest": "b", "text": "\x1b[2J\x1b]0;x\x07 hello \u202e evil\n"}
    attestation = Attestation("id", {"workstation": {spot: Attested(before)}})
    (one,) = differences("pc", attestation, Testimony("id", {spot: now}), {"a": "hello\n"})
    assert not {"\x1b", "\x07", "\u202e"} & set("".join([one.words, *one.lines]))
    assert any("hello" in line for line in one.lines)


def test_an_attestation_read_back_is_the_same(tmp_path: Path) -> None:
    """Sabotage: leave `sealed` out of the text."""
    attestation, _ = Scratch.create("lab-fw1", tmp_path).attest()
    assert attestation_of(attestation_text(attestation)) == attestation


def test_a_switch_tells_its_ports_in_words_and_the_lines_that_put_them_back() -> None:
    """Sabotage: compare names of ports only."""
    wanted = WantedSwitch(
        (), (Port(1, "swp1", "access", 10, (), "PC"), Port(2, "swp2", "shut", None, (), "unused"))
    )
    device = OvsDevice(links={"swp1": True, "swp2": True})
    device.type("ovs-vsctl --may-exist add-port br0 swp1 -- set port swp1 tag=20")
    target = Target("ovs", "192.0.2.1", "lab-sw1", "root", Path("key"), Path("known_hosts"))
    shell = OvsShell(device)
    compared = compare_switch(target, wanted, lambda _: shell)
    found = port_differences("lab-sw1", "switch", compared)
    assert [one.spot.name for one in found] == ["swp1", "swp2"]
    assert "instead of in network 10" in found[0].words
    assert all(one.lines for one in found)
    assert shell.log == ["logout"]
