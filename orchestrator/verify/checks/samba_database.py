"""How a script on a domain controller opens one controller's database, as the machine itself."""

from __future__ import annotations

OPENED = """
import json, sys
from samba.auth import system_session
from samba.credentials import Credentials
from samba.param import LoadParm
from samba.samdb import SamDB
order = json.load(sys.stdin)
lp = LoadParm()
lp.load_default()
own = Credentials()
own.guess(lp)
own.set_machine_account(lp)
db = SamDB("ldap://" + order["controller"], session_info=system_session(), credentials=own, lp=lp)
"""
