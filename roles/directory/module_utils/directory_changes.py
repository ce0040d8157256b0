"""The directory's database with a journal of changes in words; in check mode it only writes the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

try:
    import ldb
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    MISSING = ""
except ImportError as error:
    MISSING = str(error)

MARK_NAME, MARK = "adminDescription", "townhall"
STATE = "adminDisplayName"


class Directory:
    """One connection to the local database, one transaction, and what was done in it.

    `changes` are sentences about what differed, `refusals` about what is not Townhall's to touch.
    """

    def __init__(self, base_dn: str, check: bool) -> None:
        self.lp = LoadParm()
        self.lp.load_default()
        self.db = SamDB(session_info=system_session(), lp=self.lp)
        self.base = ldb.Dn(self.db, base_dn)
        self.check = check
        self.changes: list[str] = []
        self.refusals: list[str] = []

    def search(self, expression: str, attributes: Iterable[str], base: object = None) -> list[object]:
        """Every object below the base that fits, read at once."""
        names = [*attributes, MARK_NAME, STATE]
        return list(self.db.search(base or self.base, ldb.SCOPE_SUBTREE, expression, names))

    def dn(self, kind: str, name: str, parent: str = "") -> object:
        """The name of an object in a unit given relative to the domain, as `OU=a,OU=b`."""
        found = ldb.Dn(self.db, f"{kind}=x")
        found.set_component(0, kind, name)
        if parent:
            found.add_base(ldb.Dn(self.db, parent))
        found.add_base(self.base)
        return found

    def add(self, dn: object, attributes: Mapping[str, object], words: str) -> None:
        """Make an object that bears the mark."""
        self.changes.append(words)
        if not self.check:
            given = {name: value for name, value in attributes.items() if value not in ("", [])}
            self.db.add({"dn": dn, MARK_NAME: MARK, **given})

    def replace(self, dn: object, attributes: Mapping[str, object], words: str) -> None:
        """Replace whole attributes; an empty value removes one."""
        self.changes.append(words)
        if not self.check:
            change = ldb.Message(dn)
            for name, value in attributes.items():
                change[name] = ldb.MessageElement([] if value == "" else value, ldb.FLAG_MOD_REPLACE, name)
            self.db.modify(change)

    def move(self, old: object, new: object, words: str) -> None:
        """Rename an object or move it to another unit."""
        self.changes.append(words)
        if not self.check:
            self.db.rename(old, new)

    def delete(self, dn: object, words: str) -> None:
        """Remove an object."""
        self.changes.append(words)
        if not self.check:
            self.db.delete(dn)


def text(found: object, name: str) -> str:
    """The first value of an attribute; an absent one is empty."""
    return str(found[name][0]) if name in found else ""


def is_ours(found: object) -> bool:
    """Tell whether Townhall made the object."""
    return text(found, MARK_NAME) == MARK
