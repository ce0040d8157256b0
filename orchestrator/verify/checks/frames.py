"""Ethernet frames for checks: sent from a machine's interface, and looked for where a switch learns them."""

from __future__ import annotations

import secrets
import time
from typing import Any

_SEND = """
import socket, struct, sys
interface, source, vlan = sys.argv[1:]
tag = struct.pack("!HH", 0x8100, int(vlan)) if int(vlan) else b""
frame = bytes.fromhex("020000000001" + source.replace(":", "")) + tag + bytes.fromhex("88b5") + bytes(46)
line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
line.bind((interface, 0))
try:
    for _ in range(3):
        line.send(frame)
except OSError:
    pass
"""

_ASK = """
import socket, struct, sys, time
interface, address = sys.argv[1:]
line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x806))
line.bind((interface, 0x806))
mac, wanted = line.getsockname()[4], socket.inet_aton(address)
body = struct.pack("!HHBBH", 1, 0x800, 6, 4, 1) + mac + bytes(4) + bytes(6) + wanted
line.send(b"\\xff" * 6 + mac + b"\\x08\\x06" + body + bytes(18))
line.settimeout(0.5)
end = time.monotonic() + 2
while time.monotonic() < end:
    try:
        answer = line.recv(2048)
    except OSError:
        continue
    if answer[20:22] == b"\\x00\\x02" and answer[28:32] == wanted:
        print("answered")
        break
else:
    print("silent")
"""


def learned(switch: Any, sender: Any, interface: str, vlan: int = 0) -> set[int]:
    """The VLANs in which the switch learns the sender of frames sent there, tagged unless vlan is 0."""
    source = "02:" + ":".join(f"{byte:02x}" for byte in secrets.token_bytes(5))
    sender.check_output("python3 -c %s %s %s %s", _SEND, interface, source, str(vlan))
    time.sleep(0.3)
    table = [line.split() for line in switch.check_output("ovs-appctl fdb/show br0").splitlines()]
    return {int(row[1]) for row in table if row[2] == source}


def hears(machine: Any, interface: str, address: str) -> bool:
    """Whether anyone on the machine's own wire answers for the address."""
    answer = machine.check_output("python3 -c %s %s %s", _ASK, interface, address)
    return str(answer).strip() == "answered"
