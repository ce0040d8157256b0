"""What became of a change that its machine may have taken back: the machine's own tools say so."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from orchestrator.reach import Shell, anew

BACK = {"townhall-firewall": "its rules are", "townhall-rollback": "its doors are"}
"""The tools that take changes back, and what is as before when they have."""
ARMED, FAILED, REVERTED = "armed", "failed", "reverted"
STUCK = frozenset({ARMED, FAILED})
SECONDS_MORE, BETWEEN_SECONDS, ASKED_SECONDS = 10, 2.0, 20
_QUESTION = (
    "".join(f'echo "{tool} $(/usr/local/sbin/{tool} outcome 2>/dev/null)"; ' for tool in BACK) + "true"
)
_WORD = re.compile(rf"({'|'.join(BACK)}) (\d+) (\w+)")


@dataclass(frozen=True, slots=True)
class Word:
    """What a tool says of its last change: its number, and what became of it."""

    number: int = 0
    state: str = "none"


Words = Mapping[str, Word]
"""By tool; a tool that is not there says nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a host's last change; a host that does not answer is `silent`."""

    reverted: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    silent: bool = False

    @property
    def is_back(self) -> bool:
        """Whether the host took its change back and nothing is left to do."""
        return bool(self.reverted) and not self.is_lost

    @property
    def is_lost(self) -> bool:
        """Whether the way back failed, or nobody can tell."""
        return self.silent or bool(self.stuck)


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks hosts what their tools say; `tell` hears that it waits."""

    shell: Shell
    tell: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = field(default=time.monotonic)

    def words(self, hosts: Collection[str]) -> dict[str, Words]:
        """Return what the tools of each host say; a host that does not answer is left out."""
        answers = self.shell.run_all(dict.fromkeys(hosts, _QUESTION), ASKED_SECONDS) if hosts else {}
        return {host: _understood(answer.output) for host, answer in answers.items() if answer.reached}

    def found(self, hosts: Collection[str], before: Mapping[str, Words], window: float) -> dict[str, Found]:
        """Return what became of each host's change, when its window in seconds is over at the latest.

        Only new connections are believed: an open one survives a closed door.
        """
        fresh = replace(self, shell=anew(self.shell))
        end, said = self.clock() + window + SECONDS_MORE, fresh.words(hosts)
        waiting = _waiting(hosts, said)
        if waiting:
            names = ", ".join(waiting)
            self.tell(
                f"waiting up to {window + SECONDS_MORE:.0f} s for {names}: the change takes itself back"
            )
        while waiting and self.clock() < end:
            self.sleep(BETWEEN_SECONDS)
            said |= fresh.words(waiting)
            waiting = _waiting(hosts, said)
        return {host: _found(said.get(host), before.get(host)) for host in hosts}


def _understood(text: str) -> Words:
    return {tool: Word(int(number), state) for tool, number, state in _WORD.findall(text)}


def _waiting(hosts: Iterable[str], said: Mapping[str, Words]) -> list[str]:
    """The hosts that do not answer yet, or whose timer still runs."""
    armed = (host for host, words in said.items() if any(word.state == ARMED for word in words.values()))
    return sorted({host for host in hosts if host not in said} | set(armed))


def _found(said: Words | None, before: Words | None) -> Found:
    """Without a word from before, a change that was taken back may be an older one: it is not counted."""
    if said is None:
        return Found(silent=True)
    newer = {
        tool
        for tool, word in said.items()
        if before is not None and word.number > before.get(tool, Word()).number
    }
    return Found(
        tuple(tool for tool, word in said.items() if tool in newer and word.state == REVERTED),
        tuple(tool for tool, word in said.items() if word.state in STUCK),
    )
