"""Write values for Ansible: a secret as a trusted template, all text that looks like one as plain text."""

from __future__ import annotations

from typing import Any

import yaml

from orchestrator.model.rendering import SecretReference

_Dumper: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Writer(_Dumper):  # type: ignore[misc]
    """Adds the two kinds of text to the plain YAML that Ansible reads."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Write every value out."""
        return True


def _text(writer: Any, value: str) -> Any:
    # `!unsafe` makes Ansible read 22 as a number even in quotes: only text that holds a brace is marked.
    return writer.represent_scalar("!unsafe" if "{" in value else "tag:yaml.org,2002:str", value)


def _reference(writer: Any, value: SecretReference) -> Any:
    return writer.represent_scalar("tag:yaml.org,2002:str", value.template)


_Writer.add_representer(str, _text)
_Writer.add_representer(SecretReference, _reference)


def as_yaml(value: object) -> str:
    """Return data as YAML for Ansible."""
    return str(yaml.dump(value, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=1000))


def playbook_yaml(plays: list[dict[str, object]]) -> str:
    """Return a playbook of ours as YAML: its templates are trusted."""
    return yaml.safe_dump(plays, allow_unicode=True, sort_keys=False, width=1000)
