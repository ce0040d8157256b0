"""The SSH server's settings."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.validation import check_type_bool
from hypothesis import example
from hypothesis import given as cases
from hypothesis import strategies as st

from orchestrator.role_templates import text_of
from tests.fuzz import reading
from tests.fuzz.hostile import TEXTS, fuzzed
from tests.fuzz.law import given

OWN = "etc/ssh/sshd_config.d/10-townhall.conf"
DOMAIN = "etc/ssh/sshd_config.d/20-townhall-domain.conf"
ANSWERS = [
    True,
    False,
    1,
    0,
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "True",
    "False",
    "YES",
    "NO",
    "1",
    "0",
]
LETTERS = {"y", "t"}
"""Ansible's interface takes them, and yes among blanks, for yes, its filter for no: the door stays shut."""


def without_passwords(text: str) -> list[list[str]]:
    """The settings but for the one that an argument decides."""
    return [line for line in reading.words(text) if line[0] != "PasswordAuthentication"]


@fuzzed
@cases(st.one_of(st.sampled_from(ANSWERS), TEXTS))
@example("\u2028yes")
def test_the_door_takes_passwords_only_where_the_argument_says_yes(answer: Any) -> None:
    """Sabotage: take `bool` off the argument: the text "no" opens the door."""
    try:
        yes = check_type_bool(answer)
    except TypeError:
        return
    text = text_of("base", OWN, {**given("base"), "base_password_login": answer})
    said = str(answer).lower()
    is_open = yes and said not in LETTERS and said == said.strip()
    assert ["PasswordAuthentication", "yes" if is_open else "no"] in reading.words(text)
    assert text.count("PasswordAuthentication") == 1
    closed = text_of("base", OWN, {**given("base"), "base_password_login": False})
    assert without_passwords(text) == without_passwords(closed)


@fuzzed
@cases(st.sampled_from(sorted(given("domain_member"))), TEXTS)
def test_no_argument_of_a_member_reaches_its_ssh_server(name: str, value: str) -> None:
    """Sabotage: write the realm into the drop-in."""
    good = given("domain_member")
    assert text_of("domain_member", DOMAIN, {**good, name: value}) == text_of("domain_member", DOMAIN, good)
