"""What every machine has: names, name servers, time, package sources."""

from __future__ import annotations

from random import Random
from typing import Any
from urllib.parse import urlsplit

from hypothesis import given as cases

from tests.fuzz import reading
from tests.fuzz.hostile import SEEDS, around, fuzzed
from tests.fuzz.law import Emitter, emitted

TIME = Emitter(
    "base",
    {"etc/chrony/chrony.conf": reading.words},
    {"base_time_servers": ["198.18.20.11"], "base_time_clients": ["198.18.10.0/24"]},
)
NAMES = Emitter(
    "base",
    {"etc/hosts": reading.words, "etc/hostname": reading.words, "etc/resolv.conf": reading.words},
    {"base_dns_servers": ["198.18.20.11", "198.18.20.12"]},
)
APT = Emitter("base", {"etc/apt/sources.list.d/townhall.sources": reading.paragraphs})
SSH = Emitter(
    "base", {"etc/ssh/sshd_config.d/10-townhall.conf": reading.words}, {"base_controllers": ["198.18.0.1"]}
)
UPDATES = "etc/apt/apt.conf.d/60townhall"


@fuzzed
@cases(TIME.hostile())
def test_a_hostile_time_server_is_refused_or_exactly_one_word(drawn: Any) -> None:
    """Sabotage: take `plain_address` off the servers or the clients."""
    TIME.holds(drawn)


@fuzzed
@cases(NAMES.hostile())
def test_a_hostile_name_of_a_host_is_refused_or_exactly_one_word(drawn: Any) -> None:
    """Sabotage: take `plain_word` off the search domain."""
    NAMES.holds(drawn)


@fuzzed
@cases(APT.hostile())
def test_a_hostile_package_source_is_refused_or_exactly_one_value(drawn: Any) -> None:
    """Sabotage: take `plain_word` off the suite."""
    APT.holds(drawn)


@fuzzed
@cases(SSH.hostile())
def test_a_hostile_controller_is_refused_or_exactly_one_address(drawn: Any) -> None:
    """Sabotage: take `plain_address` off the controllers."""
    SSH.holds(drawn)


@fuzzed
@cases(SEEDS)
def test_a_hostile_package_source_opens_no_other_origin_for_updates(chance: Random) -> None:
    """Sabotage: take `plain_word` off the site, or `list`: `unique` hides what breaks inside it."""
    site, updates = around("198.18.200.10", chance), chance.random() < 0.5
    source = {"uri": f"http://{site}/debian", "suite": "trixie", "components": ["main"], "keyring": "/k.gpg"}
    more = {"base_package_sources": [source], "base_automatic_updates": updates}
    text = emitted("base", UPDATES, {**APT.arguments, **more})
    if text is not None:
        good = emitted("base", UPDATES, {**APT.arguments, "base_automatic_updates": updates})
        assert good is not None
        host = urlsplit(source["uri"]).hostname or ""
        assert reading.apt(text) == [line.replace("198.18.200.10", host) for line in reading.apt(good)]


def test_every_text_of_the_base_is_tried() -> None:
    """Sabotage: leave the keyring out of the tried arguments."""
    assert {file for file, _, _, _ in NAMES.cases} == {*NAMES.files}
    assert TIME.names == {"base_time_servers", "base_time_clients"}
    assert NAMES.names == {"base_hostname", "base_fqdn", "base_search_domain", "base_dns_servers"}
    assert {place[2] for _, place, _, _ in APT.cases} == {"uri", "suite", "components", "keyring"}
