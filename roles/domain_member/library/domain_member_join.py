#!/usr/bin/python
"""Joins a machine to its domain through its prepared account and a one-time password."""

from __future__ import annotations

import time
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: domain_member_join
short_description: Joins a machine to its domain through its prepared account and a one-time password
description:
  - Does nothing while the machine's own key is accepted.
  - The password travels by standard input only; joining replaces it with one that only the machine knows.
options:
  realm: {description: Kerberos realm., type: str, required: true}
  domain: {description: DNS domain., type: str, required: true}
  hostname: {description: Short name of the machine., type: str, required: true}
  fqdn: {description: Full name of the machine., type: str, required: true}
  join_password: {description: One-time password., type: str, required: true}
  patience: {description: Seconds to try., type: int, required: true}
author: [Townhall]
"""
KEYTAB = Path("/etc/krb5.keytab")
# A new key goes into a new file, so that no key of another time or owner stays.
NEW_KEYTAB = Path("/etc/krb5.keytab.new")
PAUSE = 5


class Membership:
    """The machine's place in its domain."""

    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        self.arguments = module.params

    def is_valid(self) -> bool:
        """Tell whether a controller accepts the machine's key."""
        if not KEYTAB.exists():
            return False
        code, keys, _ = self.module.run_command(["klist", "-k", str(KEYTAB)])
        if code != 0 or f"host/{self.arguments['fqdn']}@{self.arguments['realm']}" not in keys:
            return False
        return bool(self.module.run_command(["adcli", "testjoin", self.domain])[0] == 0)

    def join(self) -> str:
        """Try until patience ends; the last complaint is the answer, empty if the machine joined."""
        call = [
            "adcli",
            "join",
            self.domain,
            "--login-type=computer",
            "--stdin-password",
            f"--computer-name={self.arguments['hostname']}",
            f"--host-fqdn={self.arguments['fqdn']}",
            f"--host-keytab={NEW_KEYTAB}",
        ]
        NEW_KEYTAB.unlink(missing_ok=True)
        end = time.monotonic() + self.arguments["patience"]
        while True:
            code, out, err = self.module.run_command(
                call, data=self.arguments["join_password"], binary_data=True
            )
            if code == 0:
                NEW_KEYTAB.replace(KEYTAB)
                return ""
            if time.monotonic() + PAUSE > end:
                return str(err or out).strip()
            time.sleep(PAUSE)

    @property
    def domain(self) -> str:
        """The option that names the domain."""
        return f"--domain={self.arguments['domain']}"


def main() -> None:
    """Run as an Ansible module."""
    text = {"type": "str", "required": True}
    module = AnsibleModule(
        argument_spec={
            **dict.fromkeys(("realm", "domain", "hostname", "fqdn"), text),
            "join_password": {"type": "str", "required": True, "no_log": True},
            "patience": {"type": "int", "required": True},
        },
        supports_check_mode=True,
    )
    membership = Membership(module)
    if membership.is_valid():
        module.exit_json(changed=False)
    complaint = "" if module.check_mode else membership.join()
    if complaint:
        name = module.params["hostname"]
        module.fail_json(
            msg=f"{name} could not join: {complaint}. If a machine of this name joined before, its account "
            f"no longer takes the join password: apply the role directory with directory_rejoin: [{name}]"
        )
    words = f"{module.params['hostname']} joins {module.params['domain']}\n"
    module.exit_json(changed=True, diff={"prepared": words})


if __name__ == "__main__":
    main()
