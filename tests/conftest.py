"""Options of the whole test suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes the expectations of golden cases anew; review them like code."""
    parser.addoption("--update-golden", action="store_true", help="write expected.txt of golden cases anew")
