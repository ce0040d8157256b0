"""The hand-over summary in three scripts."""

from __future__ import annotations

import pytest

from orchestrator.desired import PROJECT, desired
from orchestrator.errors import UsageError
from orchestrator.model.verdict import Check
from orchestrator.report.handover import hand_over, hand_over_text
from orchestrator.report.latin import latin

WANTED = desired(PROJECT / "inventories" / "lab")
CHECKS = (
    Check("dhcp", "lab-pc-0002", "base", "it has its address", True, "", 0.1),
    Check("backup", "lab-pc-0002", "backup_client", "a file comes back", False, "no", 0.1),
    Check("backup", "lab-pc-0001", "backup_client", "another PC", True, "", 0.1),
)
SUMMARY = hand_over(WANTED.town, WANTED.intent, "lab-pc-0002", CHECKS, 42)


def test_english_says_everything_that_the_person_signs_for() -> None:
    text = hand_over_text(SUMMARY, "en")
    for part in (
        "Hand-over record of a workstation",
        "42",
        "lab-pc-0002.lab.townhall.test",
        "198.18.11.51",
        "52:54:00:12:00:02",
        "B-201-1",
        "lab-sw2/7",
        "users-b, VLAN 11",
        "Ljubica Đorđević",
        "lj.djordjevic",
        "Urbanizam",
    ):
        assert part in text
    assert "leased addresses 1 of 1" in text


def test_a_check_that_failed_is_not_hidden() -> None:
    assert "backup 0 of 1 FAILED" in hand_over_text(SUMMARY, "en")


def test_cyrillic_keeps_names_as_they_were_written() -> None:
    text = hand_over_text(SUMMARY, "sr-Cyrl")
    assert "Записник о примопредаји" in text
    assert "Љубица Ђорђевић" in text


def test_latin_is_the_cyrillic_text_in_other_letters() -> None:
    text = hand_over_text(SUMMARY, "sr-Latn")
    assert "Zapisnik o primopredaji" in text
    assert "Ljubica Đorđević" in text


def test_an_unknown_language_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match="sr-Cyrl, sr-Latn, en"):
        hand_over_text(SUMMARY, "de")


@pytest.mark.parametrize(
    ("cyrillic", "written"),
    [
        ("Љубица", "Ljubica"),
        ("ЉУБИЦА", "LJUBICA"),
        ("Џеп", "Džep"),
        ("чћшжђ", "čćšžđ"),
        ("A-1 њива", "A-1 njiva"),
    ],
)
def test_every_letter_has_its_latin_form(cyrillic: str, written: str) -> None:
    assert latin(cyrillic) == written
