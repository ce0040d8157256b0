"""What a run fences off, and what others are told of it."""

from __future__ import annotations

from orchestrator.apply.devices import ROLES as DEVICES
from orchestrator.apply.fences import bearer
from orchestrator.apply.fencing import Fencing
from orchestrator.apply.lock import holder, identity
from orchestrator.apply.tools import Order
from orchestrator.prospect import Prospect
from orchestrator.reach import Shell
from orchestrator.record.place import lock_path


def keeper(prospect: Prospect) -> str:
    """Return the host that keeps the fence of all devices, which can keep none: the first that is set up.

    It follows from the inventory, so that every control machine names the same. Nothing where no device is
    pending, or there is no such host.
    """
    if not any(unit.role in DEVICES for unit in prospect.plan.units):
        return ""
    left_out = DEVICES | prospect.code.not_units
    hosts = (
        (unit.position, unit.host) for unit in prospect.wanted.rendering.units if unit.role not in left_out
    )
    return min(hosts, default=(0, ""))[1]


def fencing(prospect: Prospect, order: Order, shell: Shell, told_of: tuple[str, str]) -> Fencing:
    """Return what takes the fences of all hosts that a run will touch.

    Others are `told_of` its command and of the commit that it applies.
    """
    doing, commit = told_of
    roles: dict[str, tuple[str, ...]] = {order.keeper: ()} if order.keeper else {}
    for unit in prospect.plan.units:
        if unit.role not in DEVICES:
            roles[unit.host] = (*roles.get(unit.host, ()), unit.role)
    told = {**holder(f"{doing} -i {prospect.root}"), "commit": commit}
    lock = identity(lock_path(prospect.wanted.town))
    stamped = {host: seen.stamps for host, seen in order.observed.items() if seen.stamps is not None}
    return Fencing(bearer(order.run, lock, told), shell, roles, order.silent, stamped=stamped)
