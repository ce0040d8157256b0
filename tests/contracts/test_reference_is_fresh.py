"""The generated reference says what the code says, and every promise has its proof."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

from tests.bench.__main__ import PAGE, kept, page_of
from tests.contracts.role_files import REPOSITORY


def test_the_generated_reference_is_fresh_and_every_promise_has_test_and_sabotage() -> None:
    """Sabotage: change a role argument's description without `make docs`, or drop a promise's sabotage."""
    call = [sys.executable, str(REPOSITORY / "docs/reference/generate.py"), "--check"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_section_measured_anew_leaves_the_others_of_the_page_alone() -> None:
    """Sabotage: forget the sections that were not measured."""
    page = PAGE.read_text(encoding="utf-8")
    assert len(kept(page)) > 1
    assert page_of(kept(page)) == page


def promise(**parts: object) -> list[dict[str, object]]:
    """A fault's promise with one part other than it should be."""
    whole = {"promise": "Faults, R1: x", "proof": "simulated", "test": [f"{__file__}::promise"]}
    return [{**whole, "sabotage": "y", **parts}]


@pytest.mark.parametrize(
    ("rows", "gap"),
    [
        (promise(), ""),
        (promise(proof="not yet", test=[]), ""),
        (promise(proof=""), "proof is one of injected, simulated, not yet"),
        (promise(promise="S-01: x", proof=""), "proof is one of injected, simulated, not yet"),
        (promise(promise="Undo: x", proof=""), ""),
        (promise(proof="believed"), "proof is one of injected, simulated, not yet"),
        (promise(proof="not yet"), "a promise has a test, or its proof is `not yet`"),
        (promise(test=[]), "a promise has a test, or its proof is `not yet`"),
        (promise(test=["nowhere.py"]), "no such test: nowhere.py"),
        (promise(sabotage=""), "no sabotage"),
    ],
)
def test_a_fault_says_how_it_is_tried_and_only_an_untried_one_has_no_test(
    rows: list[dict[str, object]], gap: str
) -> None:
    """Sabotage: take any word for a proof, or let a tried fault do without a test."""
    generate = runpy.run_path(str(REPOSITORY / "docs/reference/generate.py"))
    gaps = "; ".join(generate["promise_gaps"](rows))
    assert gap in gaps and bool(gap) == bool(gaps)
