"""A firewall in a network namespace, the world around it in another, and packets really sent through."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from tests.flows.policies import text_of

OUTSIDE_MAC, FIREWALL_MAC = bytes.fromhex("020000000002"), bytes.fromhex("020000000001")
CONTROL_ADDRESS = "198.19.0.254/24"
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "other": 253}
HOPS = 200
"""Marks the packets of the test: the firewall's own replies have fewer hops to go."""
_IPV4, _NEW_NETWORK = 0x0800, 0x40000000
_SETTINGS = ("net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=1", "net.ipv6.conf.all.disable_ipv6=1")
_TAKEN = """
table inet witness {
	set taken {
		typeof ip id
		size 65535
		flags dynamic
	}
	chain taken {
		type filter hook input priority 10
		update @taken { ip id }
	}
}
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet as it is put on the wire."""

    enters: str
    source: IPv4Address
    destination: IPv4Address
    protocol: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a packet came out again; with no interface the firewall took it."""

    leaves: str | None
    destination: IPv4Address | None = None
    port: int | None = None


@dataclass(frozen=True)
class Around:
    """The world around the firewall: a socket on the other end of each interface."""

    firewall: str
    sockets: Mapping[str, socket.socket]

    def through(self, packets: Sequence[Sent]) -> dict[int, Seen]:
        """What became of the packets, by their place in the sequence; what was dropped is not there."""
        for number, packet in enumerate(packets):
            self.sockets[packet.enters].send(_frame(packet, number + 1))
        time.sleep(0.2)
        came = dict(self._came_out())
        listed = _run("nft", "-j", "list", "set", "inet", "witness", "taken", inside=self.firewall)
        elements = next(one["set"].get("elem", []) for one in json.loads(listed)["nftables"] if "set" in one)
        return {number - 1: seen for number, seen in {**dict.fromkeys(elements, Seen(None)), **came}.items()}

    def _came_out(self) -> Iterator[tuple[int, Seen]]:
        for name, opened in self.sockets.items():
            while frame := _received(opened):
                length = (frame[14] & 15) * 4
                number, destination = struct.unpack("!H", frame[18:20])[0], IPv4Address(frame[30:34])
                if frame[22] == HOPS - 1:
                    has_port = frame[23] in {NUMBERS["tcp"], NUMBERS["udp"]}
                    port = struct.unpack("!H", frame[16 + length : 18 + length])[0] if has_port else None
                    yield number, Seen(name, destination, port)


@contextmanager
def around(arguments: Mapping[str, Any]) -> Iterator[Around]:
    """A firewall with these rules, legs and addresses as the role sets them; all is removed at the end."""
    firewall, world = (f"townhall-flows-{os.getpid()}-{side}" for side in ("firewall", "world"))
    with ExitStack() as stack:
        for namespace in (firewall, world):
            _run("ip", "netns", "add", namespace)
            stack.callback(_run, "ip", "netns", "delete", namespace)
        addresses = {leg["name"]: leg["address"] for leg in arguments["firewall_interfaces"]}
        outside = [leg["name"] for leg in arguments["firewall_interfaces"] if leg["zone"] == "internet"]
        if arguments["firewall_control_interface"]:
            addresses[arguments["firewall_control_interface"]] = CONTROL_ADDRESS
        for setting in _SETTINGS:
            _run("sysctl", "-qw", setting, inside=firewall)
        _run("ip", "-batch", "-", text="\n".join(_wires(firewall, world, addresses)) + "\n")
        for namespace, lines in _settings(firewall, world, addresses).items():
            _run("ip", "-n", namespace, "-batch", "-", text="\n".join(lines) + "\n")
        _run("ip", "-n", firewall, "route", "add", "default", "dev", outside[0])
        _run("nft", "-f", "-", text=text_of(arguments) + _TAKEN, inside=firewall)
        with _within(world):
            sockets = {name: stack.enter_context(_opened(name)) for name in addresses}
        yield Around(firewall, sockets)


def _wires(firewall: str, world: str, addresses: Mapping[str, str]) -> Iterator[str]:
    """Interfaces without ARP: whatever leaves one is there on the other end."""
    for name in addresses:
        yield f"link add {name} netns {firewall} type veth peer name {name} netns {world}"


def _settings(firewall: str, world: str, addresses: Mapping[str, str]) -> dict[str, list[str]]:
    inside = [
        line
        for name, address in addresses.items()
        for line in (
            f"link set {name} address {FIREWALL_MAC.hex(':')}",
            f"address add {address} dev {name}",
            f"link set {name} arp off up",
        )
    ]
    return {firewall: inside, world: [f"link set {name} up" for name in addresses]}


def _run(*call: str, text: str | None = None, inside: str | None = None) -> str:
    where = ("ip", "netns", "exec", inside) if inside else ()
    done = subprocess.run((*where, *call), input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(call)}: {done.stderr}\n{text or ''}")
    return done.stdout


@contextmanager
def _within(namespace: str) -> Iterator[None]:
    """Sockets opened here belong to the namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as home, Path(f"/run/netns/{namespace}").open() as there:
        try:
            if libc.setns(there.fileno(), _NEW_NETWORK):
                raise OSError(ctypes.get_errno(), f"setns {namespace}")
            yield
        finally:
            libc.setns(home.fileno(), _NEW_NETWORK)


def _opened(name: str) -> socket.socket:
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_IPV4))
    opened.bind((name, _IPV4))
    opened.setblocking(False)
    return opened


def _received(opened: socket.socket) -> bytes:
    try:
        return opened.recv(2048)
    except BlockingIOError:
        return b""


def _frame(packet: Sent, number: int) -> bytes:
    """An Ethernet frame whose IP header carries the number."""
    own, goal = packet.source.packed, packet.destination.packed
    body, protocol = _body(packet, number), NUMBERS[packet.protocol]
    if packet.protocol in {"tcp", "udp"}:
        at = 16 if packet.protocol == "tcp" else 6
        pseudo = own + goal + struct.pack("!BBH", 0, protocol, len(body))
        body = body[:at] + _checksum(pseudo + body) + body[at + 2 :]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), number, 0, HOPS, protocol, 0) + own + goal
    head = head[:10] + _checksum(head) + head[12:]
    return FIREWALL_MAC + OUTSIDE_MAC + struct.pack("!H", _IPV4) + head + body


def _body(packet: Sent, number: int) -> bytes:
    """The first packet of a conversation of its own."""
    sender = 20000 + number
    if packet.protocol == "tcp":
        return struct.pack("!HHIIBBHHH", sender, packet.port, number, 0, 0x50, 2, 1024, 0, 0)
    if packet.protocol == "udp":
        return struct.pack("!HHHH", sender, packet.port, 8, 0)
    if packet.protocol == "icmp":
        echo = struct.pack("!BBHHH", 8, 0, 0, sender, 1)
        return echo[:2] + _checksum(echo) + echo[4:]
    return b"townhall"


def _checksum(data: bytes) -> bytes:
    padded = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)
