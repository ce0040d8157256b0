"""Load: files -> Town, validated, every value knowing its file and line. Nothing is executed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path, PurePosixPath

from orchestrator.load.argument_files import Specs
from orchestrator.load.assemble import assemble
from orchestrator.load.bound import BOUND, Bound, bounded
from orchestrator.load.files import read_specs, right_files
from orchestrator.load.problems import Problems
from orchestrator.load.reading import read_draft
from orchestrator.load.rules import judge
from orchestrator.model.town import Town

__all__ = ["load", "load_files", "load_text"]

NOWHERE = PurePosixPath(".")
ROLES = Path(__file__).resolve().parents[2] / "roles"


def load(root: Path, today: date | None = None) -> Town:
    """The town under a folder; raises Refused with every problem. `today` lets flows expire."""
    return load_files(right_files(root), root, today)


def load_files(
    files: Mapping[str, str],
    root: Path,
    today: date | None = None,
    reserved: frozenset[IPv4Address] = frozenset(),
) -> Town:
    """The town of texts that belong to a folder, held against the roles of this project."""
    return load_text(files, today, read_specs(ROLES), PurePosixPath(root), reserved)


def load_text(  # noqa: PLR0913
    files: Mapping[str, str],
    today: date | None = None,
    specs: Specs | None = None,
    root: PurePosixPath = NOWHERE,
    reserved: frozenset[IPv4Address] = frozenset(),
    *,
    bound: Bound = BOUND,
) -> Town:
    """The town of texts by their path in the inventory, from memory; raises Refused with every problem.

    `specs` are the declared arguments of each role; without them the names of role arguments are not judged.
    `reserved` addresses are proposed to nobody. Nothing of the load may take more than the `bound`.
    """
    problems = Problems()
    with bounded(files, bound):
        draft = read_draft(files, specs, problems, today)
        draft.reserved = reserved
        judge(draft, problems)
        problems.refuse()
        return assemble(draft, root)
