"""Any wanted switch: access ports, trunks and shut ports in any mixture."""

from __future__ import annotations

from hypothesis import strategies as st

from orchestrator.model.switch import Port, Vlan, WantedSwitch

VLANS = tuple(Vlan(number, f"net-{number}") for number in (2, 3, 4, 10, 11, 99, 200))
_IDS = st.sampled_from([vlan.id for vlan in VLANS])
_TEXT = st.text("abcXYZ Писарница-09'\"\\$`;|&<>!#*()[]{}^C", max_size=30).map(
    lambda text: " ".join(text.split())
)


def ports(number: int, name: str) -> st.SearchStrategy[Port]:
    """Any state of one port."""
    vlans = st.frozensets(_IDS, min_size=1).map(lambda ids: tuple(sorted(ids)))
    return st.one_of(
        st.builds(Port, st.just(number), st.just(name), st.just("access"), _IDS, st.just(()), _TEXT),
        st.builds(Port, st.just(number), st.just(name), st.just("trunk"), st.none(), vlans, _TEXT),
        st.builds(Port, st.just(number), st.just(name), st.just("shut"), st.none(), st.just(()), _TEXT),
    )


def switches(pattern: str, count: int = 5) -> st.SearchStrategy[WantedSwitch]:
    """Any switch whose ports are named by a pattern."""
    each = [ports(number, pattern.format(n=number)) for number in range(1, count + 1)]
    return st.tuples(*each).map(lambda drawn: WantedSwitch(VLANS, drawn))
