"""Protocol and port as one axis: TCP's ports, UDP's, the echo request, all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.flows.spans import Ranges

PORTS = 65536
_STARTS = {"tcp": 0, "udp": PORTS, "icmp": 2 * PORTS, "other": 2 * PORTS + 1}
EVERYTHING: Ranges = ((0, 2 * PORTS + 2),)


def services(protocol: str, ports: Iterable[tuple[int, int]] = ()) -> Ranges:
    """The services of a protocol: those of its ports, first and last, or all; icmp is the echo request."""
    if protocol == "any":
        return EVERYTHING
    start = _STARTS[protocol]
    if protocol not in {"tcp", "udp"}:
        return ((start, start + 1),)
    return tuple((start + first, start + last + 1) for first, last in ports) or ((start, start + PORTS),)


def service_at(point: int) -> tuple[str, int | None]:
    """Protocol and port of a point."""
    protocol = max((name for name in _STARTS if _STARTS[name] <= point), key=lambda name: _STARTS[name])
    return protocol, point - _STARTS[protocol] if protocol in {"tcp", "udp"} else None


def in_words(ranges: Ranges) -> str:
    """Services as people write them: `tcp/443, udp/137-138, icmp`."""
    return "everything" if ranges == EVERYTHING else ", ".join(_words(ranges))


def _words(ranges: Ranges) -> Iterator[str]:
    for protocol, start in _STARTS.items():
        width = PORTS if protocol in {"tcp", "udp"} else 1
        for first, end in ranges:
            low, high = max(first - start, 0), min(end - start, width) - 1
            if low <= high:
                yield _part(protocol, low, high, width)


def _part(protocol: str, low: int, high: int, width: int) -> str:
    if high - low + 1 == width:
        return "other protocols" if protocol == "other" else protocol
    return f"{protocol}/{low}" if low == high else f"{protocol}/{low}-{high}"
