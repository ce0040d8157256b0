"""A list that was changed by hand goes into the inventory: what came, went and moved in it, no more."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.adopted import adopt
from orchestrator.desired import desired
from orchestrator.drift.adopt import explained
from orchestrator.errors import Refused
from orchestrator.load.edit_entry import set_entry
from orchestrator.model.drift import Drift, Spot
from orchestrator.role_templates import defaults, source, text_of
from tests.drift.test_adopt import PC, arguments, changed, file_with, town

__all__ = ["town"]
BACKUP = ("backup_client", "usr/local/sbin/townhall-backup", "backup_client_paths")
SCAN = ("antivirus_client", "etc/systemd/system/townhall-antivirus@.service", "antivirus_client_scan_paths")
SAMBA = ("domain_controller", "etc/samba/smb.conf", "domain_controller_dns_forwarders")
DC = "lab-dc1"
SERVICES, PEOPLE = "group_vars/all/services.yml", "group_vars/all/people.yml"
BASE, DESK = "DC=lab", "CN=cash-desk,OU=Groups,DC=lab"
words = st.text(string.ascii_letters + string.digits + " ._/@+-", max_size=8).map("/{}".format)
odd_words = st.text("ab/ '\"$\\`;#:{}[]|*?!&<>~=,()%ж\u2026", min_size=1, max_size=8)
addresses = st.integers(1, 254).map("198.18.200.{}".format)
many = settings(max_examples=200, deadline=None)
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def known_as(role: str, path: str, name: str, given: Mapping[str, Any], now: str) -> object:
    """The value of an argument that explains a text, where nothing else may."""
    kinds = {name: "list of str"}
    value = explained(now, source(role, path), given, kinds, lambda values: text_of(role, path, values))
    return value and value[1]


@many
@given(old=st.lists(words | odd_words, max_size=4), new=st.lists(words | odd_words, max_size=4))
def test_a_list_of_lines_is_read_back_as_it_was_given(old: list[str], new: list[str]) -> None:
    """Sabotage: read quoted words without their quotes, or only the first entry."""
    role, path, name = BACKUP
    given_before = {**defaults(role), name: old}
    now = text_of(role, path, {**given_before, name: new})
    assert known_as(*BACKUP, given_before, now) == (new if new != old else None)


@many
@given(old=st.lists(words, max_size=4), new=st.lists(words, max_size=4))
def test_a_list_on_one_line_is_read_back_as_it_was_given(old: list[str], new: list[str]) -> None:
    """Sabotage: take the first run of entries for all of them."""
    role, path, name = SCAN
    given_before = {**defaults(role), name: old}
    now = text_of(role, path, {**given_before, name: new})
    assert known_as(*SCAN, given_before, now) == (new if new != old else None)


@many
@given(new=st.lists(words, max_size=3), more=st.sampled_from(["\n", "# by hand\n", 'set -- "$@" /x\n']))
def test_a_list_with_anything_beside_it_is_not_explained(new: list[str], more: str) -> None:
    """Sabotage: take the list without making the whole text of it."""
    role, path, name = BACKUP
    now = text_of(role, path, {**defaults(role), name: new}) + more
    assert known_as(*BACKUP, defaults(role), now) is None


@few
@given(new=st.lists(words, min_size=1, max_size=4, unique=True))
def test_what_was_adopted_gives_exactly_what_was_found(town: Path, new: list[str]) -> None:
    """Adopt, then render: what was observed. Sabotage: write the entries sorted."""
    role, path, name = BACKUP
    drift = file_with(town, role, path, **{name: new})
    adopt(town, drift)
    assert arguments(town, PC, role)[name] == new
    assert text_of(role, path, arguments(town, PC, role)) == drift.differences[0].now["text"]


@pytest.mark.parametrize(
    "new",
    [["/etc", "/home", "/root", "/srv"], ["/etc"], ["/root", "/var/lib/townhall", "/etc", "/home"]],
    ids=["added", "removed", "reordered"],
)
def test_an_entry_that_came_went_or_moved_is_written_where_the_list_belongs(
    town: Path, new: list[str]
) -> None:
    """Sabotage: leave arguments of several values to a person."""
    role, path, name = BACKUP
    (one,) = adopt(town, file_with(town, role, path, **{name: new}))
    assert (one.file, one.key, one.value, one.hosts) == (f"group_vars/workstations/{role}.yml", name, new, 2)
    assert (town / one.file).read_text() == f"{name}: [{', '.join(new)}]\n"


def test_one_more_forwarder_goes_into_the_towns_own_list(town: Path) -> None:
    """Sabotage: write what the town says as an argument of the role, which is refused."""
    role, path, name = SAMBA
    services = town / SERVICES
    services.write_text(
        services.read_text().replace("dns_forwarders: []", "dns_forwarders: [198.18.200.6]  # the provider's")
    )
    now = text_of(role, path, {**arguments(town, DC, role), name: ["198.18.200.6", "198.18.200.7"]})
    spot = Spot("file", f"/{path}")
    (one,) = adopt(town, changed(DC, role, spot, {"type": "file", "text": now}))
    assert (one.file, one.key, one.hosts) == (SERVICES, "dns_forwarders", 2)
    assert "\ndns_forwarders: [198.18.200.6, 198.18.200.7]  # the provider's\n" in services.read_text()
    assert text_of(role, path, arguments(town, DC, role)) == now


def test_a_package_that_was_taken_off_leaves_the_list_of_those_that_are_wanted(town: Path) -> None:
    """One that the role itself needs stays. Sabotage: take any package for one of the list."""
    file = town / "group_vars/workstations/workstation.yml"
    file.parent.mkdir()
    file.write_text("workstation_packages: [gimp, inkscape]\n")
    absent = {"state": "absent", "held": False, "version": "", "older": False}
    (one,) = adopt(town, changed(PC, "workstation", Spot("package", "gimp"), absent))
    assert (one.key, one.value) == ("workstation_packages", ["inkscape"])
    assert adopt(town, changed(PC, "workstation", Spot("package", "dconf-cli"), absent)) == ()


def members(*names: str, strangers: tuple[str, ...] = (), group: str = DESK) -> dict[str, Any]:
    """The domain with the members of a group."""
    people = ("m.petrovic", "j.jovanovic", "z.nikolic", *strangers)
    objects = {f"CN={name},{BASE}": {"sAMAccountName": name} for name in people}
    inside = sorted(f"CN={name},{BASE}" for name in (*names, *strangers))
    return {**objects, group: {"sAMAccountName": group[3:].partition(",")[0], "member": inside}}


def found(before: dict[str, Any], now: dict[str, Any], group: str = DESK) -> Drift:
    """A group whose members were changed."""
    drift = changed(DC, "directory", Spot("directory", BASE), now, f"{group}: member changed")
    return replace(drift, differences=tuple(replace(one, before=before) for one in drift.differences))


@pytest.mark.parametrize(
    ("now", "people"),
    [(("m.petrovic", "j.jovanovic"), ["m.petrovic", "j.jovanovic"]), (("z.nikolic",), ["z.nikolic"])],
)
def test_a_member_more_or_less_of_a_group_goes_into_its_line(
    town: Path, now: tuple[str, ...], people: list[str]
) -> None:
    """Sabotage: leave groups out."""
    before = (town / PEOPLE).read_text()
    (one,) = adopt(town, found(members("m.petrovic"), members(*now)))
    assert (one.file, one.key, one.value) == (PEOPLE, "cash-desk: people", people)
    text = f"people: [{', '.join(people)}]"
    assert (town / PEOPLE).read_text() == before.replace("people: [m.petrovic]", text)
    derived = {group.name: group.members for group in desired(town).intent.groups}
    assert set(derived["cash-desk"]) == set(now)


def test_a_member_that_is_nobody_of_the_town_is_not_written(town: Path) -> None:
    """Sabotage: write the people of the town and forget the stranger."""
    before = (town / PEOPLE).read_text()
    now = members("m.petrovic", "z.nikolic", strangers=("x",))
    assert adopt(town, found(members("m.petrovic"), now)) == ()
    assert (town / PEOPLE).read_text() == before
    (one,) = adopt(town, found(members("m.petrovic", strangers=("x",)), now))
    assert one.value == ["m.petrovic", "z.nikolic"]


def test_people_of_a_department_are_not_listed_and_none_of_them_is_left_out(town: Path) -> None:
    """Sabotage: write every member as one of the group's people."""
    group = "CN=opis-users,OU=Groups,DC=lab"
    before, now = (members("j.jovanovic", "z.nikolic", *more, group=group) for more in ((), ("m.petrovic",)))
    (one,) = adopt(town, found(before, now, group))
    assert (one.key, one.value) == ("opis-users: people", ["m.petrovic"])
    assert "departments: [registry], people: [m.petrovic]}" in (town / PEOPLE).read_text()
    assert adopt(town, found(now, members("j.jovanovic", "m.petrovic", group=group), group)) == ()


def test_a_list_that_the_town_refuses_leaves_every_file_as_it_was(town: Path) -> None:
    """Sabotage: leave what was written."""
    role, path, name = BACKUP
    before = {file: file.read_bytes() for file in town.rglob("*.yml")}
    with pytest.raises(Refused):
        adopt(town, file_with(town, role, path, **{name: ["/etc", "{{ lookup('pipe', 'id') }}"]}))
    assert {file: file.read_bytes() for file in town.rglob("*.yml")} == before


PAGE = """# above all
first: [a, "b"]  # of the first
paths:
  # what is kept
  - /etc   # settings

  - "/home"
  # what users keep
  - /srv
last: {people: {one: {title: "x", people: [m.petrovic]}}}
"""
values = st.lists(st.sampled_from(["/etc", "/home", "/srv", "/new", "no", "1.10", "a: b", "ж"]), max_size=6)


@many
@given(values, st.sampled_from([("first",), ("paths",), ("new",), ("last", "people", "one", "people")]))
def test_a_list_that_is_set_reads_back_and_every_comment_and_other_line_stays(
    wanted: list[str], path: tuple[str, ...]
) -> None:
    """Sabotage: drop the lines between entries, or write a word that YAML takes for something else."""
    after = set_entry(PAGE, path, wanted)
    assert after is not None
    expected, at = yaml.safe_load(PAGE), yaml.safe_load(after)
    inner = expected
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = wanted
    assert at == expected
    alone = [line for line in PAGE.splitlines() if line.lstrip().startswith("#")]
    assert sorted(line for line in after.splitlines() if line.lstrip().startswith("#")) == sorted(alone)
    others = [line for line in PAGE.splitlines() if line[:1] not in " #" and not line.startswith(path[0])]
    assert [line for line in after.splitlines() if line in others] == others
    assert set_entry(after, path, wanted) == after


def test_a_comment_moves_with_its_entry_and_goes_with_it() -> None:
    """What stands above the first speaks of all. Sabotage: keep comments in place while entries move."""
    after = str(set_entry(PAGE, ("paths",), ["/srv", "/etc", "/new"]))
    expected = ["paths:", "  # what is kept", "", "  # what users keep", "  - /srv", "  - /etc   # settings"]
    start = after.splitlines().index("paths:")
    assert after.splitlines()[start : start + 7] == [*expected, "  - /new"]


def test_a_list_in_brackets_over_several_lines_is_left_to_a_person() -> None:
    """Sabotage: cut from the first bracket to the end of the line."""
    assert set_entry("paths: [/etc,\n  /home]\n", ("paths",), ["/etc"]) is None
    assert set_entry("paths: {a: 1}\n", ("paths",), ["/etc"]) is None
    assert set_entry("paths: /etc\n", ("none", "such"), ["/etc"]) is None
