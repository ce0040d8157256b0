"""Shell commands around the fence of a host: who may change it now, under a number that only ever rises.

Who holds it lies in memory, below /run, so that a restart of the host voids it. The number lies on the disk,
beside the name of the run that took it. A host needs a shell, coreutils and flock for it, and no clock that
somebody can set: it counts the seconds since it was started.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

HELD, LOST, STALE = 75, 76, 77
"""Exit codes: another run holds the fence; took it since; ran since the host was asked what it carries."""
NONE = "none"
"""The mark where a run holds no fence."""

_UNDER_LOCK = """\
install -d -m 0755 {kept} {held} && exec 9>{held}/lock && flock -w 10 9 || exit 1
now=$(cut -d. -f1 {uptime}) mark= began=0 until=0 seconds=0 lock= text=
if [ -e {held}/holder ]; then
  {{ read -r mark; read -r began; read -r until; read -r seconds; read -r lock; read -r text; }} \\
    <{held}/holder
fi
last=$(cat {kept}/last 2>/dev/null)
hold() {{
  printf '%s\\n' "$1" "$2" $((now + $3)) "$3" "$4" "$5" >{held}/holder.new &&
    mv {held}/holder.new {held}/holder
}}
"""
_UNLESS_HELD = """\
left=$((until - now))
if [ $left -gt 0 ] && [ $left -le "$seconds" ] && [ "$lock" != {lock} ]; then
  printf 'held %s %s %s\\n' $left $((now - began)) "$text"
  exit {HELD}
fi
"""
_TAKE = """\
number=$((${{last%% *}} + 1))
echo "$number {run}" >{kept}/last.new && sync {kept}/last.new &&
  mv {kept}/last.new {kept}/last && sync {kept} || exit 1
hold "$number {run}" "$now" {seconds} {lock} {text} || exit 1
echo "taken $number {run}"
"""
_RENEW = """\
if [ "$last" != {mark} ]; then printf 'lost %s\\n' "$text"; exit {LOST}; fi
[ "$mark" = {mark} ] || began=$now
hold {mark} "$began" {seconds} {lock} {text}
"""
_GIVE_BACK = """\
if [ "$last" = {mark} ]; then
  {first}
  rm -f {held}/holder
fi
"""
_CHECK = """\
last=$(cat {kept}/last 2>/dev/null)
if [ '{mark}' = {NONE} ]; then
  echo 'this machine did not answer when the run took its fences: apply again' >&2
  exit 1
elif [ "$last" != '{mark}' ]; then
  echo "another run took this machine over: its fence is $last, and this run holds {mark}" >&2
  exit {LOST}
fi
"""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A run that takes fences: its name, what to tell of it in one line, and the town's lock that it holds.

    Whoever holds the same lock later knows that this run is dead, and need not wait. `seconds` is how long
    a fence stands without a sign of life.
    """

    run: str
    text: str
    lock: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Fence:
    """Where a host keeps its fence; a mark is a number and the run that took it."""

    kept: str = "/var/lib/townhall/fence"
    held: str = "/run/townhall/fence"
    uptime: str = "/proc/uptime"

    def take(self, bearer: Bearer) -> str:
        """Return the command that takes the fence and prints its mark, or ends with HELD and who holds it."""
        return self._filled(_UNDER_LOCK + _UNLESS_HELD + _TAKE, bearer)

    def look(self, bearer: Bearer) -> str:
        """Return the command that takes nothing and ends with HELD and who holds the fence, if any."""
        return self._filled(_UNDER_LOCK + _UNLESS_HELD, bearer)

    def renew(self, bearer: Bearer, mark: str) -> str:
        """Return the command that keeps the fence; ends with LOST where another run took it since."""
        return self._filled(_UNDER_LOCK + _RENEW, bearer, mark=shlex.quote(mark))

    def give_back(self, mark: str, first: str = ":") -> str:
        """Return the command that frees the fence if it is still one's own, after doing something `first`."""
        return self._filled(_UNDER_LOCK + _GIVE_BACK, None, mark=shlex.quote(mark), first=first)

    def check(self, mark: str) -> str:
        """Return the command that ends with LOST and says why if the fence is not one's own any more."""
        return self._filled(_CHECK, None, mark=mark)

    def _filled(self, text: str, bearer: Bearer | None, **values: object) -> str:
        if bearer:
            values |= {"run": bearer.run, "seconds": bearer.seconds}
            values |= {"text": shlex.quote(bearer.text), "lock": shlex.quote(bearer.lock)}
        paths = {"kept": self.kept, "held": self.held, "uptime": self.uptime}
        return text.format(**paths, HELD=HELD, LOST=LOST, NONE=NONE, **values)
