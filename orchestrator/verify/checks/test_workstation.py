"""A PC speaks the town's language, locks its screen and says whose it is."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.role("workstation")

LOCALE, ZONE, LOCK_MINUTES = "sr_RS.UTF-8", "Europe/Belgrade", 10
DCONF = "DCONF_PROFILE=user dconf"


def test_the_pc_speaks_the_towns_language(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: remove the locale from /etc/locale.gen and run locale-gen."""
    locale = arguments.get("workstation_locale") or LOCALE
    assert f"LANG={locale}" in machine.file("/etc/default/locale").content_string.splitlines()
    assert machine.check_output(f"LC_ALL={locale} locale charmap") == "UTF-8"
    known = machine.check_output("locale -a").splitlines()
    assert {locale.replace("UTF-8", "utf8"), "sr_RS@latin", "en_US.utf8"} <= set(known)


def test_the_clock_shows_the_towns_time(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: ln -sf /usr/share/zoneinfo/UTC /etc/localtime."""
    zone = arguments.get("workstation_timezone") or ZONE
    assert machine.check_output("date +%Z%z") == machine.check_output(f"TZ={zone} date +%Z%z")
    assert machine.check_output("readlink /etc/localtime").endswith(zone)


def test_the_screen_locks_itself(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: set another idle-delay in /etc/dconf/db/local.d/00-townhall and run dconf update."""
    seconds = 60 * (arguments.get("workstation_screen_lock_minutes") or LOCK_MINUTES)
    assert machine.check_output(f"{DCONF} read /org/gnome/desktop/session/idle-delay") == f"uint32 {seconds}"
    assert machine.check_output(f"{DCONF} read /org/gnome/desktop/screensaver/lock-enabled") == "true"


def test_nobody_can_turn_the_screen_lock_off(machine: Any) -> None:
    """Sabotage: empty /etc/dconf/db/local.d/locks/townhall and run dconf update."""
    tried = machine.run(f"{DCONF} write /org/gnome/desktop/screensaver/lock-enabled false")
    assert tried.rc != 0
    assert "non-writable" in tried.stderr


def test_nobody_logs_in_as_a_guest(machine: Any) -> None:
    """Sabotage: set allow-guest=true in /etc/lightdm/lightdm.conf.d/50-townhall.conf."""
    lines = machine.file("/etc/lightdm/lightdm.conf.d/50-townhall.conf").content_string.splitlines()
    assert {"allow-guest=false", "greeter-hide-users=true"} <= set(lines)


@pytest.mark.parametrize("path", ["/etc/motd", "/usr/local/share/townhall/handout.txt"])
def test_the_pc_says_whose_it_is_and_where(machine: Any, arguments: dict[str, Any], path: str) -> None:
    """Sabotage: empty the file."""
    text = machine.file(path).content_string
    person = arguments["workstation_person"]
    assert arguments["workstation_room"] in text
    assert (person["name"] if person else "заједничк") in text.replace("Заједничк", "заједничк")


def test_the_login_prompt_names_the_room(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: write the distribution's /etc/issue back."""
    assert arguments["workstation_room"] in machine.file("/etc/issue").content_string
