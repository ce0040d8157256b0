"""Antivirus and backup: freshclam, nginx, signatures, restic's environment and scripts, units."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as cases

from tests.fuzz import reading
from tests.fuzz.hostile import fuzzed
from tests.fuzz.law import Emitter

SCANNER = Emitter(
    "antivirus_client",
    {
        "etc/clamav/freshclam.conf": reading.words,
        "etc/systemd/system/townhall-antivirus@.service": reading.unit,
        "etc/systemd/system/townhall-antivirus@scan.timer": reading.unit,
    },
)
SIGNATURES = Emitter(
    "antivirus_server",
    {
        "etc/nginx/conf.d/townhall-signatures.conf": reading.nginx,
        "etc/clamav/townhall-upstream.conf": reading.words,
        "etc/systemd/system/townhall-upstream.service": reading.unit,
        "srv/signatures/town.ndb": reading.signatures,
    },
    {
        "antivirus_server_upstream": True,
        "antivirus_server_signatures": [
            {"name": "Town.One", "hex": "414243"},
            {"name": "Two", "hex": "44??46"},
        ],
    },
)
ALONE = Emitter("antivirus_server", {"etc/nginx/conf.d/townhall-signatures.conf": reading.nginx})
"""Without the official database."""
RESTIC = Emitter(
    "backup_client",
    {
        "etc/default/townhall-backup": reading.shell,
        "usr/local/sbin/townhall-backup": reading.shell,
        "etc/systemd/system/townhall-backup.timer": reading.unit,
    },
)
REST = Emitter(
    "backup_server",
    {
        "etc/default/restic-rest-server": reading.shell,
        "etc/systemd/system/restic-rest-server.service.d/townhall.conf": reading.unit,
    },
)


@fuzzed
@cases(SCANNER.hostile())
def test_a_hostile_argument_of_the_scanner_is_refused_or_exactly_one_word(drawn: Any) -> None:
    """Sabotage: take `plain_path` off the scanned folders, or `plain_word` off a database."""
    SCANNER.holds(drawn)


@fuzzed
@cases(SIGNATURES.hostile())
def test_a_hostile_argument_of_the_signature_server_is_refused_or_exactly_one_word(drawn: Any) -> None:
    """Sabotage: take `plain_word` off the official database, or `matching` off a signature's name."""
    SIGNATURES.holds(drawn)


@fuzzed
@cases(ALONE.hostile())
def test_a_hostile_folder_of_the_towns_own_signatures_is_refused_or_exactly_one_word(drawn: Any) -> None:
    """Sabotage: take `plain_word` off the folder in nginx' settings."""
    ALONE.holds(drawn)


@fuzzed
@cases(RESTIC.hostile())
def test_a_hostile_argument_of_the_backup_is_refused_or_exactly_one_word_of_the_shell(drawn: Any) -> None:
    """Sabotage: take `quote` off a folder or a password."""
    RESTIC.holds(drawn)


@fuzzed
@cases(REST.hostile())
def test_a_hostile_folder_of_the_backup_server_is_refused_or_exactly_one_word(drawn: Any) -> None:
    """Sabotage: take `plain_word` off the folder."""
    REST.holds(drawn)


@pytest.mark.parametrize(
    ("emitter", "names"),
    [
        (SCANNER, {"server", "databases", "scan_paths", "scan_time"}),
        (SIGNATURES, {"document_root", "signatures"}),
        (RESTIC, {"server", "name", "password", "encryption_password", "paths", "time", "randomised_delay"}),
        (REST, {"data_directory"}),
    ],
    ids=lambda value: getattr(value, "role", ""),
)
def test_every_text_of_the_protection_is_tried(emitter: Emitter, names: set[str]) -> None:
    """Sabotage: leave a file out of an emitter."""
    assert emitter.names == {f"{emitter.role}_{name}" for name in names}
    assert {file for file, _, _, _ in emitter.cases} == {*emitter.files}
