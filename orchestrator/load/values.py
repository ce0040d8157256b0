"""Single values as people write them -> typed values; each parser raises BadError with reason and remedy."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import IPv4Address, IPv4Network, NetmaskValueError

from orchestrator.load.problems import BadError
from orchestrator.load.reserved import MACHINE_WORDS
from orchestrator.model.town import End, PortRange

END_KINDS = ("group", "zone", "network", "host", "service")

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_HOST = re.compile(r"[a-z](?:[a-z0-9-]{0,13}[a-z0-9])?")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_GROUP = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SOCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}")
_ACCOUNT = re.compile(r"(?=.{3,20}\Z)[a-z]{1,2}\.[a-z][a-z-]*[0-9]{0,2}")
_DOMAIN = re.compile(
    r"(?=.{4,64}\Z)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
_NETBIOS = re.compile(r"[A-Z](?:[A-Z0-9-]{0,13}[A-Z0-9])?")
_ZERO_LED = re.compile(r"(?:^|\.)0[0-9]")
_OCTETS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_PORTS = re.compile(r"(tcp|udp)/([0-9]{1,6})(?:-([0-9]{1,6}))?")
_TITLE = re.compile(r"[^\W_](?:[\w .,:()/+'&№-]{0,99})")
_URI = re.compile(r"(?=.{8,200}\Z)https?://([A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
_PATH = re.compile(r"(?:~/|/)?[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*")
_PLACE = re.compile(r"(?=.{2,200}\Z)(?:/[A-Za-z0-9_.-]+)+")


def address(text: str) -> IPv4Address:
    """An IPv4 address in plain decimal."""
    if ":" in text:
        raise BadError(
            "TH-IPV6", "IPv6 in data is not carried yet", "write the IPv4 address, such as 198.18.10.51"
        )
    if not text.isascii() or not _OCTETS.fullmatch(text):
        raise BadError(
            "TH-ADDRESS-FORM", "not an IPv4 address", "write four decimal numbers, such as 198.18.10.51"
        )
    first, second, third, fourth = octets = [int(octet) for octet in text.split(".")]
    if max(octets) > 255 or _ZERO_LED.search(text):
        raise BadError(
            "TH-ADDRESS-FORM",
            "not an IPv4 address: each of the four numbers is 0 to 255 without leading zeros",
            f"write {_without_zeros(text)}",
        )
    return IPv4Address(first << 24 | second << 16 | third << 8 | fourth)


def _without_zeros(text: str) -> str:
    return ".".join(str(min(int(part), 255)) for part in text.split("."))


def subnet(text: str) -> IPv4Network:
    """An IPv4 network with its prefix length, no host bits, /8 or smaller."""
    base, slash, prefix = text.partition("/")
    if not slash or not prefix.isascii() or not prefix.isdecimal():
        raise BadError(
            "TH-SUBNET-FORM", "not a network", "write address/prefix length, such as 198.18.10.0/24"
        )
    start = address(base)
    try:
        network = IPv4Network(f"{start}/{prefix}", strict=False)
    except (NetmaskValueError, ValueError):
        raise BadError(
            "TH-SUBNET-FORM", "the prefix length is 8 to 30", "write such as 198.18.10.0/24"
        ) from None
    if not 8 <= network.prefixlen <= 30:
        raise BadError("TH-SUBNET-SIZE", "the prefix length is 8 to 30", "write such as 198.18.10.0/24")
    if network.network_address != start:
        raise BadError("TH-SUBNET-BITS", "the address has bits beyond the prefix", f"write {network}")
    return network


def pool(text: str) -> tuple[IPv4Address, IPv4Address]:
    """First and last address, both included."""
    first, dash, last = text.partition("-")
    if not dash:
        raise BadError("TH-POOL-FORM", "a pool is first-last", 'write such as "198.18.10.200-198.18.10.239"')
    ends = address(first), address(last)
    if ends[0] > ends[1]:
        raise BadError("TH-POOL-FORM", "the pool ends before it begins", f'write "{ends[1]}-{ends[0]}"')
    return ends


def mac(text: str) -> str:
    """A unicast MAC in lower case with colons."""
    if _MAC.fullmatch(text):
        if text == "00:00:00:00:00:00" or int(text[1], 16) & 1:
            raise BadError(
                "TH-MAC-MULTICAST",
                "this is a group address, no machine owns it",
                "copy the MAC from the machine's label; its second digit is even",
            )
        return text
    digits = re.sub(r"[^0-9a-f]", "", text.lower()) if text.isascii() else ""
    proposal = ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if len(digits) == 12 else ""
    raise BadError(
        "TH-MAC-FORM",
        "not a MAC: six pairs of lower-case hexadecimal digits with colons",
        f'write "{proposal}"' if proposal else 'write such as "52:54:00:12:00:03"',
    )


def host_name(text: str) -> str:
    """A name that DNS and NetBIOS both take."""
    if not _HOST.fullmatch(text):
        raise BadError(
            "TH-HOST-NAME",
            "at most 15 lower-case letters, digits and inner hyphens, a letter first",
            _host_proposal(text),
        )
    if text in MACHINE_WORDS:
        raise BadError(
            "TH-HOST-RESERVED", "Windows and DNS keep this name for themselves", f"write such as pc-{text}"
        )
    return text


def _host_proposal(text: str) -> str:
    slug = re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")[:15].strip("-")
    if slug in MACHINE_WORDS:
        return f"write such as pc-{slug}"
    return f"write {slug}" if _HOST.fullmatch(slug) and slug != text else "write such as lab-pc-0003"


def _matching(text: str, pattern: re.Pattern[str], code: str, reason: str, example: str) -> str:
    if not pattern.fullmatch(text):
        raise BadError(code, reason, f"write such as {example}")
    return text


def key(text: str) -> str:
    """The short key of a building, zone, network, department, service, ..."""
    return _matching(
        text, _KEY, "TH-KEY-FORM", "a key is 1-32 letters, digits, - and _, a letter first", "users-a"
    )


def group(text: str) -> str:
    """The name of an inventory group."""
    return _matching(
        text, _GROUP, "TH-GROUP-NAME", "a group is 1-32 lower-case letters, digits and _", "workstations"
    )


def socket(text: str) -> str:
    """The name of a room or of a wall socket."""
    return _matching(
        text,
        _SOCKET,
        "TH-SOCKET-NAME",
        "a room or socket is 1-32 letters, digits, dots, - and _",
        '"A-103-2"',
    )


def account(text: str) -> str:
    """The form of a log-on name; whether it fits the person is another rule."""
    return _matching(
        text,
        _ACCOUNT,
        "TH-ACCOUNT-FORM",
        "an account is first letter, dot, surname, at most 20 lower-case letters, perhaps a number",
        "m.petrovic or m.petrovic2",
    )


def asset_serial(text: str) -> str:
    """The number on the machine's own label."""
    return _matching(text, _SERIAL, "TH-SERIAL", "1-40 letters, digits, dots, /, - and _", '"CZC1234XYZ"')


def title(text: str) -> str:
    """A line of words that may stand in comments, descriptions and records."""
    return _matching(
        text,
        _TITLE,
        "TH-TEXT",
        "one line of 1-100 letters, digits, spaces and . , : ( ) / + ' & -, a letter or digit first",
        '"server room"',
    )


def domain(text: str) -> str:
    """A DNS domain of at least two labels."""
    return _matching(text, _DOMAIN, "TH-DOMAIN", "not a DNS domain in lower case", "starigrad.example")


def netbios(text: str) -> str:
    """The short name of the directory."""
    reason = "at most 15 upper-case letters, digits and inner hyphens, a letter first"
    if _matching(text, _NETBIOS, "TH-NETBIOS", reason, "STARIGRAD").lower() in MACHINE_WORDS:
        reason = "Windows and DNS keep this name for themselves"
        raise BadError("TH-NETBIOS-RESERVED", reason, "write such as STARIGRAD")
    return text


def uri(text: str) -> str:
    """A package repository, named by its address: packages are fetched before any name is answered."""
    example = "http://198.18.200.10/debian"
    found = _URI.fullmatch(_matching(text, _URI, "TH-URI", "not an http or https address", example))
    if found and not _is_address(found[1]):
        reason = "packages are fetched before names are answered: the server is named by its address"
        raise BadError("TH-URI", reason, f"write such as {example}")
    return text


def _is_address(text: str) -> bool:
    try:
        return bool(address(text))
    except BadError:
        return False


def path(text: str) -> str:
    """A file path without `..`."""
    _no_climbing(text, "write the path from the project's root")
    return _matching(text, _PATH, "TH-PATH", "not a plain path", "build/lab/ssh/id_ed25519")


def place(text: str) -> str:
    """The whole path of a file on a machine, as one word."""
    _no_climbing(text, "write the path from the machine's root")
    example = "/usr/share/keyrings/town.gpg"
    return _matching(text, _PLACE, "TH-PATH", "not a plain path from the machine's root", example)


def _no_climbing(text: str, remedy: str) -> None:
    if ".." in text.split("/"):
        raise BadError("TH-PATH", "a path may not climb with ..", remedy)


def vlan(number: int) -> int:
    """A VLAN number that may be used."""
    if not 2 <= number <= 4094:
        raise BadError("TH-VLAN-NUMBER", "a VLAN is 2 to 4094 (1 is the switches' own)", "write such as 10")
    return number


def port(number: int) -> int:
    """A TCP or UDP port."""
    if not 1 <= number <= 65535:
        raise BadError("TH-PORT", "a port is 1 to 65535", "write such as 443")
    return number


def switch_port(number: int) -> int:
    """The number of a switch port."""
    if not 1 <= number <= 512:
        raise BadError(
            "TH-SWITCH-PORT", "a switch port is 1 to 512", "write the number printed on the switch"
        )
    return number


def ports(text: str) -> PortRange:
    """`tcp/443`, `udp/137-138` or `icmp`."""
    if text == "icmp":
        return PortRange("icmp", 0, 0)
    found = _PORTS.fullmatch(text)
    if not found or not text.isascii():
        raise BadError(
            "TH-PORT", "not protocol/port with tcp, udp or icmp", "write such as tcp/443 or udp/137-138"
        )
    first, last = int(found[2]), int(found[3] or found[2])
    if not 1 <= first <= last <= 65535:
        raise BadError("TH-PORT", "ports are 1 to 65535, first before last", f"write such as {found[1]}/443")
    return PortRange(found[1], first, last)


def end(text: str) -> End:
    """`kind/name`, one end of a flow."""
    kind, slash, name = text.partition("/")
    if not slash or kind not in END_KINDS or not _SOCKET.fullmatch(name):
        raise BadError(
            "TH-END-FORM",
            f"an end is kind/name, the kind one of {', '.join(END_KINDS)}",
            "write such as group/workstations or service/directory",
        )
    return End(kind, name)


def day(text: str) -> str:
    """An ISO date."""
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> str:
    raise BadError("TH-DATE", "not a date", 'write year-month-day in quotes, such as "2027-01-31"')
