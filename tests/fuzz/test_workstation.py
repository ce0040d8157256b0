"""What a PC says to its person, and the settings of its desktop and language."""

from __future__ import annotations

from typing import Any

from hypothesis import given as cases

from tests.fuzz import reading
from tests.fuzz.hostile import fuzzed
from tests.fuzz.law import Emitter

PERSON = {"account": "m.petrovic", "name": "Мирјана Петровић", "department": "Финансије", "post": "благајник"}
DESK = Emitter(
    "workstation",
    {
        "etc/dconf/db/gdm.d/00-townhall": reading.keyfile,
        "etc/locale.conf": reading.shell,
        "etc/issue": reading.issue,
        "etc/locale.gen": reading.words,
        "etc/motd": reading.lines,
        "usr/local/share/townhall/handout.txt": reading.lines,
    },
    {"workstation_person": PERSON},
)


@fuzzed
@cases(DESK.hostile())
def test_a_hostile_argument_of_a_pc_is_refused_or_exactly_what_its_person_reads(drawn: Any) -> None:
    """Sabotage: take `plain_line` off the room in dconf's text, or an escape off the contact."""
    DESK.holds(drawn)


def test_every_text_of_a_pc_is_tried() -> None:
    """Sabotage: leave the hand-out out of the files."""
    assert {file for file, _, _, _ in DESK.cases} == {*DESK.files}
    names = {"person", "room", "support_contact", "locale"}
    assert DESK.names == {f"workstation_{name}" for name in names}
