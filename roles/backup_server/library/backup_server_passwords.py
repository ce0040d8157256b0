#!/usr/bin/python
"""Ansible module: the htpasswd file of the backup server, with one bcrypt line for each machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

try:
    import bcrypt
except ImportError:
    bcrypt = None

DOCUMENTATION = """
module: backup_server_passwords
short_description: Keeps an htpasswd file with exactly the given users
description:
  - A line whose digest fits the password stays as it is, so a changed password changes its own line only.
  - Users that are not given lose their line.
options:
  path:
    description: The file.
    type: path
    required: true
  users:
    description: Names with passwords.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the user.
        type: str
        required: true
      password:
        description: Password of the user, at most 72 bytes.
        type: str
        required: true
extends_documentation_fragment: [ansible.builtin.files]
author: [Townhall (@townhall)]
"""

EXAMPLES = """
- name: Each machine has a password
  backup_server_passwords:
    path: /etc/restic-rest-server/users.htpasswd
    users: [{name: pc-0001, password: "{{ secret }}"}]
    mode: "0640"
"""

RETURN = """
users:
  description: Names whose line is new, changed or gone.
  type: list
  elements: str
  returned: always
"""

# The passwords are random, so a slow digest protects nothing, and it would cost a minute for 500 machines.
ROUNDS = 5


def read(path: str) -> dict[str, str]:
    """Return the digests of the file by user; an absent file has none."""
    text = Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
    lines = [line.strip() for line in text.splitlines() if ":" in line and not line.startswith("#")]
    return dict(line.split(":", 1) for line in lines)


def fits(password: str, digest: str | None) -> bool:
    """Tell whether the digest was made from the password."""
    try:
        return digest is not None and bcrypt.checkpw(password.encode(), digest.encode())
    except ValueError:
        return False


def wanted(users: list[dict[str, str]], before: dict[str, str]) -> dict[str, str]:
    """Return the digests as they shall be, sorted by user."""
    passwords = {user["name"]: user["password"] for user in users}
    return {
        name: before[name]
        if fits(password, before.get(name))
        else bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()
        for name, password in sorted(passwords.items())
    }


def problem(users: list[dict[str, str]]) -> str | None:
    """Say what is wrong with the users, or None."""
    names = [user["name"] for user in users]
    if len(set(names)) != len(names):
        return "a name occurs twice"
    if any(not name or ":" in name or name.startswith("#") or not name.isprintable() for name in names):
        return "a name is empty, begins with # or holds a colon or a line break"
    if any(not 0 < len(user["password"].encode()) <= 72 for user in users):
        return "a password is empty or longer than 72 bytes"
    return None


def write(module: AnsibleModule, path: str, digests: dict[str, str]) -> None:
    """Replace the file, all or nothing."""
    handle, draft = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{name}:{digest}\n" for name, digest in digests.items())
    module.atomic_move(draft, path)


def main() -> None:
    """Bring the file to what was asked for."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "users": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "password": {"type": "str", "required": True, "no_log": True},
                },
            },
        },
        add_file_common_args=True,
        supports_check_mode=True,
    )
    path, users = module.params["path"], module.params["users"]
    wrong = problem(users)
    if wrong:
        module.fail_json(msg=wrong)
    if bcrypt is None:
        module.fail_json(msg="python3-bcrypt is missing on the host")
    before = read(path)
    after = wanted(users, before)
    changed = before != after
    if changed and not module.check_mode:
        write(module, path, after)
    if Path(path).exists():
        arguments = module.load_file_common_arguments(module.params)
        changed = module.set_fs_attributes_if_different(arguments, changed)
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    module.exit_json(changed=changed, users=names)


if __name__ == "__main__":
    main()
