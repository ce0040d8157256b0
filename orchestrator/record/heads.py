"""The newest record's hash, outside of the ledger so that a cut-off end is seen, and the signed one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestrator.record.chain import BEGINNING
from orchestrator.record.store import damaged
from orchestrator.signer import LEDGER, Signer

HashOf = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class SignedHead:
    """Up to which record a ledger is signed, when (ISO in UTC), and the signature."""

    number: int
    hash: str
    at: str
    signature: str

    def answers_for(self, ledger: str) -> str:
        """What is signed: the ledger's name too, so that no head is taken for that of another town."""
        return json.dumps([ledger, self.number, self.hash, self.at])


class Heads:
    """The two small files beside a ledger: `.head` follows every append, `.signed` every closing.

    Both are replaced in one step. Raises LedgerError for one that cannot be understood, MachineError where
    nothing can be signed.
    """

    def __init__(self, ledger: Path, signer: Signer) -> None:
        self.name = ledger.stem
        self.signer = signer
        self._newest, self._signed = ledger.with_suffix(".head"), ledger.with_suffix(".signed")

    def newest(self) -> tuple[int, str] | None:
        """Number and hash of the newest record, if one was ever kept."""
        if not self._newest.exists():
            return None
        try:
            number, newest = json.loads(self._newest.read_text(encoding="utf-8"))
            return int(number), str(newest)
        except (ValueError, TypeError) as error:
            raise damaged(self._newest, "it does not hold the number and the hash of a record") from error

    def keep(self, number: int, newest: str) -> None:
        """Remember the newest record."""
        _replace(self._newest, json.dumps([number, newest]))

    def signed(self) -> SignedHead | None:
        """The head that is signed, if there is one."""
        if not self._signed.exists():
            return None
        try:
            return SignedHead(**json.loads(self._signed.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise damaged(self._signed, "it holds no signed head") from error

    def up_to(self) -> int:
        """Up to which record the ledger is signed."""
        head = self.signed()
        return head.number if head else 0

    def most(self) -> int:
        """How many records there were at least."""
        newest = self.newest()
        return max(newest[0] if newest else 0, self.up_to())

    def sign(self, number: int, newest: str, at: str) -> None:
        """Sign the newest record, and by it all before."""
        draft = SignedHead(number, newest, at, "")
        signature = self.signer.sign(draft.answers_for(self.name), LEDGER)
        _replace(self._signed, json.dumps({**asdict(draft), "signature": signature}))

    def why_not(self, hash_of: HashOf) -> str:
        """Say why the signed head does not answer for the ledger, or nothing."""
        head = self.signed()
        if head is None:
            return "no head of it is signed"
        if (hash_of(head.number) or BEGINNING) != head.hash:
            return f"record {head.number} is not the one that was signed: it was forged from there or earlier"
        day = head.at[:10].replace("-", "")
        why = self.signer.why_not(head.answers_for(self.name), head.signature, LEDGER, day)
        return f"its head at record {head.number} {why}" if why else ""


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
