"""Hostile words in a town's own lines: refused in four parts, or every text stays what it is for."""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given as cases

from orchestrator.desired import Desired, following
from orchestrator.errors import Refused
from orchestrator.flows.parse import parse
from orchestrator.flows.ruleset import ruleset
from orchestrator.load import load_text
from orchestrator.render.catalogue import FILE
from orchestrator.render.catalogue import parse as catalogue
from orchestrator.role_templates import ROLES, prints_arguments
from tests.fuzz.hostile import SEEDS, around, fuzzed
from tests.fuzz.law import Emitter, Path, emitted, leaves, opened, put
from tests.fuzz.test_base import APT, NAMES, TIME
from tests.fuzz.test_dhcp_relay import RELAY
from tests.fuzz.test_directory import SAMBA, SSSD
from tests.fuzz.test_kea import KEA
from tests.fuzz.test_networkd import NETWORKD
from tests.fuzz.test_nft import NFT, RULES
from tests.fuzz.test_protection import ALONE, REST, RESTIC, SCANNER, SIGNATURES
from tests.fuzz.test_workstation import DESK
from tests.load.towns import SPECS, TODAY, lab_files

EMITTERS: tuple[Emitter, ...] = (
    APT, NAMES, TIME, RELAY, SAMBA, SSSD, KEA, NETWORKD, NFT, ALONE, REST, RESTIC, SCANNER, SIGNATURES, DESK,
)  # fmt: skip
WITHOUT_TEXTS = {
    ("base", "etc/apt/apt.conf.d/60townhall"),
    ("base", "etc/ssh/sshd_config.d/10-townhall.conf"),
    ("workstation", "etc/dconf/db/local.d/00-townhall"),
}
"""Files whose arguments are numbers, answers or parts of a text; the first two have laws of their own."""
CHOSEN = {
    "group_vars/workstations/workstation.yml": {
        "workstation_support_contact": "help desk 123",
        "workstation_locale": "sr_RS.UTF-8",
    },
    "group_vars/workstations/antivirus_client.yml": {"antivirus_client_scan_paths": ["/home", "/srv/data"]},
    "group_vars/workstations/backup_client.yml": {
        "backup_client_paths": ["/etc", "/home"],
        "backup_client_time": "02:00",
        "backup_client_randomised_delay": "2h",
    },
    "group_vars/backup_servers/backup_server.yml": {"backup_server_data_directory": "/srv/backup"},
    "group_vars/dhcp_servers/dhcp_server.yml": {"dhcp_server_interface": "eth0"},
}
"""Arguments that people may choose, beside what the lab's own lines say."""


@cache
def lines() -> dict[str, Any]:
    """The lab's files as values."""
    read = {path: yaml.load(text, yaml.CSafeLoader) for path, text in lab_files().items()}
    return {**read, **CHOSEN}


@cache
def places() -> tuple[tuple[str, Path, str, bool], ...]:
    """Every text of every file: file, place, value, and whether it is a key."""
    found = []
    for file, content in lines().items():
        for place, value in leaves(content):
            found += [(file, place, value, False)] if isinstance(value, str) else []
            found += [(file, place[:at], place[at - 1], True) for at in range(2, len(place) + 1)]
    texts = (one for one in found if isinstance(one[2], str) and one[0] != "townhall.yml")
    return tuple(dict.fromkeys(texts))


def changed(value: Any, place: Path, new: str, is_key: bool) -> Any:
    """A copy with another text at one place, which may be a key."""
    if not is_key:
        return put(value, place, new)
    if len(place) == 1:
        return {new if key == place[0] else key: inner for key, inner in value.items()}
    inner = changed(value[place[0]], place[1:], new, is_key)
    return put(value, place[:1], inner)


@cache
def _good() -> dict[str, str]:
    return {path: json.dumps(content, ensure_ascii=False) for path, content in lines().items()}


@cache
def plays() -> Any:
    """The catalogue of the project."""
    return catalogue((ROLES.parent / FILE).read_text(encoding="utf-8"))


def wanted(files: dict[str, str]) -> Desired | None:
    """What follows from a town; nothing where it is refused, in four parts safe to print."""
    try:
        return following(load_text(files, TODAY, SPECS), plays())
    except Refused as refused:
        for one in refused.problems:
            assert all((one.place, one.code, one.value, one.reason, one.remedy))
            assert not any(ord(sign) < 32 or sign in "\u202e\u2066\u2028\x85\x7f" for sign in one.value)
        assert refused.problems
        return None


def judged(found: Desired, may_refuse: bool = False) -> int:
    """Hold every text of every unit against its arguments; how many were read.

    Roles may refuse what people chose for them, and nothing that follows from the town.
    """
    count = 0
    for unit in found.rendering.units:
        arguments = opened(unit.arguments)
        for emitter in (one for one in EMITTERS if one.role == unit.role and one is not NETWORKD):
            for file, read in emitter.files.items():
                text = emitted(unit.role, file, arguments)
                assert text is not None or may_refuse, f"{unit.role} {file} of an accepted town"
                count += 1 if text is not None and read(text) else 0
        if unit.role == "firewall":
            assert parse(emitted("firewall", RULES, arguments) or "") == ruleset(arguments)
    return count


@pytest.mark.long
@fuzzed
@cases(SEEDS)
def test_a_hostile_word_in_a_line_is_refused_or_changes_no_texts_meaning(chance: Random) -> None:
    """Sabotage: let `_TITLE` of orchestrator/load/values.py take any sign, or `host_name` return any text."""
    file, place, value, is_key = chance.choice(places())
    content = changed(lines()[file], place, around(value, chance), is_key)
    hostile = json.dumps(content, ensure_ascii=chance.random() < 0.5)
    found = wanted({**_good(), file: hostile})
    if found is not None:
        judged(found, may_refuse=not file.startswith(("group_vars/all/", "hosts/")))


def test_every_file_that_prints_an_argument_is_tried() -> None:
    """Sabotage: leave an emitter out, or print an argument in a file that no test of this folder reads."""
    tried = {(emitter.role, file) for emitter in EMITTERS for file in emitter.files} - {("firewall", "files")}
    printing = {
        (role.name, str(path.relative_to(role / "templates")).removesuffix(".j2"))
        for role in ROLES.iterdir()
        for path in (role / "templates").rglob("*.j2")
        if prints_arguments(role.name, str(path.relative_to(role / "templates")).removesuffix(".j2"))
    }
    assert printing - WITHOUT_TEXTS == tried


def test_the_lab_itself_is_read_whole() -> None:
    """Sabotage: leave emitters out."""
    found = wanted(_good())
    assert found is not None
    assert judged(found) > 50
