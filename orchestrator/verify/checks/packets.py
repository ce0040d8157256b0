"""Packets for checks: small programs that run on the machines and say what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_CONNECT = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor
source, port, *addresses = sys.argv[1:]
def met(address):
    line = socket.socket()
    line.settimeout(2)
    if source:
        line.bind((source, 0))
    try:
        line.connect((address, int(port)))
        return "open"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "silent"
with ThreadPoolExecutor(len(addresses)) as pool:
    print(*pool.map(met, addresses))
"""

_LISTEN = """
import socket, sys, time
address, port = sys.argv[1:]
line = socket.create_server((address, int(port)))
time.sleep(60)
"""

_DISCOVER = """
import json, random, socket, struct, sys, time
order = json.loads(sys.argv[1])
mac = bytes.fromhex(order["mac"].replace(":", ""))
number = random.randrange(2**32)
relay = order.get("relay")
options = b"\\x63\\x82\\x53\\x63\\x35\\x01\\x01\\x37\\x04\\x03\\x06\\x0f\\x2a"
if relay:
    options += b"\\x52\\x06\\x05\\x04" + socket.inet_aton(order["link"])
head = struct.pack("!4BIHH4s4s4s4s16s64s128s", 1, 1, 6, 1 if relay else 0, number, 0, 0 if relay else 0x8000,
                   bytes(4), bytes(4), bytes(4), socket.inet_aton(relay or "0.0.0.0"), mac, b"", b"")
message = head + options + b"\\xff"
if relay:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((relay, 67))
    line.sendto(message, (order["server"], 67))
else:
    total = 28 + len(message)
    ip = struct.pack("!BBHHHBBH4s4s", 69, 0, total, 1, 0, 64, 17, 0, bytes(4), b"\\xff" * 4)
    words = sum(struct.unpack("!10H", ip))
    words = (words >> 16) + (words & 65535)
    ip = ip[:10] + struct.pack("!H", ~(words + (words >> 16)) & 65535) + ip[12:]
    udp = struct.pack("!HHHH", 68, 67, 8 + len(message), 0)
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800))
    line.bind((order["interface"], 0x800))
    line.send(b"\\xff" * 6 + mac + b"\\x08\\x00" + ip + udp + message)
line.settimeout(1)
end = time.monotonic() + 4
while time.monotonic() < end:
    try:
        answer = line.recv(2048)
    except OSError:
        continue
    if not relay:
        if answer[23] != 17 or answer[34:38] != b"\\x00\\x43\\x00\\x44":
            continue
        answer = answer[42:]
    if answer[0] != 2 or answer[4:8] != struct.pack("!I", number):
        continue
    found, rest = {}, answer[240:]
    while rest and rest[0] != 255:
        found[rest[0]] = rest[2:2 + rest[1]]
        rest = rest[2 + rest[1]:]
    many = lambda code: [socket.inet_ntoa(bytes(part)) for part in zip(*[iter(found.get(code, b""))] * 4)]
    print(json.dumps({"address": socket.inet_ntoa(answer[16:20]), "server": many(54), "routers": many(3),
                      "dns": many(6), "time": many(42), "domain": found.get(15, b"").decode()}))
    break
else:
    print("null")
"""


def tcp(machine: Any, address: str, port: int, source: str = "") -> str:
    """What a connection from the machine meets: open, refused, or silent (two seconds without an answer)."""
    return tcp_each(machine, [address], port, source)[address]


def tcp_each(machine: Any, addresses: list[str], port: int, source: str = "") -> dict[str, str]:
    """What a connection to each address meets, all tried at once."""
    words = " ".join(["%s"] * (3 + len(addresses)))
    met = machine.check_output(f"python3 -c {words}", _CONNECT, source, str(port), *addresses).split()
    return dict(zip(addresses, met, strict=True))


def offered(machine: Any, **order: str) -> dict[str, Any] | None:
    """The offer that a DISCOVER gets, or None; order: `mac`, and `interface` or `relay`, `link`, `server`."""
    answer: dict[str, Any] | None = json.loads(
        machine.check_output("python3 -c %s %s", _DISCOVER, json.dumps(order))
    )
    return answer


@contextmanager
def listening(machine: Any, address: str, port: int) -> Iterator[None]:
    """Something answers on that port of the machine, for a minute at most."""
    unit = f"townhall-check-{port}"
    if not machine.socket(f"tcp://{address}:{port}").is_listening:
        machine.check_output(
            "systemd-run --quiet --collect --unit=%s python3 -c %s %s %s", unit, _LISTEN, address, str(port)
        )
        machine.check_output(
            "for try in $(seq 50); do ss -Hltn %s | grep -q . && exit 0; sleep 0.1; done; exit 1",
            f"sport = :{port}",
        )
    try:
        yield
    finally:
        machine.run("systemctl stop %s.service", unit)


@contextmanager
def holding(machine: Any, interface: str, address: str, gateway: str) -> Iterator[None]:
    """The machine has the address there and a way through the gateway; what was added is taken away."""
    there = f" {address}/" in machine.check_output("ip -4 -brief address show dev %s", interface) + " "
    if there:
        yield
        return
    table = "1207"
    machine.check_output("ip address add %s/32 dev %s", address, interface)
    machine.check_output("ip route replace default via %s dev %s onlink table %s", gateway, interface, table)
    machine.check_output("ip rule add from %s lookup %s", address, table)
    try:
        yield
    finally:
        machine.run("ip rule del from %s lookup %s", address, table)
        machine.run("ip route flush table %s", table)
        machine.run("ip address del %s/32 dev %s", address, interface)
