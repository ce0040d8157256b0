"""The firewall's rules back from the text that nft is given: the grammar of the template, else refused.

What the model of flows takes for granted stands here as lines that have to be there: chains that drop what no
rule accepts, IPv6 dropped before anything is accepted, no way around the reverse path check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from orchestrator.errors import Problem, Refused
from orchestrator.flows.flow_set import ALWAYS
from orchestrator.flows.ruleset import Accept, Published, Ruleset, addresses, port_range
from orchestrator.flows.services import services
from orchestrator.flows.spans import Ranges

Line = tuple[int, str]
Blocks = Mapping[str, list[Line]]

_HEAD = ["table inet townhall {}", "delete table inet townhall", "table inet townhall {"]
_SET = ["type ipv4_addr", "flags interval", "auto-merge"]
_DROPS = [r'limit rate 20/second burst 50 packets log prefix "townhall {0}: " group \d+', "counter drop"]
_ALLOWED = "ct state established,related accept"
_FIXED = {
    "dropped": [_DROPS[0].format("dropped"), _DROPS[1]],
    "spoofed": [_DROPS[0].format("spoofed"), _DROPS[1]],
    "arrival": [
        r"type filter hook prerouting priority -150; policy accept;",
        r"ip saddr 0\.0\.0\.0 udp sport 68 udp dport 67 accept",
    ],
    "input": [
        r"type filter hook input priority 0; policy drop;",
        r'iifname "lo" accept',
        r"meta nfproto ipv6 drop",
        r"ct state invalid drop",
        _ALLOWED,
    ],
    "forward": [
        r"type filter hook forward priority 0; policy drop;",
        r'meta nfproto ipv6 counter drop comment "IPv6 is not forwarded"',
        r"ct state invalid counter drop",
        _ALLOWED,
    ],
    "publishing": [r"type nat hook prerouting priority -100; policy accept;"],
    "leaving": [r"type nat hook postrouting priority 100; policy accept;"],
}
"""How each chain begins."""
_LAST = {"input": "goto dropped", "forward": "goto dropped"}
_CHAINS = (*_FIXED,)
_LEG = re.compile(r'iifname "(?P<leg>[^"\s]+)" fib saddr \. iif oif 0 goto spoofed')
_LEAVING = re.compile(r'oifname "[^"\s]+" ip saddr @\w[\w-]* masquerade')
_LIMIT = " limit rate 20/second burst 40 packets"
_ACCEPT = re.compile(
    r'(?:iifname (?:\{ (?P<enters>"[^"]+"(?:, "[^"]+")*) \}|"(?P<enters_one>[^"]+)") )?'
    r"(?:ip saddr @(?P<source>\S+) )?"
    r'(?:oifname \{ (?P<leaves>"[^"]+"(?:, "[^"]+")*) \} )?'
    r"(?:ip daddr @(?P<destination>\S+) )?"
    r'(?:meta time <= "(?P<until>\d{4}-\d\d-\d\d) 23:59:59" )?'
    r"(?:(?P<echo>icmp type echo-request) |meta l4proto (?P<whole>tcp|udp) "
    r"|(?P<protocol>tcp|udp) dport (?:\{ (?P<ports>[0-9-]+(?:, [0-9-]+)*) \}|(?P<port>[0-9]+)) )?"
    r'accept(?: comment "[^"]*")?'
)
_PUBLISHED = re.compile(
    r'iifname "(?P<enters>[^"]+)" (?P<protocol>tcp|udp) dport (?P<port>\d+) '
    r'dnat ip to (?P<host>[0-9.]+):(?P<host_port>\d+) comment "[^"]*"'
)


def parse(text: str) -> Ruleset:
    """The rules of a rendered text; raises Refused at the first line that the template does not write."""
    blocks = _blocks(text)
    _judge_beginnings(blocks)
    return Ruleset(
        {name.removeprefix("set "): _members(lines) for name, lines in blocks.items() if name[:4] == "set "},
        tuple(_accept(line) for line in _rest(blocks, "forward")),
        tuple(_accept(line) for line in _rest(blocks, "input")),
        tuple(_published(line) for line in _rest(blocks, "publishing")),
        tuple(_matching(line, _LEG, "arrival")["leg"] for line in _rest(blocks, "arrival")),
    )


def _refuse(line: Line, reason: str) -> Refused:
    remedy = "render the text anew from the arguments of the role firewall"
    return Refused([Problem(f"firewall.nft:{line[0]}", "TH-NFT-TEXT", line[1][:60] or '""', reason, remedy)])


def _blocks(text: str) -> dict[str, list[Line]]:
    """The lines of each set and chain, without comments."""
    numbered = enumerate((line.strip() for line in text.splitlines()), 1)
    lines = [(number, line) for number, line in numbered if line and line[0] != "#"]
    for line, wanted in zip(lines, _HEAD, strict=False):
        if line[1] != wanted:
            raise _refuse(line, "this is not how the table begins")
    found: dict[str, list[Line]] = {}
    here: list[Line] | None = None
    rest = lines[len(_HEAD) :]
    if not rest or rest[-1][1] != "}":
        raise _refuse(rest[-1] if rest else (0, ""), "the table does not end")
    for line in rest[:-1]:
        here = _next_block(line, here, found)
    if here is not None or any(chain not in found for chain in _CHAINS):
        raise _refuse(rest[-1], "a set or chain is missing")
    return found


def _next_block(line: Line, here: list[Line] | None, found: dict[str, list[Line]]) -> list[Line] | None:
    """The block that the next line belongs to."""
    words = line[1].removesuffix(" {")
    if here is not None and line[1] == "}":
        return None
    if here is not None:
        here.append(line)
        return here
    kind, _, name = words.partition(" ")
    if words == line[1] or kind not in {"set", "chain"} or (kind == "chain" and name not in _CHAINS):
        raise _refuse(line, "no set or chain of the template")
    key = name if kind == "chain" else words
    if key in found:
        raise _refuse(line, "this set or chain is there twice")
    found[key] = []
    return found[key]


def _judge_beginnings(blocks: Blocks) -> None:
    for chain, patterns in _FIXED.items():
        lines = blocks[chain]
        for at, pattern in enumerate(patterns):
            line = lines[at] if at < len(lines) else (0, "")
            if not re.fullmatch(pattern, line[1]):
                raise _refuse(line, f"the chain {chain} does not begin as the template lets it")
    for line in _rest(blocks, "leaving"):
        _matching(line, _LEAVING, "leaving")
    for chain in ("dropped", "spoofed"):
        for line in _rest(blocks, chain):
            raise _refuse(line, f"no rule of the chain {chain}")


def _matching(line: Line, shape: re.Pattern[str], chain: str) -> re.Match[str]:
    found = shape.fullmatch(line[1])
    if not found:
        raise _refuse(line, f"no rule of the chain {chain}")
    return found


def _rest(blocks: Blocks, chain: str) -> Iterator[Line]:
    """The lines of a chain after its beginning and without its end."""
    lines, last = blocks[chain][len(_FIXED[chain]) :], _LAST.get(chain)
    if last and (not lines or lines[-1][1] != last):
        raise _refuse(lines[-1] if lines else (0, ""), f"the chain {chain} does not end with {last}")
    yield from lines[:-1] if last else lines


def _members(lines: list[Line]) -> Ranges:
    for line, wanted in zip(lines, _SET, strict=False):
        if line[1] != wanted:
            raise _refuse(line, "no set of addresses as the template writes it")
    rest = lines[len(_SET) :]
    if not rest:
        return ()
    found = re.fullmatch(r"elements = \{ ([0-9./]+(?:, [0-9./]+)*) \}", rest[0][1])
    if len(rest) > 1 or not found:
        raise _refuse(rest[-1], "no elements of a set")
    return addresses(found[1].split(", "))


def _accept(line: Line) -> Accept:
    words = line[1].replace(_LIMIT, "", 1) if line[1].startswith("icmp type echo-request limit") else line[1]
    found = _ACCEPT.fullmatch(words)
    if not found:
        raise _refuse(line, "no rule that the template writes")
    said = found.groupdict()
    return Accept(
        _services(said),
        _listed(said["enters"] or said["enters_one"]),
        said["source"],
        _listed(said["leaves"]),
        said["destination"],
        said["until"] or ALWAYS,
    )


def _services(said: Mapping[str, str | None]) -> Ranges:
    if said["echo"]:
        return services("icmp")
    ports = (said["ports"] or said["port"] or "").split(", ")
    protocol = said["protocol"] or said["whole"] or "any"
    return services(protocol, [port_range(port) for port in ports if port])


def _listed(names: str | None) -> tuple[str, ...]:
    return tuple((names or "").replace('"', "").split(", ")) if names else ()


def _published(line: Line) -> Published:
    found = _matching(line, _PUBLISHED, "publishing")
    port, host_port = int(found["port"]), int(found["host_port"])
    return Published(found["enters"], found["protocol"], port, IPv4Address(found["host"]), host_port)
