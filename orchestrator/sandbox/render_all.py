"""Inside the sandbox: prints what a version of the code makes of a town's lines.

Usage: render_all.py CODE TOWN. The code is that of a commit, found below CODE.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(code: str, town: str) -> None:
    """Render the town and print every unit with its arguments, and how each host is reached."""
    sys.path.insert(0, code)
    from orchestrator.desired import desired
    from orchestrator.plan.keys import canonical

    rendering = desired(Path(town)).rendering
    units = [[unit.host, unit.role, unit.position, canonical(unit.arguments)] for unit in rendering.units]
    reached = {host: canonical(said) for host, said in rendering.connections.items()}
    sys.stdout.write(json.dumps({"units": units, "reached": reached}))


if __name__ == "__main__":
    main(*sys.argv[1:])
