"""One root for every error, a few kinds by who must act, and the four-part message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong with what a person wrote: where, what, why, and what to write instead.

    `code` is stable, such as TH-ADDR-OUTSIDE; `value` is escaped and cut.
    """

    place: str
    code: str
    value: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.value}: {self.reason}\n    remedy: {self.remedy} [{self.code}]"


class TownhallError(Exception):
    """Anything that stops a command on purpose."""

    exit_code = 1


class UsageError(TownhallError):
    """The command was called in a way that cannot be carried out; the caller must change the call."""

    exit_code = 64


class Refused(TownhallError):
    """The inventory was refused before anything ran; its author must change it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_reading_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _reading_order(problem: Problem) -> tuple[str, int, Problem]:
    file, _, line = problem.place.rpartition(":")
    return file, int(line) if line.isdigit() else 0, problem


class MachineError(TownhallError):
    """A machine did not answer, or not as it should; an admin must look at it."""


class TakenBack(MachineError):
    """A machine took a change back by itself and is as it was before."""


class NotTakenBack(MachineError):
    """A change that nobody confirmed was not seen to be taken back in its time.

    `why` says so, `steps` are what a person does at the machine's console, as commands.
    """

    def __init__(self, cause: object, why: str, steps: tuple[str, ...]) -> None:
        super().__init__(str(cause))
        self.why, self.steps = why, steps


class LedgerError(TownhallError):
    """The ledger cannot be trusted as it stands."""


class LabError(TownhallError):
    """The lab cannot be built on this machine; the message says what is missing."""
