"""Golden cases: a branch, and exactly what its reviewers read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.errors import Refused
from orchestrator.report.request_text import request_text
from tests.golden import Golden
from tests.request.planning import planned
from tests.request.repository import TOWN, Bare, Content

PCS, SERVERS = f"{TOWN}/hosts/workstations.yml", f"{TOWN}/hosts/servers.yml"
SPECS = "roles/workstation/meta/argument_specs.yml"
POLICY = f"{TOWN}/group_vars/all/policy.yml"
CHOSEN = f"{TOWN}/group_vars/workstations/workstation.yml"


def text(bare: Bare, path: str) -> str:
    content = bare.files[path]
    assert isinstance(content, str)
    return content


def without(bare: Bare, path: str, name: str) -> dict[str, Content]:
    """The file without the line of a host."""
    lines = text(bare, path).splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip().startswith(f"{name}:")]
    assert len(kept) == len(lines) - 1
    return {path: "".join(kept)}


def with_more(bare: Bare, path: str, more: str) -> dict[str, Content]:
    return {path: text(bare, path) + more}


def new_argument(bare: Bare) -> dict[str, Content]:
    """An argument of a role that the same branch teaches the role."""
    option = "      workstation_wallpaper: {type: str, description: A picture.}\n"
    return with_more(bare, SPECS, option) | with_more(bare, CHOSEN, "workstation_wallpaper: blue\n")


def new_key(bare: Bare) -> dict[str, Content]:
    """A key of a line that the same branch teaches the program."""
    line = text(bare, PCS).replace("sg-pc-0001: {", "sg-pc-0001: {monitor: two, ")
    return {PCS: line, "orchestrator/model/town.py": text(bare, "orchestrator/model/town.py") + "\n# more\n"}


def new_role(bare: Bare) -> dict[str, Content]:
    """Arguments of a role that only the branch has."""
    return {
        "roles/wallpaper/tasks/main.yml": "---\n[]\n",
        f"{TOWN}/group_vars/workstations/wallpaper.yml": "wallpaper_picture: blue\n",
    }


def flow_against_a_rule(bare: Bare) -> dict[str, Content]:
    """A flow that a rule of the town forbids, with no exception."""
    flow = (
        "  - {name: peek, from: [zone/guest], to: [network/users-a], ports: [tcp/445], owner: it, "
        'reason: "a visitor asked"}\n'
    )
    before = text(bare, POLICY)
    assert before.count("  # visitors and administration\n") == 1
    mark = "  # visitors and administration\n"
    return {POLICY: before.replace(mark, flow + mark)}


def flow_that_was_forbidden(bare: Bare) -> dict[str, Content]:
    """A flow that a rule forbids, and the rule goes with the same request."""
    lines = str(flow_against_a_rule(bare)[POLICY]).splitlines(keepends=True)
    kept = [line for line in lines if "name: guests-apart," not in line]
    assert len(kept) == len(lines) - 1
    return {POLICY: "".join(kept)}


def rule_that_lets_its_flow_pass(bare: Bare) -> dict[str, Content]:
    """A flow that a rule forbids, and the same request makes the rule so narrow that it does not."""
    wide, narrow = "to: [zone/users, zone/payments, zone/devices,", "to: [zone/payments, zone/devices,"
    changed = str(flow_against_a_rule(bare)[POLICY])
    assert changed.count(wide) == 1
    return {POLICY: changed.replace(wide, narrow)}


def rules_that_bind_less(bare: Bare) -> dict[str, Content]:
    """A limit is raised, an approval goes, and both would have bound the same request."""
    before = text(bare, POLICY)
    raised = before.replace("{tier: 0, changed: 6, removed: 1}", "{tier: 0, changed: 600, removed: 1}")
    fewer = raised.replace("  - {for: code, by: [it], least: 2}\n", "")
    assert fewer.count("\n") == before.count("\n") - 1
    return {POLICY: fewer, "orchestrator/plan/more.py": "MORE = 1\n"}


def a_limit_raised_for_itself(bare: Bare) -> dict[str, Content]:
    """More PCs than the limit of what is merged, and a limit that would let them pass."""
    names = f"{TOWN}/group_vars/all/secret_names.yml"
    limit, version = "{tier: 2, changed: 30,", "backup_access: {tier: 1, version: 1}"
    assert (text(bare, POLICY).count(limit), text(bare, names).count(version)) == (1, 1)
    return {
        POLICY: text(bare, POLICY).replace(limit, limit.replace("30", "999")),
        names: text(bare, names).replace(version, version.replace("version: 1", "version: 2")),
    }


def a_forwarder(bare: Bare) -> dict[str, Content]:
    services = f"{TOWN}/group_vars/all/services.yml"
    before = text(bare, services)
    assert before.count("dns_forwarders: [10.20.200.6]") == 1
    return {services: before.replace("[10.20.200.6]", "[10.20.200.6, 10.20.200.7]")}


PLANS: dict[str, Callable[[Bare], dict[str, Content]]] = {
    "a_pc_is_taken_away": lambda bare: without(bare, PCS, "sg-pc-0131"),
    "a_flow_against_a_rule": flow_against_a_rule,
    "a_flow_and_the_rule_that_forbade_it": flow_that_was_forbidden,
    "a_flow_and_a_rule_made_narrower": rule_that_lets_its_flow_pass,
    "a_comment": lambda bare: with_more(bare, SERVERS, "# a note\n"),
    "a_role_of_the_domain_controllers": lambda _: {"roles/domain_controller/tasks/more.yml": "---\n[]\n"},
    "a_role_of_every_machine": lambda _: {"roles/base/tasks/more.yml": "---\n[]\n"},
    "code_that_plans": lambda _: {"orchestrator/plan/more.py": "MORE = 1\n", "Makefile": "all:\n"},
    "rules_that_bind_less": rules_that_bind_less,
    "a_limit_raised_for_itself": a_limit_raised_for_itself,
    "one_more_forwarder": a_forwarder,
    "documents_only": lambda _: {"docs/how-to/x.md": "words\n", "README.md": "words\n"},
    "data_and_role_together": lambda bare: (
        without(bare, PCS, "sg-pc-0131") | {"roles/workstation/tasks/more.yml": "---\n[]\n"}
    ),
}
CODE_FIRST = {
    "an_argument_that_comes_with_its_role": new_argument,
    "a_key_that_comes_with_its_schema": new_key,
    "a_role_that_comes_with_its_arguments": new_role,
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return Bare(tmp_path_factory.mktemp("plans") / "bare")


@pytest.mark.parametrize("case", sorted(PLANS))
def test_a_branch_is_told_in_words(bare: Bare, case: str, golden: Golden) -> None:
    """Sabotage: leave removed hosts out, or the hosts of a role with other code."""
    plan = planned(bare, bare.branch(case, PLANS[case](bare)))
    golden(f"request/{case}", request_text(plan))


@pytest.mark.parametrize("case", sorted(CODE_FIRST))
def test_data_that_needs_the_code_of_its_branch_waits_for_the_code(
    bare: Bare, case: str, golden: Golden
) -> None:
    """Sabotage: judge the branch's data by the branch's own specifications."""
    with pytest.raises(Refused) as told:
        planned(bare, bare.branch(case, CODE_FIRST[case](bare)))
    assert {problem.code for problem in told.value.problems} == {"TH-REQUEST-CODE-FIRST"}
    golden(f"request/{case}", told.value)


def test_a_mistake_without_code_is_an_ordinary_mistake(bare: Bare) -> None:
    """Sabotage: tell everybody to merge code first."""
    with pytest.raises(Refused) as told:
        planned(bare, bare.branch("typo", with_more(bare, CHOSEN, "workstation_wallpaper: blue\n")))
    assert {problem.code for problem in told.value.problems} == {"TH-ARGUMENT-UNKNOWN"}


def test_a_rule_goes_with_all_that_it_is_about(bare: Bare) -> None:
    """Sabotage: hold a rule that is taken away against a host that is gone."""
    rule = "    - {name: one-apart, from: [zone/guest], to: [host/sg-pc-0131], reason: it pays}\n"
    ruled = {POLICY: text(bare, POLICY).replace("  never:\n", f"  never:\n{rule}")}
    bare.branch("ruled", ruled)
    back: dict[str, Content] = {POLICY: text(bare, POLICY), **without(bare, PCS, "sg-pc-0131")}
    assert planned(bare, bare.branch("gone-with-it", back, parent="ruled"), "ruled").violations == ()


def test_what_the_base_did_since_is_no_change_of_the_request(bare: Bare) -> None:
    """Sabotage: compare with the named base instead of where both part."""
    bare.branch("mine", with_more(bare, PCS, "# a note\n"))
    bare.branch("theirs", without(bare, PCS, "sg-pc-0131"))
    assert planned(bare, "mine", "theirs").is_empty


def test_a_program_that_is_not_the_bases_is_a_reason_of_risk(bare: Bare) -> None:
    """Sabotage: do not compare the running program with the base."""
    changed = with_more(bare, "orchestrator/errors.py", "\n# older\n")
    bare.branch("older", changed | without(bare, PCS, "sg-pc-0131"))
    bare.branch("on-older", without(bare, PCS, "sg-pc-0132"), parent="older")
    found = planned(bare, "on-older", "older").risk
    reason = next(one for one in found.reasons if "not the base's" in one.text)
    assert (found.level, [str(line) for line in reason.because]) == ("high", ["orchestrator/errors.py:1"])


def test_a_new_town_is_new_as_a_whole(bare: Bare) -> None:
    """Sabotage: refuse a base without the town."""
    town = "inventories/new"
    files = {path.replace(TOWN, town): value for path, value in bare.files.items() if path.startswith(TOWN)}
    found = planned(bare, bare.branch("new", files), town=town)
    assert {change.kind for change in found.changes} == {"new"}


def test_a_town_that_the_branch_takes_away_is_refused(bare: Bare) -> None:
    """Nothing left is not the wish to remove all. Sabotage: take an empty folder for an empty town."""
    gone: dict[str, Content] = {path: None for path in bare.files if path.startswith(f"{TOWN}/")}
    with pytest.raises(Refused):
        planned(bare, bare.branch("gone", gone))
