"""Finds where a value would become text that PowerShell or cmd reads: it may only be data beside the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.contracts.role_files import expressions, tasks_of

WHOLE = {"win_shell", "win_command", "raw", "script"}
"""Modules whose options are all text of a command line, but for what they write to its standard input."""
DATA = {"stdin"}
TEXT = {
    "win_powershell": {"script", "path", "executable", "arguments"},
    "win_psexec": {"command", "executable"},
    "psexec": {"executable", "arguments"},
    "win_dsc": {"GetScript", "SetScript", "TestScript"},
    "win_reboot": {"test_command", "boot_time_command"},
    "win_scheduled_task": {"actions"},
    "win_pssession_configuration": {"startup_script", "scripts_to_process", "function_definitions"},
}
"""Options that are text of a script or a command line; all others of these modules are data."""
POSIX = {"command", "shell", "expect"}
TEMPLATES = {"template", "win_template"}
PLACES, CONTENTS = ("dest", "path", "name"), ("content", "line", "block", "replace")
KNOWN = WHOLE | TEXT.keys() | POSIX | TEMPLATES
NO_MODULES = {"args", "vars", "environment", "loop_control", "module_defaults"}

SCRIPT = re.compile(r"\.(?:ps1|psm1|psd1|bat|cmd|vbs)(?:\.j2)?$", re.IGNORECASE)
INTERPRETER = re.compile(r"\b(?:powershell|pwsh)\b|\bcmd(?:\.exe)?\s+/", re.IGNORECASE)
AGAIN = re.compile(
    r"\bInvoke-Expression\b|\biex\b|scriptblock\]::Create|\.(?:InvokeScript|ExpandString|NewScriptBlock)\b"
    r"|\b(?:powershell|pwsh)(?:\.exe)?\s+-|\bcmd(?:\.exe)?\s+/[ck]\b",
    re.IGNORECASE,
)
"""How a script runs data as text after all."""
TEMPLATED = "a script is copied, its values reach it as parameters"


def in_tasks(document: object) -> Iterator[str]:
    """Every such place of a task file or a playbook: the task, the module and what is wrong."""
    for task in tasks_of(document):
        applied = [one.get("apply") for one in task.values() if isinstance(one, Mapping)]
        defaults = [call for part in (task, *applied) for call in _defaults(part)]
        for module, options in (*_calls(task), *defaults):
            for reason in _judged(module.rsplit(".", 1)[-1], options):
                yield f"{task.get('name', '')}: {module}: {reason}"


def in_file(path: Path) -> Iterator[str]:
    """What is wrong with a script, or a template of one; other files have nothing."""
    if SCRIPT.search(path.name):
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".j2" and ("#jinja2:" in text or any(expressions(text))):
            yield TEMPLATED
        yield from _again(text)


def _calls(task: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """The module that a task names, with its options however they are written."""
    more = task.get("args")
    for key, value in task.items():
        if key in {"action", "local_action"}:
            options = value if isinstance(value, Mapping) else {"module": str(value)}
            module, _, rest = str(options.get("module")).strip().partition(" ")
            yield module, [{name: one for name, one in options.items() if name != "module"}, rest, more]
        elif key.rsplit(".", 1)[-1] in KNOWN or (isinstance(value, Mapping) and key not in NO_MODULES):
            yield key, [value, more]


def _defaults(part: object) -> Iterator[tuple[str, list[Any]]]:
    """What a task, block or play sets for modules by name or by group."""
    given = part.get("module_defaults") if isinstance(part, Mapping) else None
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, Mapping):
            for key, options in one.items():
                for module in sorted(TEXT) if key.startswith("group/") else [key]:
                    yield module, [options]
        elif one is not None:
            yield str(one), []


def _judged(module: str, options: list[Any]) -> Iterator[str]:
    if any(expressions(module)):
        yield "the module's name is not written out"
    named: dict[str, Any] = {}
    for one in options:
        named |= one if isinstance(one, Mapping) else {"": _joined(named.get("")) + _joined(one)}
    text = {key: value for key, value in named.items() if _is_text(module, key)}
    for key, value in text.items():
        if any(expressions(value)):
            yield f"a value in the text of {key or 'the command'}"
        yield from _again(_joined(value))
    said = _joined(list(named.values()))
    if module in POSIX and any(expressions(said)) and INTERPRETER.search(said):
        yield "a value in the text of the command"
    if any(SCRIPT.search(str(named.get(place, ""))) for place in PLACES) and (
        module in TEMPLATES or any(any(expressions(named.get(part))) for part in CONTENTS)
    ):
        yield TEMPLATED


def _is_text(module: str, key: str) -> bool:
    return key in {"", *TEXT[module]} if module in TEXT else module in WHOLE and key not in DATA


def _again(text: str) -> Iterator[str]:
    if found := AGAIN.search(text):
        yield f"{found[0]} makes text of data"


def _joined(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return " ".join(map(_joined, value.values() if isinstance(value, Mapping) else value))
    return "" if value is None else str(value)
