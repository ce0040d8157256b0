"""Whether a password gets a Kerberos ticket, tried on a machine of the town."""

from __future__ import annotations

from orchestrator.verify.checks.standard_input import answer
from orchestrator.verify.context import Context

_KINIT = """
import json, os, subprocess, sys, tempfile
order = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    own = {**os.environ, "LC_ALL": "C", "KRB5CCNAME": f"FILE:{folder}/tickets"}
    if order["address"]:
        own["KRB5_CONFIG"] = f"{folder}/krb5.conf"
        with open(own["KRB5_CONFIG"], "w") as file:
            file.write("[libdefaults]\\n dns_lookup_kdc = false\\n[realms]\\n")
            file.write("%s = {\\n kdc = %s\\n}\\n" % (order["principal"].partition("@")[2], order["address"]))
    call = ["kinit", order["principal"]]
    done = subprocess.run(call, input=order["password"], env=own, text=True, capture_output=True)
print(json.dumps(done.stderr if done.returncode else ""))
"""


WRONG_PASSWORD = ("reauthentication failed", "Password incorrect")


def complaint(context: Context, host: str, principal: str, password: str, address: str = "") -> str:
    """What Kerberos says against the password, empty if it gives a ticket; `address` names the one to ask."""
    order = {"principal": principal, "password": password, "address": address}
    return str(answer(context, host, _KINIT, order))
