"""How many hosts a wave may lose before the next one is not begun."""

from __future__ import annotations

from orchestrator.model.rendering import Play
from orchestrator.model.rules import Limit, Rules
from orchestrator.model.source import Source
from orchestrator.plan.bounds import tolerated


def play(position: int, group: str) -> Play:
    return Play(position, group, group, ("base",), True, True)


def limit(tier: int, failed: int) -> Limit:
    return Limit(tier, 50, 5, Source("group_vars/all/policy.yml", 1), failed)


def test_a_wave_may_lose_what_the_limit_of_its_own_tier_says() -> None:
    """Sabotage: let it lose as many as may change, or take the limit of another tier."""
    plays = {one.position: one for one in (play(1, "firewalls"), play(2, "servers"), play(3, "workstations"))}
    assert tolerated(Rules(limits=(limit(0, 0), limit(2, 3))), plays) == {1: 0, 3: 3}
    assert tolerated(Rules(), plays) == {}
