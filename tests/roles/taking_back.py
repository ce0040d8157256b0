"""The tools that take changes back, on a machine that is a folder, with doubles of what is not there."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOUBLES = {
    "nft": """
case "$*" in
  *list*) cat $HOME/live 2>/dev/null ;;
  "-c -f "*) ! grep -q wrong "$3" ;;
  *) [ ! -e $HOME/broken ] && cp "$2" $HOME/live ;;
esac""",
    "systemd-run": "echo armed >$HOME/timer",
    "systemctl": 'case "$1" in stop) rm -f $HOME/timer ;; esac',
    "sshd": '[ ! -e $HOME/deaf ] || { echo "no such word" >&2; exit 255; }',
    "networkctl": ":",
    "logger": ":",
    "sync": ":",
}


@dataclass(frozen=True)
class Machine:
    """A machine below one folder; `broken` there keeps rules from loading, `deaf` the SSH server's check."""

    root: Path
    tool: Path

    @classmethod
    def with_tool(cls, root: Path, role: str, tool: str) -> Machine:
        """Make a machine with a role's tool."""
        source = REPOSITORY / f"roles/{role}/templates/usr/local/sbin/{tool}.j2"
        text = source.read_text(encoding="utf-8")
        for place in ("/etc/townhall", "/etc/nftables.conf", "/run/townhall", "/var/lib/townhall"):
            text = text.replace(place, f"{root}{place}")
        for word in ("-C /", "cd /", '-e "/', "df -Pk /"):
            text = text.replace(word, word.replace("/", f"{root}/"))
        text = text.replace("/usr/sbin/sshd", str(root / "bin/sshd"))
        machine = cls(root, root / "bin" / tool)
        for name, body in {**DOUBLES, tool: text}.items():
            machine.write(f"bin/{name}", body if body.startswith("#!") else f"#!/bin/sh\n{body}\n", 0o755)
        for folder in ("etc/townhall", "run", "var/lib/townhall"):
            (root / folder).mkdir(parents=True)
        return machine

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        """Write a file of the machine."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def read(self, name: str) -> str:
        """Return a file of the machine, or nothing."""
        path = self.root / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def __call__(self, *words: str, connection: str = "") -> subprocess.CompletedProcess[str]:
        """Call the tool."""
        path = f"{self.root / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(
            [str(self.tool), *words],
            env={"PATH": path, "HOME": str(self.root), "SSH_CONNECTION": connection},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def outcome(self) -> str:
        """What the tool says became of the last change."""
        return self("outcome").stdout.strip()

    def restart(self) -> None:
        """Lose what is in memory alone."""
        for path in (self.root / "run/townhall").glob("*"):
            path.unlink()
        (self.root / "live").unlink(missing_ok=True)
