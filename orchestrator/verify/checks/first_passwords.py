"""Who has chosen a password of their own: the first one is then no longer theirs, and no check may try it."""

from __future__ import annotations

from orchestrator.verify.checks.standard_input import answer
from orchestrator.verify.context import Context

# The moment of the first password is that of the account, give or take the time to write both.
CHOSEN = """
import json, sys
from samba import nttime2unix
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
import ldb
lp = LoadParm()
lp.load_default()
db = SamDB(session_info=system_session(), lp=lp)
found = db.search(json.load(sys.stdin), ldb.SCOPE_SUBTREE, "(&(objectCategory=person)(objectClass=user))",
                  ["sAMAccountName", "pwdLastSet", "whenCreated"])
def age(one):
    made = ldb.string_to_time(str(one["whenCreated"][0]))
    return nttime2unix(int(str(one["pwdLastSet"][0]))) - made
print(json.dumps([str(one["sAMAccountName"][0]) for one in found if age(one) > 5]))
"""


def who_chose_their_own(context: Context) -> set[str]:
    """Accounts whose password is not the first one, from the operations master."""
    host, arguments = next(
        (host, unit.arguments) for (host, role), unit in sorted(context.units.items()) if role == "directory"
    )
    return set(answer(context, host, CHOSEN, arguments["directory_base_dn"]))
