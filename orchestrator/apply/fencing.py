"""Take the fences of a run's hosts: all of them or none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import uniform

from orchestrator.apply.fence import HELD, LOST, STALE, Bearer, Fence
from orchestrator.apply.lock import BusyError, words
from orchestrator.apply.stamps import Stamps
from orchestrator.drift.said import plain
from orchestrator.errors import MachineError
from orchestrator.reach import Answer, Shell

JUST_TAKEN = 15
TRIES = 4
PATIENCE = 20
Marks = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fencing:
    """What it takes to hold fences: who bears them, the ports, and by host the roles whose stamps go.

    `silent` are hosts that did not answer before; `stamped` are the keys that the others bore then, by role.
    """

    bearer: Bearer
    shell: Shell
    roles: Mapping[str, tuple[str, ...]]
    silent: frozenset[str] = frozenset()
    fence: Fence = field(default_factory=Fence)
    stamps: Stamps = field(default_factory=Stamps)
    stamped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pause: Callable[[float], None] = time.sleep

    def take(self) -> dict[str, str]:
        """Take all fences and the stamps behind them; return the marks of the hosts that answered.

        Raises BusyError with every host that another run holds, MachineError with every one that cannot keep
        a fence or is not as it was when it was asked; then none is taken, and every stamp is where it was.
        Two that meet while both are taking give way and try again, a few seconds in all.
        """
        for attempt in range(1, TRIES + 1):
            answers = self._ask()
            marks = {host: mark for host, answer in answers.items() if (mark := self._mark(answer))}
            held = _held(answers)
            broken = [one for one in answers.values() if one.reached and one.host not in {*marks, *held}]
            stale = {host for host in marks if answers[host].status == STALE}
            if not held and not broken and not stale:
                return marks
            self.give_back({host: mark for host, mark in marks.items() if host in stale})
            self.give_back({host: mark for host, mark in marks.items() if host not in stale}, put_back=True)
            if broken or stale:
                raise MachineError(_unable(broken) if broken else _overtaken(stale))
            if attempt == TRIES or all(one.age >= JUST_TAKEN for one in held.values()):
                break
            self.pause(attempt * uniform(0.2, 0.4))  # noqa: S311
        held |= _held(self.shell.run_all(dict.fromkeys(self.roles, self.fence.look(self.bearer))))
        raise BusyError(_busy(held, len(self.roles)), "; ".join(sorted({one.who for one in held.values()})))

    def _ask(self) -> dict[str, Answer]:
        """Ask the first host alone: of those who want the same hosts at once, exactly one passes it."""
        commands = {host: self._take(host) for host in self.roles}
        first = min(commands.keys() - self.silent, default="")
        answers = self.shell.run_all({first: commands.pop(first)}) if first else {}
        if any(answer.reached and answer.status for answer in answers.values()):
            return answers
        return {**answers, **self.shell.run_all(commands)}

    def _take(self, host: str) -> str:
        take, aside = self.fence.take(self.bearer), self.stamps.set_aside(*self.roles[host])
        if host not in self.stamped:
            return f"{take}{aside}"
        keys = {role: self.stamped[host].get(role, "") for role in self.roles[host]}
        return f"{take}{self.stamps.expect(keys)}{aside}"

    def _mark(self, answer: Answer) -> str:
        """The mark that a host gave; nothing where it gave none."""
        word, number = [*answer.output.split()[:2], "", ""][:2]
        is_mark = answer.status in {0, STALE} and word == "taken" and number.isdecimal()
        return f"{number} {self.bearer.run}" if is_mark else ""

    def renew(self, marks: Marks) -> dict[str, str]:
        """Show hosts that the run lives; return for each that answered why its fence is lost, or nothing."""
        commands = {host: self.fence.renew(self.bearer, mark) for host, mark in marks.items()}
        answers = self.shell.run_all(commands, PATIENCE) if commands else {}
        known = {host: one for host, one in sorted(answers.items()) if one.status in {0, LOST}}
        return {host: _taken_over(host, one) if one.status else "" for host, one in known.items()}

    def give_back(self, marks: Marks, put_back: bool = False) -> None:
        """Free the fences that are still the run's own; put stamps back where nothing was changed."""
        commands = {}
        for host, mark in marks.items():
            back = self.stamps.put_back(*self.roles[host]) if put_back else ":"
            commands[host] = self.fence.give_back(mark, back)
        if commands:
            self.shell.run_all(commands)


@dataclass(frozen=True, slots=True)
class _Held:
    """One host's word on who holds it: seconds until it frees itself, seconds since it was taken."""

    left: int
    age: int
    who: str

    @classmethod
    def read(cls, answer: Answer) -> _Held:
        """Understand an answer; a host's words may be anything."""
        left, age = [*(int(word) for word in answer.output.split()[1:3] if word.isdecimal()), 0, 0][:2]
        return cls(left, age, words(_told(answer.output)))


def _held(answers: Mapping[str, Answer]) -> dict[str, _Held]:
    return {host: _Held.read(answer) for host, answer in answers.items() if answer.status == HELD}


def _told(output: str) -> dict[str, object]:
    """Read what a host was told of its holder."""
    _, brace, text = output.partition("{")
    try:
        told = json.loads(brace + text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _taken_over(host: str, answer: Answer) -> str:
    told = _told(answer.output)
    return f"{host} is another run's now" + (f": {words(told)}" if told else "")


def _unable(answers: Iterable[Answer]) -> str:
    said = "; ".join(f"{one.host}: {plain(one.error or one.output or one.status)}" for one in answers)
    return f"a machine keeps no fence, so that two runs could meet on it: {said}\n    nothing was changed"


def _overtaken(hosts: Iterable[str]) -> str:
    named = ", ".join(sorted(hosts))
    return (
        f"another run was at work since the plan was made, on {named}; nothing was changed\n"
        "    remedy: fetch what was merged and apply again: it plans anew"
    )


def _busy(held: Mapping[str, _Held], wanted: int) -> str:
    """Say of each holder which hosts it has, and when those free themselves."""
    lines = [f"another run holds {len(held)} of {wanted} machines; nothing was changed"]
    for who in sorted({one.who for one in held.values()}):
        theirs = {host: one for host, one in held.items() if one.who == who}
        left = max(one.left for one in theirs.values())
        lines += [
            f"    {', '.join(sorted(theirs))}: {who}",
            f"    remedy: wait for its end; if it is dead, its machines free themselves within {left} s",
        ]
    return "\n".join(lines)
