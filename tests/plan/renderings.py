"""Small towns made by hand and by hypothesis."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from orchestrator.model.plan import CodeDigests, LedgerState, UnitState
from orchestrator.model.rendering import Play, Rendering, SecretReference, UnitRendering
from orchestrator.plan.keys import current_keys

PLAYS = (
    Play(1, "Servers share one base", "servers", ("base", "directory"), True, True),
    Play(2, "Addresses are leased", "dhcp_servers", ("dhcp_server",), True, True),
    Play(
        3,
        "Workstations serve their people",
        "workstations",
        ("domain_member", "workstation", "backup_client"),
        True,
        False,
    ),
)
PLACES = {role: play.position for play in PLAYS for role in play.roles}
CODE = CodeDigests(
    {role: f"code-of-{role}" for role in PLACES}, {play.position: play for play in PLAYS}, "core"
)

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.builds(SecretReference, st.sampled_from(["a", "b"]), st.integers(1, 3), st.sampled_from(["", "pc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_arguments = st.dictionaries(st.text(min_size=1, max_size=5), _values, max_size=4)
_places = st.sets(
    st.tuples(
        st.sampled_from(["pc-1", "pc-2", "srv-1"]),
        st.sampled_from(sorted(set(PLACES) - {"directory", "domain_member"})),
    )
)


@st.composite
def renderings(draw: st.DrawFn) -> Rendering:
    """Any town of three hosts."""
    return rendering([(host, role, draw(_arguments)) for host, role in sorted(draw(_places))])


def rendering(units: Iterable[tuple[str, str, dict[str, object]]]) -> Rendering:
    """Return a town with these units."""
    made = tuple(UnitRendering(host, role, PLACES[role], arguments, ()) for host, role, arguments in units)
    return Rendering("test", made, {unit.host: {} for unit in made})


def applied(town: Rendering, code: CodeDigests = CODE, event: str = "verified") -> LedgerState:
    """Return what the ledger knows after all of a town was applied."""
    units = {
        unit: UnitState(event, key, arguments, role_code, "SHA256:key id", 1)
        for unit, (key, arguments, role_code) in current_keys(town, code).items()
    }
    return LedgerState(units, len(units))
