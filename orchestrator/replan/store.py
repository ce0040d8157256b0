"""Where whole towns that were planned are kept: files that may be deleted at any time."""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import zlib
from pathlib import Path
from typing import Any

_MOST = 8
_ERRORS = (OSError, ValueError, EOFError, TypeError, IndexError)


class Store:
    """Keeps plain values by name, those of one kind together; the newest few only."""

    def __init__(self, folder: Path | None = None, kind: str = "plan") -> None:
        self._folder = folder or _cache() / "townhall" / kind

    def recall(self, name: str) -> tuple[Any, ...] | None:
        """What was kept under a name, or nothing; a damaged file is nothing."""
        try:
            kept = self._path(name).read_bytes()
            end = kept.index(b"\n")
            body = memoryview(kept)[end + 1 :]
            if kept[:end] == _head(body):
                values = marshal.loads(body)  # noqa: S302  written by this user, in a folder of their own
                return values if isinstance(values, tuple) else None
        except _ERRORS:
            pass
        return None

    def keep(self, name: str, values: tuple[Any, ...]) -> None:
        """Keep values under a name in place of earlier ones; a cache that cannot be written is none."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            body, path = marshal.dumps(values), self._path(name)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_bytes(b"\n".join((_head(body), body)))
            draft.replace(path)
            for old in sorted(self._folder.iterdir(), key=lambda file: -file.stat().st_mtime)[_MOST:]:
                old.unlink(missing_ok=True)
        except _ERRORS:
            return

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.base"


def _head(body: bytes | memoryview) -> bytes:
    return f"townhall.base/2 {sys.version_info} {zlib.crc32(body)}".encode()


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
