"""The catalogue is read as data; what could not be known without running it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.errors import Refused
from orchestrator.render.catalogue import parse
from tests.golden import Golden

SITE = Path(__file__).resolve().parents[2] / "playbooks/site.yml"
PLAY = "- {name: A, hosts: servers, gather_facts: false, roles: [base]}\n"


def test_the_catalogue_gives_plays_in_their_order() -> None:
    """Sabotage: sort the plays by name."""
    plays = parse(SITE.read_text()).plays
    assert [play.position for play in plays] == list(range(len(plays)))
    assert plays[0].roles == ("derived_values",)
    assert plays[-1].group == "workstations"
    assert plays[-1].become


TOLD = {
    "- {name: B, hosts: servers, roles: [base], vars: {a: 1}}",
    "- {name: B, hosts: 'servers:!x', roles: [base]}",
    "- {name: B, hosts: servers}",
    "- other.yml",
    "- {name: B, hosts: [",
}
"""One line of each code; what it is refused with stands in a golden file."""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("- {name: B, hosts: servers, roles: [base], vars: {a: 1}}", "TH-CATALOGUE-KEY"),
        ("- {name: B, hosts: servers, roles: [base], name: C}", "TH-CATALOGUE-KEY"),
        ("- {name: B, hosts: 'servers:!x', roles: [base]}", "TH-CATALOGUE-VALUE"),
        ("- {name: B, hosts: \"{{ lookup('pipe', 'id') }}\", roles: [base]}", "TH-CATALOGUE-VALUE"),
        ("- {name: B, hosts: servers, roles: [{role: base, when: x}]}", "TH-CATALOGUE-VALUE"),
        ("- {name: B, hosts: servers, roles: [../base]}", "TH-CATALOGUE-VALUE"),
        ("- {name: B, hosts: servers, roles: [base], gather_facts: true}", "TH-CATALOGUE-VALUE"),
        ("- {name: B, hosts: servers, roles: [base], become: yes please}", "TH-CATALOGUE-VALUE"),
        ("- {name: B, hosts: servers}", "TH-CATALOGUE-MISSING"),
        ("- import_playbook: other.yml", "TH-CATALOGUE-KEY"),
        ("- other.yml", "TH-CATALOGUE-SHAPE"),
        ("- {name: B, hosts: [", "TH-CATALOGUE-SYNTAX"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(line: str, code: str, golden: Golden) -> None:
    """Sabotage: skip an unknown key instead of refusing it."""
    with pytest.raises(Refused) as caught:
        parse(PLAY + line + "\n")
    assert code in {problem.code for problem in caught.value.problems}
    assert all(
        problem.place in ("playbooks/site.yml:2", "playbooks/site.yml:3") for problem in caught.value.problems
    )
    if line in TOLD:
        golden(f"refusals/catalogue_{code.rpartition('-')[2].lower()}", caught.value)


def test_a_file_that_is_no_list_is_refused() -> None:
    """Sabotage: take a map for a list of plays."""
    with pytest.raises(Refused):
        parse("hosts: all\n")
