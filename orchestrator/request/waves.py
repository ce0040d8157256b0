"""In which order a request would run, and for how long as far as anybody knows."""

from __future__ import annotations

from orchestrator.model.request import QUIET, Change, RequestWave, Surroundings


def waves(changes: tuple[Change, ...], around: Surroundings) -> tuple[RequestWave, ...]:
    """The catalogue's plays that have anything to do; units of one role run side by side."""
    found = []
    for play in around.catalogue.plays:
        mine = [one for one in changes if one.position == play.position and one.kind not in QUIET]
        units = {unit for one in mine for unit in one.units}
        if units:
            roles = tuple(role for role in play.roles if any(role == name for _, name in units))
            hosts = tuple(sorted({host for host, _ in units}))
            known = [around.history.get(role) for role in roles]
            seconds = None if None in known else sum(one for one in known if one is not None)
            found.append(RequestWave(play.position, play.name, roles, hosts, len(units), seconds))
    return tuple(found)
