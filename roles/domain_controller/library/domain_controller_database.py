#!/usr/bin/python
"""Makes a controller's directory database, by provisioning the domain or by joining it."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: domain_controller_database
short_description: Makes a controller's directory database, by provisioning the domain or by joining it
description:
  - Without a database, the first controller provisions the domain unless a peer serves it; all others join.
  - Passwords travel by standard input only.
  - With a database, the first controller keeps the Administrator's password and the password policy as given.
options:
  realm: {description: Kerberos realm in upper case., type: str, required: true}
  netbios: {description: NetBIOS name of the domain., type: str, required: true}
  hostname: {description: Short name of this controller., type: str, required: true}
  address: {description: IPv4 address of this controller., type: str, required: true}
  first: {description: True on the operations master., type: bool, required: true}
  peers: {description: The other controllers., type: list, elements: dict, required: true}
  administrator_password: {description: Password of the Administrator., type: str, required: true}
  minimum_password_length: {description: Shortest password of a person., type: int, required: true}
  maximum_password_days: {description: Days until a password ends; 0 is never., type: int, required: true}
  patience: {description: Seconds to wait for a peer., type: int, required: true}
author: [Townhall]
"""

PRIVATE = Path("/var/lib/samba/private")
SYSVOL = Path("/var/lib/samba/sysvol")
UNFINISHED = PRIVATE / ".unfinished"
PORTS = (135, 389, 445)
SAMBA_TOOL = """
import json, sys
from samba.netcmd.main import samba_tool
sys.exit(samba_tool(*json.load(sys.stdin)) or 0)
"""
# Compares with the stored hash, so that a right password is not set again.
KEEP_POLICY = """
import json, sys
import ldb
from samba.auth import system_session
from samba.credentials import Credentials
from samba.param import LoadParm
from samba.samdb import SamDB
wanted = json.load(sys.stdin)
lp = LoadParm()
lp.load_default()
db = SamDB(session_info=system_session(), lp=lp)
credentials = Credentials()
credentials.set_password(wanted["password"])
done = []
ages = {True: str(-wanted["days"] * 864 * 10**9), False: str(-(2**63))}
policy = {"minPwdLength": str(wanted["length"]), "maxPwdAge": ages[wanted["days"] > 0]}
found = db.search(base=db.domain_dn(), scope=ldb.SCOPE_BASE, attrs=list(policy))[0]
for name, value in policy.items():
    if str(found[name][0]) != value:
        done.append(f"password policy {name}={value}")
        if not wanted["check"]:
            change = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
            db.modify(ldb.Message.from_dict(db, {"dn": db.domain_dn(), name: change}))
rid500 = ldb.binary_encode(f"{db.get_domain_sid()}-500")
account = db.search(expression=f"(objectSid={rid500})", attrs=["unicodePwd"])[0]
if bytes(account["unicodePwd"][0]) != credentials.get_nt_hash():
    done.append("password of the Administrator")
    if not wanted["check"]:
        db.setpassword(f"(objectSid={rid500})", wanted["password"])
print(json.dumps(done))
"""
SERVED_DOMAIN = """
import json, sys
from samba.credentials import Credentials
from samba.dcerpc import nbt
from samba.net import Net
from samba.param import LoadParm
lp = LoadParm()
lp.load_default()
nobody = Credentials()
nobody.set_anonymous()
print(Net(nobody, lp=lp).finddc(address=json.load(sys.stdin), flags=nbt.NBT_SERVER_LDAP).dns_domain)
"""


class Controller:
    """The database of this controller and the peers that it may be joined through."""

    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        self.arguments = module.params
        self.domain = self.arguments["realm"].lower()
        self.log: list[str] = []

    def exists(self) -> bool:
        """Tell a database whose making was not cut short."""
        return (PRIVATE / "sam.ldb").exists() and not UNFINISHED.exists()

    def run(self, script: str, given: object) -> str:
        """Run a script of Samba's Python with its input on standard input."""
        call = [sys.executable, "-c", script]
        code, out, err = self.module.run_command(call, data=json.dumps(given))
        if code != 0:
            self.module.fail_json(msg="Samba refused: " + "\n".join((out + err).strip().splitlines()[-12:]))
        return str(out)

    def clear(self) -> None:
        """Remove what an interrupted attempt or the package left behind."""
        PRIVATE.mkdir(parents=True, exist_ok=True)
        UNFINISHED.touch()
        for path in PRIVATE.iterdir():
            if path.is_dir() and path.name != "msg.sock":
                shutil.rmtree(path)
            elif path.suffix in {".ldb", ".tdb", ".keytab"}:
                path.unlink()
        shutil.rmtree(SYSVOL, ignore_errors=True)

    def serves(self, peer: dict[str, str]) -> bool:
        """Tell whether the peer serves this very domain."""
        if not is_open(peer["address"], 389):
            return False
        call = [sys.executable, "-c", SERVED_DOMAIN]
        code, out, _ = self.module.run_command(call, data=json.dumps(peer["address"]))
        return bool(code == 0 and out.strip().lower() == self.domain)

    def accepts(self, peer: dict[str, str]) -> bool:
        """Tell whether the peer serves the domain, answers RPC and SMB, and a ticket can be had."""
        if not all(is_open(peer["address"], port) for port in PORTS) or not self.serves(peer):
            return False
        call = ["kinit", "-c", "MEMORY:", f"Administrator@{self.arguments['realm']}"]
        return bool(self.module.run_command(call, data=self.arguments["administrator_password"])[0] == 0)

    def waiting(self) -> Iterator[dict[str, str]]:
        """Yield the peers in turn, again and again until patience ends."""
        end = time.monotonic() + self.arguments["patience"]
        while time.monotonic() < end:
            yield from self.arguments["peers"]
            time.sleep(1)

    def provision(self) -> str:
        """Make the domain."""
        self.clear()
        self.run(SAMBA_TOOL, [
            "domain", "provision", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL",
            f"--realm={self.arguments['realm']}", f"--domain={self.arguments['netbios']}",
            f"--host-name={self.arguments['hostname']}", f"--host-ip={self.arguments['address']}",
            f"--adminpass={self.arguments['administrator_password']}",
        ])  # fmt: skip
        UNFINISHED.unlink()
        return f"domain {self.domain} provisioned"

    def join(self) -> str:
        """Join through the first peer that accepts."""
        peer = next((peer for peer in self.waiting() if self.accepts(peer)), None)
        if peer is None:
            names = ", ".join(peer["name"] for peer in self.arguments["peers"]) or "none is named"
            self.module.fail_json(
                msg=f"no controller of {self.domain} accepted within {self.arguments['patience']} s ({names})"
            )
        server = peer["name"].split(".")[0] + "." + self.domain
        self.clear()
        self.run(SAMBA_TOOL, [
            "domain", "join", self.domain, "DC", "--dns-backend=SAMBA_INTERNAL", f"--server={server}",
            "--username=Administrator", f"--password={self.arguments['administrator_password']}",
        ])  # fmt: skip
        if self.arguments["first"]:
            self.run(SAMBA_TOOL, ["fsmo", "seize", "--force", "--role=all"])
        UNFINISHED.unlink()
        return f"domain {self.domain} joined through {server}"

    def keep_policy(self) -> list[str]:
        """Set the Administrator's password and the password policy where they differ."""
        given = {
            "password": self.arguments["administrator_password"],
            "length": self.arguments["minimum_password_length"],
            "days": self.arguments["maximum_password_days"],
            "check": self.module.check_mode,
        }
        return [f"{part} set" for part in json.loads(self.run(KEEP_POLICY, given))]

    def reconcile(self) -> list[str]:
        """Reconcile; say in words what was done, or would be in check mode."""
        done: list[str] = []
        if not self.exists():
            if self.module.check_mode:
                return [f"database of domain {self.domain} would be made"]
            lives = not self.arguments["first"] or any(self.serves(peer) for peer in self.arguments["peers"])
            done.append(self.join() if lives else self.provision())
        if self.arguments["first"]:
            done += self.keep_policy()
        return done


def is_open(address: str, port: int) -> bool:
    """Tell whether something accepts TCP connections there within two seconds."""
    try:
        with socket.create_connection((address, port), timeout=2):
            return True
    except OSError:
        return False


def main() -> None:
    """Run as an Ansible module."""
    peer = {"name": {"type": "str", "required": True}, "address": {"type": "str", "required": True}}
    module = AnsibleModule(
        argument_spec={
            "realm": {"type": "str", "required": True},
            "netbios": {"type": "str", "required": True},
            "hostname": {"type": "str", "required": True},
            "address": {"type": "str", "required": True},
            "first": {"type": "bool", "required": True},
            "peers": {"type": "list", "elements": "dict", "required": True, "options": peer},
            "administrator_password": {"type": "str", "required": True, "no_log": True},
            "minimum_password_length": {"type": "int", "required": True, "no_log": False},
            "maximum_password_days": {"type": "int", "required": True, "no_log": False},
            "patience": {"type": "int", "required": True},
        },
        supports_check_mode=True,
    )
    done = Controller(module).reconcile()
    text = "".join(f"{line}\n" for line in done)
    module.exit_json(changed=bool(done), changes=done, diff={"prepared": text})


if __name__ == "__main__":
    main()
