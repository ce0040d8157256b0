"""Options of the whole test suite, and what golden cases are held against."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.golden import Golden
from tests.signing import key


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes the expectations of golden cases anew; review them like code."""
    parser.addoption("--update-golden", action="store_true", help="write expected.txt of golden cases anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Golden texts of tests/cases; a temporary folder is told as TMP."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    return Golden(bool(request.config.getoption("--update-golden")), {str(folder): "TMP"} if folder else {})


@pytest.fixture(scope="session", autouse=True)
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key that signs plans and ledgers in tests; none is made in anybody's home."""
    path = key(tmp_path_factory.mktemp("signing"), "key")
    os.environ["TOWNHALL_SIGNING_KEY"] = str(path)
    return path
