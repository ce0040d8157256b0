"""In which order a request would run, and for how long as far as anybody knows."""

from __future__ import annotations

from orchestrator.model.rendering import Play
from orchestrator.model.request import HEAD, QUIET, Change, Line, Lines, RequestWave, Surroundings
from orchestrator.model.rules import Rules, tier_of


def waves(
    changes: tuple[Change, ...], around: Surroundings, rules: Rules, side: str
) -> tuple[RequestWave, ...]:
    """The catalogue's plays that have anything to do; units of one role run side by side.

    The catalogue is that of a side, base or head; the rules are head's.
    """
    found = []
    for play in around.catalogue.plays:
        mine = [one for one in changes if one.position == play.position and one.kind not in QUIET]
        units = {unit for one in mine for unit in one.units}
        if units:
            roles = tuple(role for role in play.roles if any(role == name for _, name in units))
            hosts = tuple(sorted({host for host, _ in units}))
            known = [around.history.get(role) for role in roles]
            seconds = None if None in known else sum(one for one in known if one is not None)
            because = _because(play, rules, side)
            found.append(RequestWave(play.position, play.name, roles, hosts, len(units), seconds, because))
    return tuple(found)


def _because(play: Play, rules: Rules, side: str) -> Lines:
    tier = tier_of([play.group])
    bounds = (Line(HEAD, limit.source) for limit in rules.limits if limit.tier == tier)
    return (Line(side, play.source), *bounds)
