"""Measurements as bars in an SVG: one bar each, on a scale of powers of ten."""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.sax.saxutils import escape

from tests.bench.measure import Measured

WIDTH, ROW, TOP, LEFT, RIGHT = 960, 26, 44, 430, 90
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">'
)


def bars(title: str, measurements: Mapping[str, Measured]) -> str:
    """A chart of the seconds of each row; what was extrapolated is drawn lighter."""
    scale = _Scale.of([run.seconds for run in measurements.values()])
    height = TOP + ROW * len(measurements) + 30
    rows = enumerate(measurements.items())
    parts = [
        _HEAD.format(width=WIDTH, height=height),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(16, 24, title, size=15, weight="bold"),
        *scale.lines(height - 30),
        *(part for number, (name, run) in rows for part in _bar(TOP + ROW * number, name, run, scale)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Scale:
    """From seconds to places between two powers of ten."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    @classmethod
    def of(cls, seconds: list[float]) -> _Scale:
        low = math.floor(math.log10(min(seconds)))
        return cls(low, max(math.ceil(math.log10(max(seconds))), low + 1))

    def at(self, seconds: float) -> float:
        share = (math.log10(seconds) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def lines(self, bottom: int) -> list[str]:
        found = []
        for power in range(self.low, self.high + 1):
            x = self.at(10.0**power)
            line = f'x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{bottom}"'
            found.append(f'<line {line} stroke="#d0d7de"/>')
            found.append(_text(x, bottom + 18, f"{10.0**power:g} s", anchor="middle", fill="#57606a"))
        return found


def _bar(y: int, name: str, run: Measured, scale: _Scale) -> list[str]:
    end = scale.at(run.seconds)
    fill = "#b6d4f0" if math.isnan(run.mebibytes) else "#1f6feb"
    place = f'x="{LEFT}" y="{y + 4}" width="{max(end - LEFT, 1):.1f}" height="{ROW - 8}"'
    return [
        _text(LEFT - 8, y + 18, name, anchor="end"),
        f'<rect {place} fill="{fill}"/>',
        _text(end + 6, y + 18, f"{run.seconds:.2f} s", fill="#57606a"),
    ]


def _text(  # noqa: PLR0913 - the attributes of a text
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    size: int = 13,
    weight: str = "normal",
    fill: str = "#1f2328",
) -> str:
    style = f'text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" fill="{fill}"'
    return f'<text x="{x:.1f}" y="{y}" {style}>{escape(words)}</text>'
