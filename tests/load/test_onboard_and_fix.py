"""Adding a machine and putting addresses right are edits of the text that touch nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import Refused
from orchestrator.load import load_text
from orchestrator.load.fix import fix
from orchestrator.load.onboard import Machine, onboard
from tests.golden import Golden
from tests.load.towns import changed, lab_files

HOSTS, PEOPLE = "hosts/workstations.yml", "group_vars/all/people.yml"
NEW = Machine("lab-pc-0003", "52:54:00:12:00:03", socket="A-103-2", person="m.petrovic")
LINE = (
    'lab-pc-0003: {mac: "52:54:00:12:00:03", address: 198.18.10.52, socket: "A-103-2", '
    "person: m.petrovic, platform: debian13}"
)


def test_a_new_pc_is_one_line_at_the_end_and_its_persons_mark_goes() -> None:
    """Sabotage: leave out the address, or keep the mark."""
    before = lab_files()
    done = onboard(before, NEW)
    assert done.line == LINE
    assert done.files[HOSTS] == before[HOSTS] + f"    {LINE}\n"
    assert done.files[PEOPLE] == before[PEOPLE].replace(', without_pc: "PC ordered"', "")
    town = load_text(done.files)
    assert town.hosts["lab-pc-0003"].source == done.source


def test_the_same_pc_again_changes_nothing() -> None:
    """Sabotage: append without looking."""
    once = onboard(lab_files(), NEW)
    again = onboard(once.files, NEW)
    assert not again.changed
    assert again.files == once.files
    assert again.source == once.source


def test_another_machine_under_a_taken_name_is_refused_with_what_differs(golden: Golden) -> None:
    """Sabotage: compare names only."""
    once = onboard(lab_files(), NEW)
    with pytest.raises(Refused) as refused:
        onboard(once.files, replace(NEW, mac="52:54:00:12:00:04"))
    golden("refusals/another_machine_under_a_taken_name", refused.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", 'x", ansible_connection: "local'),
        ("socket", 'A"}'),
        ("person", "a: b"),
        ("name", "x\ny"),
    ],
)
def test_a_value_that_would_leave_its_quotes_is_refused_before_it_is_written(field: str, value: str) -> None:
    """Sabotage: write values without judging them."""
    with pytest.raises(Refused):
        onboard(lab_files(), replace(NEW, **{field: value}))


def test_a_file_without_a_last_newline_still_gets_a_whole_line() -> None:
    """Sabotage: append the text to the file."""
    files = lab_files()
    files[HOSTS] = files[HOSTS].rstrip("\n")
    assert onboard(files, NEW).files[HOSTS] == files[HOSTS] + f"\n    {LINE}"


def test_a_pc_that_moves_to_another_building_gets_an_address_there() -> None:
    """Sabotage: look at the department only."""
    files = changed(lab_files(), {"replace": {HOSTS: {"A-101-1": "B-201-2"}}})
    after, fixes = fix(files)
    assert [str(done) for done in fixes] == [
        "hosts/workstations.yml:3: lab-pc-0001: address 198.18.10.51 -> 198.18.11.52, the PC moved to users-b"
    ]
    assert after == changed(files, {"replace": {HOSTS: {"198.18.10.51": "198.18.11.52"}}})
    load_text(after)


def test_a_server_without_an_address_gets_one_beside_its_group() -> None:
    """Sabotage: fix workstations only."""
    group = (
        "    more_controllers:\n      hosts:\n        lab-dc2:\n"
        '        lab-dc3: {mac: "52:54:00:20:00:19", platform: debian13, address: 198.18.20.19}\n'
        '        lab-dc4: {mac: "52:54:00:20:00:29", platform: debian13}\n'
    )
    after, fixes = fix(changed(lab_files(), {"append": {"hosts/domain_controllers.yml": group}}))
    assert [(done.host, str(done.new)) for done in fixes] == [("lab-dc4", "198.18.20.20")]
    assert str(load_text(after).hosts["lab-dc4"].address) == "198.18.20.20"


spaces = st.integers(0, 3).map(lambda count: " " * count)
comments = st.text("abc #:}\"',[&", max_size=12).map(lambda text: f" # {text}" if text else "")


@settings(max_examples=60, deadline=None)
@given(
    order=st.permutations(["mac", "address", "socket", "person", "platform"]),
    gap=spaces,
    comment=comments,
    missing=st.booleans(),
    blank=st.integers(0, 3),
    key=st.sampled_from(["lab-pc-0001", '"lab-pc-0001"']),
)
def test_a_fix_changes_the_address_and_no_other_byte(  # noqa: PLR0913, PLR0917
    order: list[str], gap: str, comment: str, missing: bool, blank: int, key: str
) -> None:
    """Sabotage: write the line anew from its values."""
    values = {
        "mac": '"52:54:00:12:00:01"',
        "address": "198.18.10.51",
        "socket": '"B-201-2"',
        "person": "j.jovanovic",
        "platform": "debian13",
    }
    written = [name for name in order if not (missing and name == "address")]
    pairs = f",{gap or ' '}".join(f"{name}: {values[name]}" for name in written)
    line = f"    {key}: {{{gap}{pairs}{gap}}}{comment}"
    files = lab_files()
    lines = files[HOSTS].split("\n")
    files[HOSTS] = "\n".join([*lines[:2], *["  # Ђ 🖥"] * blank, line, *lines[3:]])
    after, (done,) = fix(files)
    assert {path: text for path, text in after.items() if path != HOSTS} == {
        path: text for path, text in files.items() if path != HOSTS
    }
    undone = after[HOSTS].replace(f", address: {done.new}", "") if missing else after[HOSTS]
    assert undone.replace(str(done.new), "198.18.10.51") == files[HOSTS]
    assert load_text(after).hosts["lab-pc-0001"].address == done.new
    assert fix(after) == (after, ())


def test_the_fix_of_a_town_that_is_right_changes_nothing() -> None:
    """Sabotage: give every host a fresh address."""
    assert fix(lab_files()) == (lab_files(), ())


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_town_is_the_same_in_whatever_order_its_lines_stand(random: object) -> None:
    """Sabotage: keep hosts in the order of the file."""
    files = lab_files()
    expected = load_text(files)
    shuffled = dict(files)
    for path in (HOSTS, "hosts/switches.yml"):
        head, *lines = files[path].rstrip("\n").split("\n")
        random.shuffle(lines[1:])  # type: ignore[attr-defined]
        body = lines[1:]
        random.shuffle(body)  # type: ignore[attr-defined]
        shuffled[path] = "\n".join([head, lines[0], *body]) + "\n"
    for path, section in ((PEOPLE, "people:"), ("group_vars/all/cabling.yml", "sockets:")):
        before, after = files[path].split(f"\n{section}\n")
        body, rest = after.split("\n\n", 1)
        lines = body.split("\n")
        random.shuffle(lines)  # type: ignore[attr-defined]
        shuffled[path] = f"{before}\n{section}\n" + "\n".join(lines) + "\n\n" + rest
    found = load_text(shuffled)
    assert without_lines(found) == without_lines(expected)
    assert list(found.hosts) == list(expected.hosts)


def without_lines(town: object) -> str:
    """The town's text without line numbers."""
    return re.sub(r"line=\d+", "", repr(town))
