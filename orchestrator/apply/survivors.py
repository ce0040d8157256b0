"""Tasks of a run that was cut off may live on at their hosts: they are waited for, not run into."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from orchestrator.errors import MachineError
from orchestrator.reach import Shell

LONGEST, PAUSE = 600.0, 3.0
"""Seconds that a task is waited for, and between two questions."""

_MARK = "survivor"
_ASK = f"""\
for one in $({{
  grep -laE '[A]nsiballZ_|&& [s]leep 0' /proc/[0-9]*/cmdline
  for mitogen in $(grep -la '[(]mitogen:' /proc/[0-9]*/cmdline); do
    cat ${{mitogen%cmdline}}task/*/children
  done | tr -s ' ' '\\n' | sed 's,^,/proc/,; s,$,/,'
  find /proc/[0-9]*/fd -maxdepth 1 '(' -lname '/var/lib/dpkg/lock*' -o -lname '/var/lib/apt/lists/lock' ')'
}} 2>/dev/null | sed -E 's,.*/proc/([0-9]+)/.*,\\1,' | sort -un); do
  below=$(cat /proc/$one/task/*/children | sed -E 's,([0-9]+) ?,/proc/\\1/cmdline ,g')
  grep -qa '[(]mitogen:' /proc/$one/cmdline $below && continue
  since=$(sed 's/.*) //' /proc/$one/stat 2>/dev/null | awk '{{print int($20 / 100)}}')
  now=$(cut -d. -f1 /proc/uptime)
  [ -z "$since" ] || echo "{_MARK} $one $(stat -Lc %U /proc/$one) $((now - since))" \
    "$(tr '\\0\\n' '  ' < /proc/$one/cmdline | cut -c1-160)"
done 2>/dev/null; true"""
"""Modules of Ansible by its name for their files and by the end of its command lines; what a process of
mitogen has begun, unless it leads to another of mitogen, for one that only waits may outlive a cut line by
hours; who holds the locks of apt and
dpkg. The brackets keep this question from finding itself."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A process that still works at a host, whose it is, and since how many seconds."""

    host: str
    process: int
    user: str
    seconds: int
    command: str

    def __str__(self) -> str:
        return f"process {self.process} of {self.user} at {self.host}, since {self.seconds} s: {self.command}"


def survivors(shell: Shell, hosts: Collection[str]) -> tuple[Survivor, ...]:
    """Ask hosts what still runs there; one that does not answer has nothing to say."""
    answers = shell.run_all(dict.fromkeys(sorted(hosts), _ASK), timeout=30) if hosts else {}
    return tuple(one for host in sorted(answers) for one in _told(host, answers[host].output))


def _told(host: str, said: str) -> Iterator[Survivor]:
    for line in said.splitlines():
        mark, *words = line.split(maxsplit=4)
        if mark == _MARK and len(words) == 4:
            yield Survivor(host, int(words[0]), words[1], int(words[2]), words[3].strip())


def wait_for_survivors(
    shell: Shell,
    hosts: Collection[str],
    tell: Callable[[str], None],
    longest: float = LONGEST,
    pause: float = PAUSE,
) -> None:
    """Return when nothing of an earlier run works at the hosts; `tell` hears of each process once.

    Raises MachineError after `longest` seconds, with every process that is left.
    """
    end, known = time.monotonic() + longest, set[tuple[str, int]]()
    while left := survivors(shell, hosts):
        if time.monotonic() >= end:
            raise MachineError(_given_up(left, longest))
        for one in left:
            if (one.host, one.process) not in known:
                tell(f"waiting, {longest:.0f} s at most: {one}")
        known |= {(one.host, one.process) for one in left}
        hosts = {one.host for one in left}
        time.sleep(pause)


def _given_up(left: Collection[Survivor], longest: float) -> str:
    first = next(iter(left))
    return (
        f"after {longest:.0f} s still at work: {'; '.join(map(str, left))}; nothing was changed\n"
        f"    remedy: look at it (ssh {first.host} ps -fp {first.process}); let it end, or end it "
        f"(kill {first.process}), then townhall resume [TH-TASK-SURVIVES]"
    )
