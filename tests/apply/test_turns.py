"""Whose turn it is."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

from orchestrator.apply.turns import Turns

NONE: frozenset[str] = frozenset()


def is_waiting(future: Future[bool]) -> bool:
    """Whether somebody still waits after a moment."""
    time.sleep(0.05)
    return not future.done()


def test_a_lane_waits_for_the_plays_that_it_needs() -> None:
    """Sabotage: take any play that is over for all of them."""
    turns = Turns(4)
    with ThreadPoolExecutor() as pool:
        taken = pool.submit(turns.take, 0, frozenset({"a", "b"}), bool)
        turns.end(["a"])
        assert is_waiting(taken)
        turns.end(["b"])
        assert taken.result(5)
    assert turns.are_over(frozenset({"a", "b"}))


def test_no_more_lanes_work_than_there_are_places_and_the_earliest_goes_first() -> None:
    """Sabotage: do not count those at work, or let the last one that asks go first."""
    turns = Turns(1)
    with ThreadPoolExecutor() as pool:
        assert turns.take(5, NONE, bool)
        late = pool.submit(turns.take, 7, NONE, bool)
        early = pool.submit(turns.take, 6, NONE, bool)
        assert is_waiting(late)
        assert is_waiting(early)
        turns.give(5)
        assert early.result(5)
        assert is_waiting(late)
        turns.give(6)
        assert late.result(5)


def test_who_waits_for_a_play_takes_no_place_and_does_not_stand_before_others() -> None:
    """Sabotage: let the earliest lane that asks go first, ready or not."""
    turns = Turns(1)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(turns.take, 0, frozenset({"a"}), bool)
        assert is_waiting(first)
        assert turns.take(1, NONE, bool)
        turns.end(["a"])
        assert is_waiting(first)
        turns.give(1)
        assert first.result(5)


def test_who_is_given_up_stops_waiting() -> None:
    """Sabotage: ask only once whether it is given up."""
    turns, over = Turns(1), Event()
    with ThreadPoolExecutor() as pool:
        waits = pool.submit(turns.take, 0, frozenset({"a"}), over.is_set)
        assert is_waiting(waits)
        over.set()
        assert not waits.result(5)


def test_a_play_that_ended_early_is_over_behind_those_that_it_needs() -> None:
    """Sabotage: take a play that ended for one that is over."""
    turns = Turns(1, 1, {"b": frozenset({"a"}), "c": frozenset({"b"})})
    turns.end(["c", "b"])
    with ThreadPoolExecutor() as pool:
        waits = pool.submit(turns.take, 0, frozenset({"c"}), bool)
        assert is_waiting(waits)
        turns.end(["a"])
        assert waits.result(5)


def test_no_more_lanes_start_at_once_than_may_and_the_earliest_goes_first() -> None:
    """Sabotage: count those that started, or let who does not start anything wait for a place to start."""
    turns, over = Turns(9, 1), Event()
    with ThreadPoolExecutor() as pool, ExitStack() as stack:
        stack.callback(over.set)
        assert turns.take(5, NONE, over.is_set, starts=True)
        late = pool.submit(turns.take, 7, NONE, over.is_set, starts=True)
        assert is_waiting(late)
        early = pool.submit(turns.take, 6, NONE, over.is_set, starts=True)
        assert is_waiting(early)
        assert pool.submit(turns.take, 8, NONE, over.is_set).result(5)
        turns.started(8)
        turns.started(5)
        assert early.result(5)
        turns.started(5)
        assert is_waiting(late)
        turns.give(6)
        assert late.result(5)
