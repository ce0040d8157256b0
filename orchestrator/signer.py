"""The machine's own signature under what it writes, made and judged by OpenSSH's ssh-keygen."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.errors import MachineError

KEY = Path("/etc/townhall/signing_key")
SIGNERS = Path("/etc/townhall/allowed_signers")
PLAN, LEDGER = "townhall-plan", "townhall-ledger"
"""What a signature is for: one that was made for the one says nothing for the other, nor for a commit."""
_OWN = "this-machine"
_OURS: set[tuple[str, ...]] = set()
"""Key, use, text and signature of what this process signed or saw to be its own: nothing to ask again."""
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]+")


def allowed_signers() -> Path:
    """The list of keys that count beside the machine's own, and for commits; it need not be there."""
    return Path(os.environ.get("TOWNHALL_ALLOWED_SIGNERS") or SIGNERS)


def why_open(path: Path) -> str:
    """Say if others than its owner can write a file, or nothing."""
    return "can be written by others than its owner" if path.stat().st_mode & 0o022 else ""


class Signer:
    """Signs texts with the machine's key and judges signatures by that key and the list of signers.

    The key is the administrator's where there is one (its public half alone, where an agent holds the
    other), otherwise one that is made in `folder` when it is first needed. Raises MachineError, with place,
    reason and remedy, where it cannot be used.
    """

    def __init__(self, folder: Path, key: Path | None = None, signers: Path | None = None) -> None:
        named = os.environ.get("TOWNHALL_SIGNING_KEY")
        chosen = key or (Path(named) if named else None) or (KEY if KEY.exists() else None)
        self.key = chosen or folder / "signing_key"
        self.signers = signers or allowed_signers()
        self._is_made = chosen is None
        self._known = ""

    def sign(self, text: str, use: str) -> str:
        """Return the signature under a text, for one use."""
        if self._is_made and not self.key.exists():
            self._make()
        try:
            signature = self._asked("-Y", "sign", "-n", use, "-f", str(self.key), given=text)
        except MachineError:
            self.public()  # where that fails too, it says more
            raise
        _OURS.add((str(self.key), use, text, signature))
        return signature

    def public(self) -> str:
        """Return the public half of the machine's key: its kind and its text."""
        if not self._known:
            if self._is_made and not self.key.exists():
                self._make()
            self._known = self._read()
        return self._known

    def why_not(self, text: str, signature: str, use: str, at: str = "") -> str:
        """Say why a signature does not answer for a text, or nothing.

        A key of the list must be valid today, or at the day `at` (YYYYMMDD).
        """
        if not signature:
            return "bears no signature"
        ours = (str(self.key), use, text, signature)
        if ours in _OURS:
            return ""
        with TemporaryDirectory() as folder:
            kept = Path(folder, "signature")
            kept.write_text(signature, encoding="utf-8")
            told = ("-n", use, "-s", str(kept))
            own = Path(folder, "own")
            if self.key.exists():
                own.write_text(f'{_OWN} namespaces="{PLAN},{LEDGER}" {self.public()}\n', encoding="utf-8")
                if self._judged("-Y", "verify", "-f", str(own), "-I", _OWN, *told, given=text) is not None:
                    _OURS.add(ours)
                    return ""
            said = self._judged("-Y", "check-novalidate", *told, given=text)
            if said is None:
                return "its signature was made for something else"
            return self._unlisted(text, told, f"-Overify-time={at}" if at else "", said)

    def _unlisted(self, text: str, told: tuple[str, ...], at: str, said: str) -> str:
        found = _FINGERPRINT.search(said)
        why = f"was signed by {found.group() if found else 'a key'}, which may not sign that here"
        if not self.signers.exists():
            return why
        if loose := why_open(self.signers):
            return f"{why}: {self.signers} {loose}"
        listed, when = ("-f", str(self.signers)), (at,) if at else ()
        names = self._judged("-Y", "find-principals", *listed, *told[2:], *when) or ""
        for name in names.splitlines():
            if self._judged("-Y", "verify", *listed, "-I", name, *told, *when, given=text) is not None:
                return ""
        return why

    def _make(self) -> None:
        """Make a key beside its place and link it there: of two that do so at once one stays."""
        try:
            self.key.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self.key.parent, prefix=f".{self.key.name}.") as folder:
                draft = Path(folder, "key")
                self._asked("-q", "-t", "ed25519", "-N", "", "-C", "townhall", "-f", str(draft))
                try:
                    os.link(draft, self.key)
                except FileExistsError:
                    return
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _read(self) -> str:
        try:
            text = self.key.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(getattr(error, "strerror", "") or "is no key") from error
        if "PRIVATE KEY" in text:
            text = self._asked("-y", "-P", "", "-f", str(self.key))
        words = text.split()
        if len(words) < 2:
            raise self._unusable("is no key")
        return " ".join(words[:2])

    def _asked(self, *words: str, given: str = "") -> str:
        done = self._run(words, given)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.strip("@ \r")]
            raise self._unusable(said[-1].strip() if said else "ssh-keygen refused it")
        return done.stdout

    def _judged(self, *words: str, given: str = "") -> str | None:
        done = self._run(words, given)
        return None if done.returncode else done.stdout

    def _run(self, words: tuple[str, ...], given: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["ssh-keygen", *words],
                input=given,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                check=False,
                env={**os.environ, "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"},
            )
        except OSError as error:
            raise self._unusable(f"ssh-keygen cannot be run: {error.strerror}") from error

    def _unusable(self, why: str) -> MachineError:
        return MachineError(
            f"{self.key}:1: {self.key.name}: what is written here cannot be signed with it: {why}\n"
            f"    remedy: give it a key that only this account can read and that asks for no passphrase "
            f"(chmod 600), or its public half where an ssh-agent holds the key [TH-SIGNING-KEY]"
        )
