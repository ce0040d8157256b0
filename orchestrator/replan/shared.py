"""Arguments that many lines share, as texts: an edited line changes its own items and nothing else."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from typing import Any

from orchestrator.plan.keys import canonical
from orchestrator.replan.doubt import DoubtError

Texts = Mapping[str, str]
"""Canonical JSON by argument; of a list in ORDERS, its items with line ends between them."""
Order = Callable[[Any], Any]
_BETWEEN = "\n"


def _by(*names: str) -> Order:
    return lambda item: tuple(item[name] for name in names)


def _by_address(element: str) -> int:
    try:
        return int(IPv4Address(element))
    except ValueError:
        raise DoubtError("whether a network is in a set depends on many lines") from None


ORDERS: Mapping[str, Order] = {
    "backup_server_clients": _by("name"),
    "dhcp_server_subnets": _by("id"),
    "dhcp_server_subnets.reservations": _by("hostname"),
    "directory_computers": _by("name"),
    "directory_groups": _by("name"),
    "directory_groups.members": str,
    "directory_records": _by("zone", "name"),
    "directory_users": _by("account"),
    "firewall_sets": _by("name"),
    "firewall_sets.elements": _by_address,
    "switch_ports": _by("number"),
}
"""The lists whose items each follow from lines of their own, and what they are sorted by."""


def taken_apart(arguments: Mapping[str, Any]) -> dict[str, str]:
    """A unit's arguments as texts."""
    return {
        name: _BETWEEN.join(map(canonical, value)) if name in ORDERS else canonical(value)
        for name, value in arguments.items()
    }


def joined(texts: Texts) -> str:
    """The canonical JSON of arguments that were taken apart."""
    return f"{{{','.join(f'{canonical(name)}:{_whole(name, texts[name])}' for name in sorted(texts))}}}"


def _whole(name: str, text: str) -> str:
    return f"[{text.replace(_BETWEEN, ',')}]" if name in ORDERS else text


def edited(texts: Texts, before: Mapping[str, Any], now: Mapping[str, Any]) -> Texts:
    """The texts with what differs between two excerpts' arguments; whatever is not an item is in doubt."""
    old, new = _plain(before), _plain(now)
    if old == new:
        return texts
    if not old.keys() == new.keys() == texts.keys():
        raise DoubtError("an argument came or went")
    return {name: _argument(name, texts[name], old[name], new[name]) for name in texts}


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(canonical(arguments))
    return found


def _argument(name: str, text: str, old: Any, new: Any) -> str:
    if old == new:
        return text
    if name not in ORDERS:
        raise DoubtError(f"{name} is no list of items")
    items = text.split(_BETWEEN) if text else []
    return _BETWEEN.join(_Items(name, items, canonical, json.loads).edited(old, new))


class _Items:
    """A sorted list of items, each kept in some form."""

    def __init__(self, place: str, kept: list[Any], form: Order, value: Order) -> None:
        self._place, self._kept, self._form, self._value = place, kept, form, value
        self._order = ORDERS[place]

    def edited(self, old: list[Any], new: list[Any]) -> list[Any]:
        before, now = self._only_in(old, new), self._only_in(new, old)
        for key in sorted(before.keys() | now.keys()):
            at = bisect_left(self._kept, key, key=self._key)
            there = at < len(self._kept) and self._key(self._kept[at]) == key
            if there != (key in before):
                raise DoubtError(f"an item of {self._place} is not where it should be")
            self._kept[at : at + there] = self._replacement(at, before.get(key), now.get(key))
            self._judge_order(at)
        return self._kept

    def _only_in(self, some: list[Any], others: list[Any]) -> dict[Any, Any]:
        known = set(map(canonical, others))
        own = [item for item in some if canonical(item) not in known]
        found = {self._order(item): item for item in own}
        if len(found) < len(own):
            raise DoubtError(f"two items of {self._place} have one place")
        return found

    def _key(self, kept: Any) -> Any:
        return self._order(self._value(kept))

    def _replacement(self, at: int, old: Any, new: Any) -> list[Any]:
        if old is None:
            return [self._form(new)]
        whole = self._value(self._kept[at])
        if new is None:
            if whole != old:
                raise DoubtError(f"an item of {self._place} belongs to other lines too")
            return []
        return [self._form(_changed(self._place, whole, old, new))]

    def _judge_order(self, at: int) -> None:
        keys = [self._key(kept) for kept in self._kept[max(at - 1, 0) : at + 2]]
        if keys != sorted(keys):
            raise DoubtError(f"{self._place} is not sorted")


def _changed(place: str, whole: Any, old: Any, new: Any) -> Any:
    """An item with what is different in the excerpts; the rest of it may come from other lines."""
    if not (isinstance(whole, dict) and whole.keys() == old.keys() == new.keys()):
        raise DoubtError(f"an item of {place} has another form")
    return {name: _inner(f"{place}.{name}", whole[name], old[name], new[name]) for name in whole}


def _inner(place: str, whole: Any, old: Any, new: Any) -> Any:
    if old == new:
        return whole
    if place in ORDERS:
        return _Items(place, whole, _same, _same).edited(old, new)
    if whole != old:
        raise DoubtError(f"{place} follows from other lines too")
    return new


def _same(value: Any) -> Any:
    return value
