"""S-27: the ledger's head is signed, so that whoever rewrites all of it is seen too."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from orchestrator.errors import LedgerError, MachineError
from orchestrator.model.record import Entry
from orchestrator.record import Ledger
from orchestrator.record.chain import linked
from orchestrator.record.vouched import VOUCHED, vouch
from orchestrator.signer import LEDGER, Signer
from tests.golden import Golden
from tests.signing import key, signers

RUN = [
    Entry("run", "one", details='{"who": "ana"}'),
    Entry("failed", "one", "pc-1", "base"),
    Entry("end", "one"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of one run."""
    path = tmp_path / "town.sqlite"
    written(path, *RUN)
    return path


def written(path: Path, *entries: Entry, signer: Signer | None = None) -> None:
    with closing(Ledger(path, signer=signer)) as ledger:
        ledger.append(entries)


def fault(path: Path, signer: Signer | None = None) -> str:
    with closing(Ledger(path, signer=signer)) as ledger:
        return ledger.fault()


def rewritten(path: Path, old: str, new: str) -> None:
    """Edit a record and forge all that follows from it: every hash, and the head."""
    with closing(Ledger(path)) as ledger:
        records = list(ledger.records())
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        for trigger in ("record_is_kept", "record_is_final"):
            store.execute(f"DROP TRIGGER {trigger}")
        previous = records[0].previous
        for record in records:
            said = {name: value.replace(old, new) for name, value in asdict(record.entry).items()}
            forged = linked(record.number, record.at, Entry(**said), previous)
            previous = forged.hash
            store.execute(
                "UPDATE record SET kind = ?, previous = ?, hash = ? WHERE number = ?",
                (forged.entry.kind, forged.previous, forged.hash, forged.number),
            )
    path.with_suffix(".head").write_text(json.dumps([len(records), previous]))


def test_a_run_leaves_a_signed_head_behind(path: Path) -> None:
    """Sabotage: sign when a ledger is opened alone."""
    with closing(Ledger(path)) as ledger:
        assert not ledger.fault()
        head = ledger.heads.signed()
        assert head and (head.number, head.hash) == (3, ledger.hash_of(3))


def test_a_ledger_that_was_rewritten_with_all_its_hashes_is_seen_and_nothing_is_added(
    path: Path, golden: Golden
) -> None:
    """Sabotage: do not compare the signed hash with that of its record."""
    rewritten(path, "failed", "verified")
    assert "record 3 is not the one that was signed" in fault(path)
    with pytest.raises(LedgerError) as error:
        written(path, Entry("released", "two", "pc-1"))
    golden("ledger_refusals/rewritten", error.value)


def test_whoever_forges_the_signed_head_too_needs_a_key_that_counts(path: Path, tmp_path: Path) -> None:
    """Sabotage: take any good signature."""
    rewritten(path, "failed", "verified")
    strange = Signer(tmp_path, key(tmp_path, "strange"))
    with closing(Ledger(path, signer=strange)) as ledger:
        ledger.sign()
    assert "its head at record 3 was signed by SHA256:" in fault(path)


@pytest.mark.parametrize("part", ["number", "hash", "at"])
def test_a_signed_head_that_was_edited_is_seen(path: Path, part: str) -> None:
    """Sabotage: leave the part out of what is signed."""
    with closing(Ledger(path)) as ledger:
        other = {"number": 2, "hash": ledger.hash_of(2), "at": "2020-01-01T00:00:00.000+00:00"}
    file = path.with_suffix(".signed")
    head = json.loads(file.read_text())
    changed = {"number", "hash"} if part != "at" else {"at"}
    file.write_text(json.dumps({**head, **{name: other[name] for name in changed}}))
    assert fault(path).endswith("its signature was made for something else")


def test_the_signed_head_of_another_town_counts_for_nothing(path: Path, tmp_path: Path) -> None:
    """Sabotage: leave the ledger's name out of what is signed."""
    other = tmp_path / "other.sqlite"
    for suffix in (".sqlite", ".head", ".signed"):
        other.with_suffix(suffix).write_bytes(path.with_suffix(suffix).read_bytes())
    assert "was made for something else" in fault(other)


def test_a_signed_head_that_is_gone_is_missed(path: Path) -> None:
    """Sabotage: begin anew where no head is signed."""
    path.with_suffix(".signed").unlink()
    assert fault(path) == "no head of it is signed"
    with pytest.raises(LedgerError, match="TH-LEDGER-UNSIGNED"):
        written(path, *RUN)


def test_an_older_signed_head_does_not_hide_the_runs_after_it(path: Path) -> None:
    """Sabotage: ask what stands up to the signed head alone."""
    older = path.with_suffix(".signed").read_text()
    written(path, *RUN)
    written(path, *RUN)
    path.with_suffix(".signed").write_text(older)
    assert fault(path) == "what came after record 3 was signed once, and that is gone"
    with pytest.raises(LedgerError, match="TH-LEDGER-UNSIGNED"):
        written(path, *RUN)


def test_what_a_killed_run_left_is_signed_by_whoever_writes_next(path: Path) -> None:
    """Sabotage: sign at closing alone."""
    killed = Ledger(path)
    killed.append(RUN[:2])
    assert not fault(path)
    after = Ledger(path)
    after.append([Entry("released", "two", "pc-1")])
    assert after.heads.up_to() == 5


def test_a_lost_file_with_its_head_is_missed_while_the_signed_one_is_there(path: Path) -> None:
    """Sabotage: look at the unsigned head alone."""
    for suffix in (".sqlite", ".head"):
        path.with_suffix(suffix).unlink()
    with pytest.raises(LedgerError, match="3 records were written, and none is there"):
        Ledger(path)


def test_a_former_key_counts_where_it_is_listed_for_the_time_in_which_it_signed(
    path: Path, tmp_path: Path
) -> None:
    """Sabotage: judge by today's date, or do not ask the list."""
    former, new = key(tmp_path, "former"), key(tmp_path, "new")
    old_town = tmp_path / "old.sqlite"
    written(old_town, *RUN, signer=Signer(tmp_path, former))
    listed = signers(tmp_path / "list", former, options=f'namespaces="{LEDGER}",valid-before="20991231"')
    assert not fault(old_town, Signer(tmp_path, new, listed))
    assert fault(old_town, Signer(tmp_path, new, tmp_path / "none"))
    with closing(Ledger(old_town, signer=Signer(tmp_path, former))) as ledger:
        ledger.heads.sign(3, ledger.hash_of(3), "2019-06-01T00:00:00.000+00:00")
    signers(tmp_path / "list", former, options=f'namespaces="{LEDGER}",valid-before="20200101"')
    assert not fault(old_town, Signer(tmp_path, new, listed))
    written(old_town, *RUN, signer=Signer(tmp_path, former))
    for options in (f'namespaces="{LEDGER}",valid-before="20200101"', 'namespaces="git"'):
        signers(tmp_path / "list", former, options=options)
        assert "which may not sign that here" in fault(old_town, Signer(tmp_path, new, listed))


def test_a_list_that_others_can_write_makes_no_key_count(path: Path, tmp_path: Path) -> None:
    """Sabotage: do not look at the list's mode."""
    ours = key(tmp_path, "ours")
    listed = signers(tmp_path / "list", ours, options=f'namespaces="{LEDGER}"')
    written(tmp_path / "a.sqlite", *RUN, signer=Signer(tmp_path, ours))
    other = Signer(tmp_path, key(tmp_path, "other"), listed)
    assert not fault(tmp_path / "a.sqlite", other)
    listed.chmod(0o666)
    assert "can be written by others" in fault(tmp_path / "a.sqlite", other)


def test_a_person_may_answer_for_a_whole_chain_and_the_ledger_says_so(path: Path) -> None:
    """Sabotage: sign without a record of who said why, or for a chain that is broken."""
    path.with_suffix(".signed").unlink()
    assert vouch(Ledger(path), "ana", "from before").endswith("before: no head of it is signed")
    assert not fault(path)
    with closing(Ledger(path)) as ledger:
        (said,) = ledger.records(kind=VOUCHED)
    assert json.loads(said.entry.details) == {
        "who": "ana",
        "reason": "from before",
        "before": "no head of it is signed",
    }
    assert "nothing to do" in vouch(Ledger(path), "ana", "again")
    path.with_suffix(".head").write_text(json.dumps([9, "0" * 64]))
    with pytest.raises(LedgerError, match="nobody can answer for that"):
        vouch(Ledger(path), "ana", "never mind")


def test_the_machines_key_is_made_once_and_only_its_account_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: make it anew at each start."""
    monkeypatch.delenv("TOWNHALL_SIGNING_KEY")
    signature = Signer(tmp_path / "state").sign("text", LEDGER)
    assert not Signer(tmp_path / "state").why_not("text", signature, LEDGER)
    (kept,) = (tmp_path / "state").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_signs_nothing(tmp_path: Path, golden: Golden) -> None:
    """Sabotage: go on unsigned."""
    loose = key(tmp_path, "loose")
    loose.chmod(0o644)
    with pytest.raises(MachineError) as error:
        written(tmp_path / "town.sqlite", *RUN, signer=Signer(tmp_path, loose))
    golden("ledger_refusals/a_key_open_to_others", error.value)
    assert not list(Ledger(tmp_path / "town.sqlite").records())


def test_an_agent_may_hold_the_private_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: ask for a private key."""
    ours = key(tmp_path, "ours")
    with subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(tmp_path / "a")], stdout=subprocess.DEVNULL
    ) as running:
        try:
            monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "a"))
            while not (tmp_path / "a").exists():
                pass
            subprocess.run(["ssh-add", "-q", str(ours)], check=True)
            ours.unlink()
            signer = Signer(tmp_path, Path(f"{ours}.pub"))
            assert not signer.why_not("text", signer.sign("text", LEDGER), LEDGER)
        finally:
            running.terminate()
