"""The summary that a person signs when a new PC is handed over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.errors import UsageError
from orchestrator.model.intent import Intent
from orchestrator.model.town import Town
from orchestrator.model.verdict import Check
from orchestrator.report.latin import latin

LANGUAGES = ("sr-Cyrl", "sr-Latn", "en")
_WORDS = {
    "title": ("Записник о примопредаји радне станице", "Hand-over record of a workstation"),
    "record": ("број записника", "record"),
    "name": ("назив", "name"),
    "address": ("адреса", "address"),
    "mac": ("MAC адреса", "MAC address"),
    "room": ("просторија", "room"),
    "socket": ("утичница", "socket"),
    "port": ("порт на свичу", "switch port"),
    "network": ("мрежа", "network"),
    "person": ("корисник", "user"),
    "account": ("налог", "account"),
    "department": ("одељење", "department"),
    "post": ("радно место", "post"),
    "checked": ("проверено", "checked"),
    "failed": ("НИЈЕ ПРОШЛО", "FAILED"),
    "of": ("од", "of"),
    "nothing": ("ништа", "nothing"),
    "handed": ("предао", "handed over by"),
    "received": ("примио", "received by"),
    "antivirus": ("заштита од вируса", "antivirus"),
    "backup": ("сигурносна копија", "backup"),
    "base": ("основна подешавања", "base settings"),
    "dhcp": ("додела адреса", "leased addresses"),
    "dns": ("имена", "names"),
    "domain": ("домен", "domain"),
    "directory": ("именик", "directory"),
    "firewall": ("заштитни зид", "firewall"),
    "switch": ("свич", "switch"),
    "workstation": ("радна станица", "workstation"),
    "logon": ("пријава корисника", "log-on"),
}


@dataclass(frozen=True, slots=True)
class HandOver:
    """What the summary says of one PC, label by label; `checks` are those that speak of it."""

    fields: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]


def hand_over(town: Town, intent: Intent, host: str, checks: Iterable[Check], record: int) -> HandOver:
    """Collect everything that is known of a PC."""
    line, place = town.hosts[host], intent.placements[host]
    socket = town.sockets.get(line.socket or "")
    room = town.rooms.get(place.room or "")
    person = town.people.get(place.person or "")
    department = town.departments.get(place.department or "")
    fields = (
        ("record", str(record)),
        ("name", place.fqdn),
        ("address", str(place.address)),
        ("mac", line.mac),
        ("room", f"{room.key}, {room.title}" if room else ""),
        ("socket", socket.name if socket else ""),
        ("port", f"{socket.switch}/{socket.port}" if socket else ""),
        ("network", f"{place.network}, VLAN {place.vlan}"),
        ("person", person.name if person else ""),
        ("account", person.account if person else ""),
        ("department", department.title if department else ""),
        ("post", person.post if person else ""),
    )
    about = tuple(check for check in checks if check.host == host)
    return HandOver(tuple((label, value) for label, value in fields if value), about)


def hand_over_text(summary: HandOver, language: str) -> str:
    """Print the summary in one of LANGUAGES; names are written in the language's own letters."""
    if language not in LANGUAGES:
        raise UsageError(f"no such language: {language}; there are {', '.join(LANGUAGES)}")
    title = _word("title", language)
    fields = [
        f"  {_word(label, language) + ':':22}{_written(value, language)}" for label, value in summary.fields
    ]
    signatures = "".join(f"\n  {_word(label, language)}: {'_' * 30}" for label in ("handed", "received"))
    return "\n".join([title, "=" * len(title), *fields, _checked(summary.checks, language), signatures])


def _checked(checks: tuple[Check, ...], language: str) -> str:
    topics = sorted({check.topic for check in checks})
    told = ", ".join(_topic(topic, checks, language) for topic in topics) or _word("nothing", language)
    return f"  {_word('checked', language) + ':':22}{told}"


def _topic(topic: str, checks: tuple[Check, ...], language: str) -> str:
    held = [check.passed for check in checks if check.topic == topic]
    told = f"{_word(topic, language)} {sum(held)} {_word('of', language)} {len(held)}"
    return told if all(held) else f"{told} {_word('failed', language)}"


def _word(key: str, language: str) -> str:
    serbian, english = _WORDS.get(key, (key, key))
    return english if language == "en" else _written(serbian, language)


def _written(text: str, language: str) -> str:
    return text if language == "sr-Cyrl" else latin(text)
