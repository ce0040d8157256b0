"""The tests' own rendering is that of Ansible, and Ansible finds and obeys the refusing filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import filter_loader
from ansible.template import Templar, trust_as_template

from orchestrator.role_templates import MANAGED, ROLES, internal, text_of
from tests.fuzz.law import given
from tests.fuzz.wire import ready

FILES = sorted(
    (
        path.relative_to(ROLES).parts[0],
        path.relative_to(ROLES / path.relative_to(ROLES).parts[0] / "templates"),
    )
    for path in ROLES.glob("*/templates/**/*.j2")
)


@pytest.fixture(scope="module", autouse=True)
def _plugins() -> None:
    ready()
    filter_loader.add_directory(str(ROLES.parent / "filter_plugins"))


def as_ansible_does(role: str, path: str, arguments: Mapping[str, Any]) -> str:
    """The file as the template action renders it."""
    values = {**internal(role, path), **arguments, "ansible_managed": MANAGED}
    trusted = {name: trust_as_template(one) if _is_template(one) else one for name, one in values.items()}
    source = (ROLES / role / "templates" / f"{path}.j2").read_text(encoding="utf-8")
    overrides = {"trim_blocks": True, "lstrip_blocks": False}
    found = Templar(loader=DataLoader(), variables=trusted).template(
        trust_as_template(source), escape_backslashes=False, overrides=overrides
    )
    assert isinstance(found, str)
    return found


def _is_template(value: object) -> bool:
    return isinstance(value, str) and "{{" in value


@pytest.mark.parametrize(("role", "path"), FILES, ids=str)
def test_a_template_is_rendered_as_ansible_renders_it(role: str, path: Any) -> None:
    """Sabotage: leave `trim_blocks` out of the tests' settings of Jinja."""
    name = str(path).removesuffix(".j2")
    assert text_of(role, name, given(role)) == as_ansible_does(role, name, given(role))


@pytest.mark.parametrize("name", ['fw1\n"', "fw1 accept", "сервер"])
def test_ansible_itself_writes_no_file_with_a_hostile_word(name: str) -> None:
    """Sabotage: take `plain_word` off the head of the rules."""
    with pytest.raises(AnsibleError, match="cannot stand in a generated file"):
        as_ansible_does(
            "firewall", "etc/townhall/firewall.nft", {**given("firewall"), "firewall_hostname": name}
        )
