#!/usr/bin/python
"""Brings the directory's objects and names to the wanted state, in one connection and one transaction."""

from __future__ import annotations

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.directory_accounts import (
    reconcile_computers,
    reconcile_units,
    reconcile_users,
)
from ansible.module_utils.directory_changes import MISSING, Directory
from ansible.module_utils.directory_groups import reconcile_groups
from ansible.module_utils.directory_names import reconcile_records, reconcile_zones

DOCUMENTATION = r"""
module: directory_objects
short_description: Brings the directory's objects and names to the wanted state
description:
  - Reads each class of objects once, compares, and writes what differs in one local transaction.
  - Touches only what it made; an object of the same name that it did not make is refused.
  - An account that is no longer wanted is disabled; a record that is no longer wanted is removed.
options:
  realm: {description: Kerberos realm., type: str, required: true}
  domain: {description: DNS domain., type: str, required: true}
  base_dn: {description: DN of the domain., type: str, required: true}
  hostname: {description: Full name of this host., type: str, required: true}
  organisational_units: {description: Units., type: list, elements: dict, required: true}
  groups: {description: Groups with their members., type: list, elements: dict, required: true}
  users: {description: Accounts of people., type: list, elements: dict, required: true}
  computers: {description: Accounts of machines., type: list, elements: dict, required: true}
  zones: {description: DNS zones., type: list, elements: str, required: true}
  records: {description: DNS records., type: list, elements: dict, required: true}
  rejoin: {description: Reinstalled machines., type: list, elements: str, required: true}
author: [Townhall]
"""
DATABASE = Path("/var/lib/samba/private/sam.ldb")


def reconcile(arguments: dict[str, list], directory: Directory) -> None:
    """Reconcile everything or nothing."""
    directory.db.transaction_start()
    try:
        reconcile_units(directory, arguments["organisational_units"])
        reconcile_users(directory, arguments["domain"], arguments["users"])
        reconcile_computers(directory, arguments["realm"], arguments["computers"], arguments["rejoin"])
        reconcile_groups(directory, arguments["groups"])
        reconcile_zones(directory, arguments["hostname"], arguments["zones"])
        reconcile_records(directory, arguments["zones"], arguments["records"])
    except Exception:
        directory.db.transaction_cancel()
        raise
    if directory.check or directory.refusals:
        directory.db.transaction_cancel()
        return
    directory.db.transaction_commit()


def texts(*names: str, hidden: tuple[str, ...] = ()) -> dict[str, object]:
    """The specification of a list of dictionaries of strings."""
    options: dict[str, object] = {name: {"type": "str", "required": True} for name in names}
    options.update({name: {"type": "str", "required": True, "no_log": True} for name in hidden})
    return {"type": "list", "elements": "dict", "required": True, "options": options}


def specification() -> dict[str, object]:
    """The arguments of the module."""
    user = texts("account", "display_name", "given_name", "surname", "ou", "post", "department",
                 hidden=("initial_password",))  # fmt: skip
    user["options"]["enabled"] = {"type": "bool", "required": True}
    group = texts("name", "ou", "description")
    group["options"]["members"] = {"type": "list", "elements": "str", "required": True}
    names = {"type": "list", "elements": "str", "required": True}
    return {
        **{name: {"type": "str", "required": True} for name in ("realm", "domain", "base_dn", "hostname")},
        "organisational_units": texts("name", "parent", "description"),
        "groups": group,
        "users": user,
        "computers": texts("name", "ou", "dns_name", hidden=("join_password",)),
        "zones": names,
        "records": texts("zone", "name", "type", "value"),
        "rejoin": names,
    }


def main() -> None:
    """Run as an Ansible module."""
    module = AnsibleModule(argument_spec=specification(), supports_check_mode=True)
    if MISSING or not DATABASE.exists():
        if module.check_mode:
            module.exit_json(
                changed=True, changes=["the directory is not there yet; every object would be made"]
            )
        module.fail_json(
            msg=f"no directory on this host: run the role domain_controller first ({MISSING or DATABASE})"
        )
    directory = Directory(module.params["base_dn"], module.check_mode)
    reconcile(module.params, directory)
    if directory.refusals:
        module.fail_json(msg="refused, nothing was changed: " + "; ".join(directory.refusals))
    text = "".join(f"{line}\n" for line in directory.changes)
    module.exit_json(changed=bool(directory.changes), changes=directory.changes, diff={"prepared": text})


if __name__ == "__main__":
    main()
