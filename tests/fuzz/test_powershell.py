"""Values on their way to a machine that runs Windows: Ansible's own payload carries them as data.

No engine of PowerShell takes part. What is seen is all that Ansible sends for a module: a command line and an
input of two JSON texts, scripts and arguments apart. The modules themselves give values to their scripts with
AddParameters.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

import pytest
from ansible.release import __version__
from hypothesis import given as cases
from packaging.version import Version

from tests.fuzz import hostile, reading
from tests.fuzz.hostile import SEEDS, fuzzed
from tests.fuzz.law import leaves
from tests.fuzz.wire import Sent, sent

MARK, HERE = "zqmark", "{{ wanted }}"
SEPARATOR = b"\n\0\0\0\0\n"
SCRIPT = "param($Wanted)\n$Ansible.Result = $Wanted\n"
WORDS = r"""
$(id) $env:Path ${x} `u{2019} ;iex -EncodedCommand "} \u0027 ]]> <Obj> _x0027_ {{ {%raw%}
{{lookup('pipe','id')}} __ansible_unsafe __ansible_type _ansible_no_log __type complex_args Wanted
nul C:\Users\x \\dc1\sysvol Мирјана O'Brien м‘к OU=Финансије,DC=x
"""
PIECES = (
    *"'\"\u2018\u2019\u201a\u201b\u201c\u201d\u201e`;|&(){}@%\\\0\r\n\t \x85\u2028\u2029\ufeff\ud83d\ude00",
    *WORDS.split(),
    *("\ud83d\ude00", "@'\n", "\n'@\n", "\n\0\0\0\0\n", '", "x": "'),
)
"""What PowerShell, JSON, CLIXML, Ansible and a distinguished name take for more than a letter."""


def text(chance: Random) -> str:
    """A hostile text; it may be empty, or hold halves of a sign."""
    if chance.random() < 0.3:
        return hostile.text(chance)
    quote = chance.choice(("'", '"', *[""] * 10))
    return quote + "".join(chance.choices(PIECES, k=chance.choice((0, 1, 1, 2, 3, 5)))) + quote


def tree(chance: Random, depth: int = 3) -> Any:
    """A hostile value of any type that an inventory may hold."""
    kind = chance.randrange(8 if depth else 5)
    if kind == 0:
        return chance.choice((None, True, False))
    if kind == 1:
        return chance.choice((0, 1, -1, 2**31, -(2**63), 2**63 - 1, chance.randrange(2**40)))
    if kind < 5:
        return text(chance)
    if kind == 5:
        return [tree(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {text(chance): tree(chance, depth - 1) for _ in range(chance.randrange(4))}


def wide(value: Any) -> Any:
    """The value in .NET's signs: two halves that stand together are one."""
    if isinstance(value, Mapping):
        return {wide(name): wide(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [wide(inner) for inner in value]
    is_text = isinstance(value, str)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") if is_text else value


def without_quotes(path: str) -> str:
    """The path of a file as ansible-core before 2.21 sends it: quotes around the whole are taken off."""
    if Version(__version__) >= Version("2.21"):
        return path
    found = re.match(r"\s*?'(.*?)'\s*?$", path) or re.match(r'\s*?"(.*?)"\s*?$', path)
    return found[1] if found else path


@dataclass(frozen=True)
class Place:
    """A module with one of its options from the town's lines."""

    module: str
    options: Mapping[str, Any]
    spelled: Callable[[str], str] = str

    @cached_property
    def good(self) -> tuple[Sent, bytes, bytes]:
        """What is sent for a mark, and its data before and after the mark."""
        found = sent(self.module, self.options, {"wanted": MARK})
        before, after = found.data.split(json.dumps(MARK).encode())
        return found, before, after

    def holds(self, value: Any, wanted: Any) -> None:
        """Assert that all but the value is the same, byte for byte, and that the value is one of JSON."""
        (good, before, after), found = self.good, sent(self.module, self.options, {"wanted": value})
        assert found.command == good.command
        assert found.data.startswith(before)
        assert found.data.endswith(after)
        data = found.data[len(before) : len(found.data) - len(after)]
        assert data.isascii()
        assert repr(reading.one_json(data.decode())) == repr(wide(wanted))


SHELL, AD = "ansible.windows.win_powershell", "microsoft.ad."
TREES = (
    Place(SHELL, {"script": SCRIPT, "parameters": {"Wanted": HERE}}),
    Place(SHELL, {"script": SCRIPT, "parameters": {"Wanted": {"in": [1, HERE]}}}),
    Place(AD + "object", {"type": "user", "name": "x", "attributes": {"set": {"title": HERE}}}),
    Place("ansible.windows.win_regedit", {"path": "HKLM:\\Software\\Town", "name": "x", "data": HERE}),
)
TEXTS = (
    Place(SHELL, {"script": SCRIPT, "sensitive_parameters": [{"name": "Wanted", "value": HERE}]}),
    Place(AD + "ou", {"name": HERE, "path": "DC=x"}),
    Place(AD + "ou", {"name": "x", "path": HERE}),
    Place(AD + "user", {"name": "x", "sam_account_name": HERE}),
    Place(AD + "user", {"name": "x", "firstname": HERE}),
    Place(AD + "user", {"name": "x", "password": HERE}),
    Place(AD + "computer", {"name": HERE}),
    Place(AD + "group", {"name": "x", "scope": "global", "members": {"set": [HERE]}}),
    Place("ansible.windows.win_share", {"name": "x", "path": HERE}),
    Place("ansible.windows.win_file", {"path": HERE, "state": "directory"}, without_quotes),
    Place("ansible.windows.win_environment", {"name": "x", "level": "machine", "value": HERE}),
)


@pytest.mark.long
@fuzzed
@cases(SEEDS)
def test_a_hostile_tree_reaches_a_script_as_exactly_this_tree(chance: Random) -> None:
    """Sabotage: write `SCRIPT + HERE` as a place's script, or compare with `wanted` itself."""
    value = tree(chance)
    chance.choice(TREES).holds(value, value)


@pytest.mark.long
@fuzzed
@cases(SEEDS)
def test_a_hostile_name_or_path_reaches_a_module_as_exactly_this_text(chance: Random) -> None:
    """Sabotage: leave `without_quotes` out, or trust the variables as templates in tests/fuzz/wire.py."""
    place, value = chance.choice(TEXTS), text(chance)
    place.holds(value, place.spelled(value))


@pytest.mark.parametrize("place", [*TREES, *TEXTS], ids=lambda place: place.module)
def test_a_value_stands_in_a_modules_arguments_and_in_no_script(place: Place) -> None:
    """Sabotage: put `HERE` into the script of a place."""
    first, then = place.good[0].data.split(SEPARATOR)
    manifest = json.loads(then)
    action = manifest["actions"].pop()
    arguments = action["params"].pop("Variables")
    assert [steps for steps, _ in marked(arguments)]
    assert [*marked(json.loads(first)), *marked(manifest), *marked(action)] == []
    assert MARK not in place.good[0].command + opened(place.good[0].command)
    sources = [base64.b64decode(one["script"]).decode("utf-8-sig") for one in manifest["scripts"].values()]
    assert len(sources) > 3
    assert not any(MARK in source for source in sources)


def marked(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every leaf with the mark."""
    return ((place, one) for place, one in leaves(value) if MARK in str(one))


def opened(command: str) -> str:
    """The script of an encoded command line."""
    found = re.fullmatch(r".*-EncodedCommand '?([A-Za-z0-9+/=]+)'?", command)
    assert found, command
    return base64.b64decode(found[1]).decode("utf-16-le")
