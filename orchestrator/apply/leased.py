"""A PC that was plugged in before its line took effect holds an address of the pool, or none: it asks again.

Without an address it would ask by itself too, but waits longer each time, a minute at last.
"""

from __future__ import annotations

TASK = "The machine holds its reserved address"
_SECONDS = 90
_ASK = """\
seconds=0
until ip -4 -o addr show | grep -q ' {address}/'; do
  if [ $seconds -ge {limit} ]; then
    held=$(ip -4 -br addr show scope global | tr '\\n' ';')
    echo "it holds $held instead of {address}: is it in its socket?" >&2
    exit 1
  fi
  if [ $((seconds % 5)) = 0 ]; then
    for link in $(ls /sys/class/net); do
      if ip -4 -o addr show dev "$link" scope global | grep -q .; then ask=renew; else ask=reconfigure; fi
      networkctl $ask "$link" 2>/dev/null
    done
  fi
  seconds=$((seconds + 1))
  sleep 1
done
"""


def ask_again(address: str) -> str:
    """Return the shell command that waits for the reserved address and renews the lease meanwhile."""
    return _ASK.format(address=address, limit=_SECONDS)
