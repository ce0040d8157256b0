"""The witness: a small program that is sent over the one connection and says what stands there."""

from __future__ import annotations

import base64
import json
import shlex
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from orchestrator.model.drift import Spot, Testimony
from orchestrator.reach import Answer

_DOMAIN = "directory"
_CALL = "import base64,zlib,json,sys;exec(zlib.decompress(base64.b64decode('{}')));{}"
_SPEAK = "print(json.dumps(testify(json.loads(zlib.decompress(base64.b64decode(sys.argv[1]))))))"
_LEFT_OUT = ("from orchestrator.", "from __future__")


def question(watch: Mapping[Spot, str | None], root: str = "/") -> str:
    """Return the shell command that asks for spots; a hint is what is known, None keeps texts there."""
    asked = [[spot.kind, spot.name, hint] for spot, hint in sorted(watch.items())]
    document = json.dumps({"root": root, "watch": asked}).encode()
    code = _CALL.format(_program(any(spot.kind == _DOMAIN for spot in watch)), _SPEAK)
    words = ("python3", "-I", "-c", code, base64.b64encode(zlib.compress(document)).decode())
    return shlex.join(words)


def testimony(answer: Answer) -> Testimony:
    """Understand one machine's answer."""
    if not answer.reached or answer.status:
        why = answer.error.splitlines()[-1] if answer.error else f"status {answer.status}"
        return Testimony(reached=False, why=why)
    said = json.loads(answer.output)
    return Testimony(said["machine"], {Spot(kind, name): value for kind, name, value in said["seen"]})


@cache
def _program(with_domain: bool) -> str:
    """The witness's modules as one text, packed; the domain's only where it is asked for."""
    modules = ("machine", "logins", *(("domain",) if with_domain else ()))
    lines = (line for module in modules for line in _lines(module))
    return base64.b64encode(zlib.compress("\n".join(lines).encode(), 9)).decode()


def _lines(module: str) -> Iterable[str]:
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if not line.startswith(_LEFT_OUT))
