"""What the repository as a whole keeps: few entries at the top, no registry addresses, no secrets."""

from __future__ import annotations

import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests.contracts.role_files import REPOSITORY, read

REGISTRY = re.compile(
    r"pypi\.org|pythonhosted|deb\.debian\.org|security\.debian\.org|registry\.npmjs|galaxy\.ansible\.com"
)
SECRET = re.compile(
    r"-----BEGIN (\w+ )?PRIVATE KEY-----\n|\$ANSIBLE_VAULT;1\.\d;AES256[^\n]*\n\s*[0-9a-f]{20}"
)


def tracked() -> list[Path]:
    """Every tracked text file but this one."""
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    paths = [REPOSITORY / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and path != Path(__file__).resolve()]


def matches(pattern: re.Pattern[str]) -> list[str]:
    """Tracked files in which the pattern occurs."""
    return [
        str(path.relative_to(REPOSITORY))
        for path in tracked()
        if pattern.search(path.read_text(errors="replace"))
    ]


def test_the_top_level_stays_small() -> None:
    """Sabotage: add a seventeenth visible entry."""
    top = {path.relative_to(REPOSITORY).parts[0] for path in tracked()}
    assert len([name for name in top if not name.startswith(".")]) <= 16


def test_no_file_names_a_registry() -> None:
    """Sabotage: write an index address into a lock."""
    assert matches(REGISTRY) == []


def test_no_secret_is_tracked() -> None:
    """Sabotage: add a private key or a vault value."""
    assert [name for name in matches(SECRET) if not name.startswith("tests/cases/errors/")] == []


@pytest.mark.parametrize(
    "lock", sorted((REPOSITORY / "requirements").glob("*.txt")), ids=lambda path: path.name
)
def test_every_locked_package_has_hashes(lock: Path) -> None:
    """Sabotage: delete the hashes of one package."""
    if lock.name == "debian.txt":
        pytest.skip("names of Debian packages")
    for block in re.split(r"\n(?=\S)", lock.read_text().strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_collection_ranges_fit_the_installed_set() -> None:
    """Sabotage: raise a lower bound in requirements.yml above the installed collection."""
    wanted = yaml.safe_load((REPOSITORY / "requirements.yml").read_text())["collections"]
    root = Path(str(metadata.distribution("ansible").locate_file("ansible_collections")))
    for collection in wanted:
        manifest = root / collection["name"].replace(".", "/") / "MANIFEST.json"
        version = yaml.safe_load(manifest.read_text())["collection_info"]["version"]
        assert version in SpecifierSet(collection["version"]), collection["name"]


def test_nothing_that_changes_a_machine_is_for_all_of_them() -> None:
    """A wrong group would touch its own hosts alone. Sabotage: give the play of a role `hosts: all`."""
    plays = yaml.safe_load((REPOSITORY / "playbooks/site.yml").read_text(encoding="utf-8"))
    wide = [play for play in plays if re.search(r"\ball\b|\*|!", play["hosts"])]
    roles = [role for play in wide for role in play["roles"]]
    units = [
        role for role in roles if read(REPOSITORY / "roles" / role / "meta/townhall.yml").get("unit", True)
    ]
    assert (roles, units) == (["derived_values"], [])
