"""The page and the charts of the benchmarks say what was measured."""

from __future__ import annotations

import math
import sys
from xml.etree import ElementTree

import pytest

from tests.bench.__main__ import table
from tests.bench.chart import LEFT, WIDTH, bars
from tests.bench.check_mode import extrapolated
from tests.bench.measure import Measured, measured

RUNS = {
    "the <long> way & back": Measured(12.0, 300, "", 11.0),
    "a tenth": Measured(1.2, 30, "", 1.0),
    "guessed": Measured(120.0, math.nan, ""),
}
SPACE = "{http://www.w3.org/2000/svg}"


def test_a_chart_has_a_bar_and_words_for_each_row_and_a_tenth_is_one_step_shorter() -> None:
    """Sabotage: draw the seconds on a plain scale, or leave the names unescaped."""
    drawn = ElementTree.fromstring(bars("Two ways", RUNS))  # noqa: S314  just drawn
    words = [text.text for text in drawn.iter(f"{SPACE}text")]
    assert {"Two ways", *RUNS, "12.00 s", "1.20 s", "120.00 s"} <= set(words)
    _, *rows = drawn.iter(f"{SPACE}rect")
    long, short, guessed = (float(bar.attrib["width"]) for bar in rows)
    assert math.isclose(long - short, guessed - long, abs_tol=0.2)
    assert 0 < short < long < guessed < WIDTH - LEFT
    assert rows[2].attrib["fill"] != rows[0].attrib["fill"] == rows[1].attrib["fill"]


def test_a_row_without_a_measurement_says_so() -> None:
    """Sabotage: print a number that is none."""
    assert table(RUNS)[3:] == [
        "| a tenth | 1.20 s | 0.100 (1/10.0) | 1.00 s | 30 MiB |",
        "| guessed | 120.00 s | 10.000 (1/0.1) | - | - |",
    ]


def test_check_mode_is_extrapolated_on_a_straight_line() -> None:
    """Sabotage: multiply the time of the larger town, start included, by the number of PCs."""
    found = {100: Measured(3.0, 90, "", 2.0), 1000: Measured(12.0, 120, "", 20.0)}
    far = extrapolated(found, 10_000)
    assert math.isclose(far.seconds, 102.0) and math.isclose(far.processor, 200.0)
    assert math.isnan(far.mebibytes)


def test_a_row_s_memory_is_that_of_the_command_alone() -> None:
    """Sabotage: start the command from the process that measures."""
    mine = bytearray(b"x") * (300 * 2**20)
    found = measured([sys.executable, "-c", "print('done')"])
    assert found.output == "done\n" and 0 < found.mebibytes < 200 < len(mine) / 2**20
    assert 0 < found.processor < 10 and found.seconds > 0


def test_a_command_that_fails_is_no_measurement() -> None:
    """Sabotage: take any exit code."""
    with pytest.raises(RuntimeError, match="ended with 3"):
        measured([sys.executable, "-c", "print('no'); raise SystemExit(3)"], allowed=(0, 2))
