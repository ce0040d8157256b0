"""How a wave is cut into batches."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model.plan import Observation, PlannedUnit
from orchestrator.plan import plan
from orchestrator.plan.batches import CANARY_OVER, LARGEST, apart, batches
from tests.plan.renderings import CODE, applied, rendering


def unit(host: str, stands_in: tuple[str, ...] = (), in_service: bool = True) -> PlannedUnit:
    return PlannedUnit(host, "base", 1, "", "", "", "new", True, stands_in=stands_in, in_service=in_service)


def pcs(number: int) -> list[PlannedUnit]:
    return [unit(f"pc-{place:03}") for place in range(number)]


_units = st.lists(
    st.builds(
        unit,
        st.sampled_from([f"h{number:02}" for number in range(60)]),
        st.sampled_from([(), (), (), ("domain_controller",), ("firewall", "dhcp_server"), ("dhcp_server",)]),
        st.booleans(),
    ),
    max_size=60,
    unique_by=lambda one: one.host,
)


def test_few_hosts_are_one_batch() -> None:
    """Sabotage: send a canary ahead whatever the size."""
    assert [len(batch) for batch in batches(pcs(CANARY_OVER))] == [CANARY_OVER]


def test_many_begin_with_one_and_no_batch_is_larger_than_the_bound() -> None:
    """Sabotage: leave the canary or the bound out."""
    assert [len(batch) for batch in batches(pcs(60))] == [1, LARGEST, LARGEST, 9]


def test_a_machine_that_does_not_answer_does_not_go_first() -> None:
    """Sabotage: take the first by name."""
    assert batches(pcs(6), {"pc-000"})[0] == ("pc-001",)
    assert batches(pcs(6), {"pc-000"})[-1][-1] == "pc-000"


def test_a_pair_of_which_none_serves_yet_is_set_up_at_once() -> None:
    """Sabotage: keep hosts apart whether they serve or not."""
    pair = [unit(host, ("domain_controller",), False) for host in ("dc1", "dc2")]
    assert batches(pair) == (("dc1", "dc2"),)


def test_a_pair_whose_machines_were_both_made_anew_is_set_up_at_once() -> None:
    """Sabotage: take for in service what the ledger knows of an earlier machine."""
    code = replace(CODE, availability=frozenset({"dhcp_server"}))
    town = rendering([("dhcp-1", "dhcp_server", {}), ("dhcp-2", "dhcp_server", {})])
    ledger = applied(town, code)
    known = {unit: state._replace(machine="old 1", key="") for unit, state in ledger.units.items()}
    anew = dict.fromkeys(("dhcp-1", "dhcp-2"), Observation("new", "2"))
    before = replace(ledger, units=known)
    assert batches(plan(town, code, before, anew).units) == (("dhcp-1", "dhcp-2"),)
    assert batches(plan(town, code, before).units) == (("dhcp-1",), ("dhcp-2",))


@given(_units, st.sets(st.sampled_from([f"h{number:02}" for number in range(60)])))
def test_every_host_is_in_one_batch_and_none_with_its_stand_in(
    units: list[PlannedUnit], silent: set[str]
) -> None:
    """Sabotage: look at the first host of a batch only, or let the last batch take the rest."""
    cut = batches(units, silent)
    assert sorted(host for batch in cut for host in batch) == sorted(one.host for one in units)
    known = {one.host: one for one in units}
    for batch in cut:
        assert 0 < len(batch) <= LARGEST
        assert not any(apart(known[one], known[other]) for one in batch for other in batch)
    assert len(units) <= CANARY_OVER or len(cut[0]) == 1
