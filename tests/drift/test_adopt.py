"""A change by hand goes into the inventory where one value of it makes exactly that, and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.adopted import adopt
from orchestrator.desired import desired
from orchestrator.errors import Refused
from orchestrator.model.drift import Concern, Difference, Drift, Spot
from orchestrator.reach import PROJECT
from orchestrator.role_templates import defaults, text_of

PC = "lab-pc-0001"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    root = tmp_path / "lab"
    shutil.copytree(PROJECT / "inventories/lab", root)
    return root


def arguments(town: Path, host: str, role: str) -> dict[str, Any]:
    units = desired(town).rendering.units
    return {**defaults(role), **next(one for one in units if (one.host, one.role) == (host, role)).arguments}


def changed(host: str, role: str, spot: Spot, now: Any, words: str = "changed") -> Drift:
    one = Difference(host, role, spot, Concern.REST, words, before={}, now=now)
    return Drift("lab", (host,), (one,))


def file_with(town: Path, role: str, path: str, **values: object) -> Drift:
    text = text_of(role, path, {**arguments(town, PC, role), **values})
    return changed(PC, role, Spot("file", f"/{path}"), {"type": "file", "text": text})


@pytest.mark.parametrize(
    ("role", "path", "name", "value"),
    [
        ("workstation", "etc/dconf/db/local.d/00-townhall", "workstation_screen_lock_minutes", 25),
        ("backup_client", "etc/systemd/system/townhall-backup.timer", "backup_client_time", "03:15"),
        ("workstation", "etc/locale.conf", "workstation_locale", "en_US.UTF-8"),
    ],
)
def test_a_text_that_one_argument_explains_becomes_that_argument(
    town: Path, role: str, path: str, name: str, value: object
) -> None:
    """Sabotage: take the first line that fits without rendering the whole file with it."""
    (one,) = adopt(town, file_with(town, role, path, **{name: value}))
    assert (one.file, one.key, one.value, one.hosts) == (
        f"group_vars/workstations/{role}.yml",
        name,
        value,
        2,
    )
    assert arguments(town, PC, role)[name] == value


def test_a_value_that_stands_there_already_is_replaced_in_its_line(town: Path) -> None:
    """Sabotage: append a second line."""
    path = "etc/systemd/system/townhall-backup.timer"
    adopt(town, file_with(town, "backup_client", path, backup_client_time="03:15"))
    adopt(town, file_with(town, "backup_client", path, backup_client_time="04:45"))
    text = (town / "group_vars/workstations/backup_client.yml").read_text()
    assert yaml.safe_load(text) == {"backup_client_time": "04:45"}
    assert text.count("\n") == 1


def test_a_service_that_was_turned_off_becomes_the_argument_that_says_so(town: Path) -> None:
    """Sabotage: leave units out of what can be explained."""
    now = {"enabled": "disabled", "active": "inactive"}
    (one,) = adopt(town, changed(PC, "base", Spot("unit", "apt-daily.timer"), now))
    assert (one.key, one.value) == ("base_automatic_updates", False)


def test_a_link_becomes_the_argument_that_names_it(town: Path) -> None:
    """Sabotage: leave links out of what can be explained."""
    now = {"type": "link", "target": "/usr/share/zoneinfo/Europe/Sarajevo"}
    (one,) = adopt(town, changed(PC, "workstation", Spot("file", "/etc/localtime"), now))
    assert (one.key, one.value) == ("workstation_timezone", "Europe/Sarajevo")


def test_a_post_that_was_changed_in_the_domain_becomes_the_persons_post(town: Path) -> None:
    """Sabotage: leave people out."""
    dn = "CN=m.petrovic,OU=Финансије,DC=lab"
    now = {dn: {"sAMAccountName": "m.petrovic", "title": "књиговођа"}}
    words = f"{dn}: title књиговођа instead of благајник"
    before = (town / "group_vars/all/people.yml").read_text()
    (one,) = adopt(town, changed("lab-dc1", "directory", Spot("directory", "DC=lab"), now, words))
    assert one.key == "m.petrovic: post"
    after = (town / "group_vars/all/people.yml").read_text()
    assert after == before.replace('post: "благајник"', 'post: "књиговођа"')


def test_what_follows_from_other_lines_is_not_written(town: Path) -> None:
    """Sabotage: leave the question out whether an argument is derived."""
    found = file_with(town, "base", "etc/resolv.conf", base_dns_servers=["198.18.200.53"])
    before = sorted(path.read_bytes() for path in town.rglob("*.yml"))
    assert adopt(town, found) == ()
    assert sorted(path.read_bytes() for path in town.rglob("*.yml")) == before


def test_a_text_that_no_argument_explains_is_not_written(town: Path) -> None:
    """Sabotage: adopt the nearest value."""
    path = "etc/systemd/system/townhall-backup.timer"
    text = text_of(
        "backup_client", path, {**arguments(town, PC, "backup_client"), "backup_client_time": "03:15"}
    )
    now = {"type": "file", "text": text + "OnBootSec=1min\n"}
    assert adopt(town, changed(PC, "backup_client", Spot("file", f"/{path}"), now)) == ()
    assert not (town / "group_vars/workstations").exists()


def test_a_change_that_the_town_refuses_leaves_every_file_as_it_was(town: Path) -> None:
    """Sabotage: leave the files as they are when the town is refused."""
    dn = "CN=m.petrovic,DC=lab"
    now = {dn: {"sAMAccountName": "m.petrovic", "title": "{{ lookup('pipe', 'id') }}"}}
    before = (town / "group_vars/all/people.yml").read_bytes()
    with pytest.raises(Refused):
        adopt(town, changed("lab-dc1", "directory", Spot("directory", "DC=lab"), now, f"{dn}: title x"))
    assert (town / "group_vars/all/people.yml").read_bytes() == before
