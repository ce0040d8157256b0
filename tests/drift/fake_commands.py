#!/usr/bin/env python3
"""The commands that the witness asks, for a machine that is a folder: each works on a file of state."""

from __future__ import annotations

import json
import sys
from pathlib import Path

BIN = Path(__file__).parent
ROOT, STATE = BIN.parent, BIN.parent / "state.json"
ACTS = {
    "stop": {"active": "inactive"},
    "start": {"active": "active"},
    "disable": {"enabled": "disabled"},
    "enable": {"enabled": "enabled"},
    "mask": {"enabled": "masked", "load": "masked"},
}


def systemctl(state: dict, verb: str, *words: str) -> None:
    if verb in ACTS:
        for name in words:
            state["units"][name].update(ACTS[verb])
    if verb == "show":
        for name in words[words.index("--") + 1 :]:
            unit = state["units"].get(name, {"load": "not-found", "active": "inactive", "enabled": ""})
            additions = sorted((ROOT / "etc/systemd/system" / f"{name}.d").glob("*.conf"))
            paths = " ".join("/" + str(path.relative_to(ROOT)) for path in additions)
            print(f"LoadState={unit['load']}\nActiveState={unit['active']}")
            print(f"UnitFileState={unit['enabled']}\nFragmentPath=/lib/{name}\nDropInPaths={paths}\n")


def dpkg_query(state: dict, *words: str) -> None:
    for name in words[words.index("--") + 1 :]:
        if name in state["packages"]:
            want, version = state["packages"][name]
            print(f"{name}\t{want}\tinstalled\t{version}")


def apt_mark(state: dict, verb: str, name: str) -> None:
    state["packages"][name][0] = {"hold": "hold", "unhold": "install"}[verb]


def dpkg(state: dict, verb: str, *words: str) -> None:
    if verb == "--remove":
        del state["packages"][words[-1]]
    elif verb == "--compare-versions":
        sys.exit(0 if words[0] < words[2] else 1)


def nft(state: dict, *words: str) -> None:
    said = " ".join(words)
    if said == "list tables":
        print("\n".join(f"table {name}" for name in state["tables"]))
    elif said.startswith("--stateless list table "):
        name = said.removeprefix("--stateless list table ")
        if name not in state["tables"]:
            sys.exit(1)
        print("\n".join(state["tables"][name]))
    elif said.startswith("insert rule inet townhall "):
        state["tables"]["inet townhall"].append(said.removeprefix("insert rule inet townhall "))
    elif said.startswith("add table "):
        state["tables"][said.removeprefix("add table ")] = []


def sshd(state: dict, *words: str) -> None:
    print("permitrootlogin without-password\nport 22")


def quiet(state: dict, *words: str) -> None:
    """Say nothing."""


def main() -> None:
    state = json.loads(STATE.read_text())
    name = Path(sys.argv[0]).name.replace("-", "_")
    globals().get(name, quiet)(state, *sys.argv[1:])
    STATE.write_text(json.dumps(state))


if __name__ == "__main__":
    main()
