"""Names in two scripts, and single values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.load import values
from orchestrator.load.problems import BadError
from orchestrator.model.transliteration import account, accounts, fits, to_ascii, to_cyrillic, to_latin
from orchestrator.plain_text import plain_word

FORBIDDEN = '"/\\[]:;|=+*?<>,@ \u2019`$'
"""Signs that sAMAccountName has not, or that PowerShell takes for more than a letter."""
LETTERS = "абвгдђежзијклљмнњопрстћуфхцчџш"


@pytest.mark.parametrize(
    ("name", "latin", "log_on"),
    [
        ("Мирјана Петровић", "Mirjana Petrović", "m.petrovic"),
        ("Љубица Ђорђевић", "Ljubica Đorđević", "lj.djordjevic"),
        ("Њежана Шћепановић", "Nježana Šćepanović", "nj.scepanovic"),
        ("Џевад Жижић", "Dževad Žižić", "dz.zizic"),
        ("Ана Марић-Јовић", "Ana Marić-Jović", "a.jovic"),
    ],
)
def test_a_log_on_name_follows_from_the_name(name: str, latin: str, log_on: str) -> None:
    """Sabotage: write đ as d."""
    assert to_latin(name) == latin
    assert to_cyrillic(latin) == name
    assert account(name) == account(latin) == log_on
    assert fits(f"{log_on}2", name)
    assert not fits("x.nobody", name)


def test_two_surnames_give_a_choice() -> None:
    """Sabotage: take the last surname only."""
    assert accounts("Ана Марић-Јовић") == ("a.jovic", "a.maric", "a.maricjovic", "a.maric-jovic")


def test_capitals_stay_capitals() -> None:
    """Sabotage: write Lj for Љ always."""
    assert [to_latin(name) for name in ("ЉУБИЦА", "Љубица", "Љ")] == ["LJUBICA", "Ljubica", "Lj"]
    assert to_ascii("ЂОРЂЕ") == "DJORDJE"


@given(st.text(LETTERS, min_size=1, max_size=20))
def test_latin_and_back_is_the_same_word(word: str) -> None:
    """Sabotage: map ћ and ч to one letter in Latin."""
    separate = any(pair in word for pair in ("лј", "нј", "дж"))
    assert separate or to_cyrillic(to_latin(word)) == word
    assert to_ascii(word).isascii()


@given(st.text(max_size=30))
def test_no_text_gets_through_as_something_else(text: str) -> None:
    """Sabotage: use int() on the octets, which takes other digits and spaces."""
    for parse in (values.address, values.subnet, values.ports, values.mac, values.host_name, values.end):
        try:
            found = parse(text)
        except BadError as bad:
            assert bad.code.startswith("TH-")
            assert bad.remedy
        else:
            assert text.isascii()
            assert text.strip() == text
            assert found is not None


@pytest.mark.parametrize(
    "text", ["~/usr/k.gpg", "usr/k.gpg", "-k", "/", "/a//b", "/a/../b", "/a b", f"/{'k' * 200}", "/к.gpg"]
)
def test_a_keyring_is_one_word_from_the_machines_root(text: str) -> None:
    """Sabotage: read it as a path of the project."""
    with pytest.raises(BadError) as bad:
        values.place(text)
    assert bad.value.code == "TH-PATH"
    assert values.place("/usr/share/keyrings/town-1.gpg") == plain_word("/usr/share/keyrings/town-1.gpg")


def test_a_repository_is_no_longer_than_its_file_takes() -> None:
    """Sabotage: take addresses of any length."""
    longest = f"http://198.18.200.10/{'d' * 179}"
    assert values.uri(longest) == plain_word(longest)
    with pytest.raises(BadError) as bad:
        values.uri(f"{longest}d")
    assert bad.value.code == "TH-URI"


@pytest.mark.parametrize(
    "text", ["0.0.0.0/0", "10.0.0.5/0", "10.0.0.0/7", "10.0.0.0/31", "::/0", "10.0.0.0", "10.0.0.0/٢٤"]
)
def test_a_network_that_is_too_wide_or_no_network_is_refused(text: str) -> None:
    """Sabotage: ip_network(strict=False)."""
    with pytest.raises(BadError):
        values.subnet(text)


@pytest.mark.parametrize("text", ["m.petrovic.", *(f"m.petr{sign}ovic" for sign in FORBIDDEN)])
def test_a_log_on_name_has_no_sign_that_windows_forbids(text: str) -> None:
    """Sabotage: allow a dot or a comma in a surname."""
    with pytest.raises(BadError) as bad:
        values.account(text)
    assert bad.value.code == "TH-ACCOUNT-FORM"


@pytest.mark.parametrize(
    ("parse", "longest"),
    [(values.account, f"m.{'p' * 18}"), (values.host_name, "p" * 15), (values.netbios, "P" * 15)],
    ids=["account", "host", "directory"],
)
def test_a_name_is_as_long_as_windows_takes_it(parse: Callable[[str], str], longest: str) -> None:
    """Sabotage: allow an account of 21 letters, or a host or directory of 16."""
    assert parse(longest) == longest
    with pytest.raises(BadError):
        parse(longest + longest[-1])
