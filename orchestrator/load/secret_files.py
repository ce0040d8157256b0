"""group_vars/all/secrets_tier<N>.yml: only the outside is looked at; values stay encrypted."""

from __future__ import annotations

import re

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.tree import Table, Tagged
from orchestrator.model.source import Source

_PREFIX = "secret_"
_HEADER = re.compile(r"\$(?:ANSIBLE_VAULT);1\.2;AES256;(\S+)\n[0-9a-f\n]+\s*")


def judge(file: str, table: Table, tier: int, draft: Draft, problems: Problems) -> None:
    """Every key names a known secret of this tier, every value is encrypted for it."""
    for key, value in table.items():
        source, name = Source(file, table.lines[key]), key.removeprefix(_PREFIX)
        secret = draft.secrets.get(name)
        if not key.startswith(_PREFIX) or not draft.knows("secrets", name):
            known = [f"{_PREFIX}{known}" for known in draft.written.get("secrets", ())]
            problems.unknown(source, "TH-SECRET-UNKNOWN", key, "secret in secret_names.yml", known)
        elif secret is not None and secret.tier != tier:
            reason = f"secret_names.yml puts {name} into tier {secret.tier}, this file is tier {tier}"
            remedy = f"move it to secrets_tier{secret.tier}.yml, encrypted anew for tier{secret.tier}"
            problems.add(source, "TH-SECRET-TIER", key, reason, remedy)
        _encrypted(source, key, value, tier, problems)


def _encrypted(source: Source, key: str, value: object, tier: int, problems: Problems) -> None:
    found = _HEADER.fullmatch(value) if isinstance(value, Tagged) else None
    remedy = f"write what `ansible-vault encrypt_string --encrypt-vault-id tier{tier} --name {key}` prints"
    if found is None:
        problems.add(
            source, "TH-SECRET-CLEAR", "(not shown)", f"{key} is not encrypted by !vault", _rotate(remedy)
        )
    elif found[1] != f"tier{tier}":
        reason = f"encrypted for {found[1]}, this file is tier {tier}"
        problems.add(source, "TH-SECRET-VAULT-ID", key, reason, remedy)


def _rotate(remedy: str) -> str:
    return f"{remedy}; a secret that was ever committed in clear must be replaced by a new one"
