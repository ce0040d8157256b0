"""The generated reference says what the code says, and every promise has its proof."""

from __future__ import annotations

import subprocess
import sys

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
