"""What a request would change, before anything of it runs: two renderings compared, in an admin's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Catalogue, Rendering
from orchestrator.model.source import Source
from orchestrator.model.town import Town

BASE, HEAD = "base", "head"
LOW, MEDIUM, HIGH = "low", "medium", "high"
LEVELS = (LOW, MEDIUM, HIGH)
MANY = 20
"""More hosts than this are many: how many of the town's they are is then told."""

NEW = "new"
REMOVED = "no longer wanted"
ARGUMENTS = "arguments changed"
ROLE = "role code changed"
REACHED = "reached differently"
QUIET = frozenset({REMOVED, REACHED})
"""Changes for which nothing runs on a machine."""
NOT_DERIVABLE = "effect not derivable from data; see check mode after approval"


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line of a file at one side of the comparison: head, or base for what is gone."""

    side: str
    source: Source

    def __str__(self) -> str:
        return f"{self.source}" if self.side == HEAD else f"{self.source} (base)"


Lines = tuple[Line, ...]


def joined(parts: Iterable[Lines]) -> Lines:
    """All lines of some rows, each once, sorted."""
    return tuple(sorted({line for lines in parts for line in lines}))


@dataclass(frozen=True, slots=True)
class Policed:
    """What of a whole town its policy is about: a firewall's arguments, hosts by address, the town's groups.

    All else of the town may be an excerpt's.
    """

    firewall: Mapping[str, object] | None
    hosts: Mapping[str, str]
    town: Town


@dataclass(frozen=True, slots=True)
class Side:
    """One revision's town, all that follows from it, and its inventory's texts by path.

    Where town and all that follows are an excerpt, `policed` is of the whole town.
    """

    town: Town
    intent: Intent
    rendering: Rendering
    files: Mapping[str, str]
    policed: Policed | None = None


@dataclass(frozen=True, slots=True, order=True)
class FileChange:
    """A file outside of the town's data that differs; `line` is the first that does, counts are lines.

    `why` says what kind of code it is, if it is any.
    """

    path: str
    added: int
    removed: int
    line: Line
    why: str = ""


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """What differs beside the town's data: each role's files, code of other kinds, and the rest."""

    roles: Mapping[str, tuple[FileChange, ...]] = field(default_factory=dict)
    code: tuple[FileChange, ...] = ()
    other: tuple[FileChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the comparison is told of the program itself.

    `restarts` names by role what its handlers may do; `not_units` are roles that run nowhere; `foreign` are
    files of the running program that are not those of the base.
    """

    catalogue: Catalogue
    not_units: frozenset[str] = frozenset()
    restarts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()
    history: Mapping[str, float] = field(default_factory=dict)
    """Median seconds of a unit by role, as far as a ledger knows them."""
    day: str = ""
    """The day of the plan, such as 2026-12-31."""
    last_records: Mapping[str, int] = field(default_factory=dict)
    """By host that leaves, the ledger's newest record of it."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What a person did to the town, in words; `kind` is the same for all of a sort, such as `new PC`."""

    kind: str
    text: str
    because: Lines


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a risk, and the lines that give it."""

    level: str
    text: str
    because: Lines = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """The highest of its reasons."""

    level: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ReviewedRisk(Risk):
    """The risk of a request, and how many people have to approve it."""

    approvals: int


@dataclass(frozen=True, slots=True)
class Interruption:
    """Something that stops for some time, for whom; `expected` says how long, or that nobody knows."""

    what: str
    hosts: tuple[str, ...]
    expected: str
    because: Lines


@dataclass(frozen=True, slots=True, order=True)
class Affected:
    """A person, a room or a service that is hit, and by which hosts or change."""

    name: str
    through: tuple[str, ...]
    because: Lines = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """Who is hit, and what is interrupted."""

    people: tuple[Affected, ...] = ()
    rooms: tuple[Affected, ...] = ()
    services: tuple[Affected, ...] = ()
    interruptions: tuple[Interruption, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The same change of one role on some hosts; `differences` tell it in words."""

    kind: str
    role: str
    position: int
    hosts: tuple[str, ...]
    differences: tuple[str, ...]
    because: Lines
    files: tuple[FileChange, ...] = ()

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """The units, by host and role."""
        return tuple((host, self.role) for host in self.hosts)


@dataclass(frozen=True, slots=True)
class FlowRow:
    """Traffic that is newly allowed or newly denied, with one packet of it."""

    allowed: bool
    source: str
    destination: str
    service: str
    sample: str
    because: Lines = ()


@dataclass(frozen=True, slots=True)
class FlowChange:
    """What the firewall will newly let through, and newly stop."""

    rows: tuple[FlowRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of the policy that the request breaks, with a packet that shows it."""

    rule: str
    counter_example: str
    reason: str
    because: Lines


@dataclass(frozen=True, slots=True)
class RequestWave:
    """What runs at one place of the catalogue; `seconds` is None where nothing is known of earlier runs.

    It is there because of its play, and because of the limit of its tier, which bounds what it may lose.
    """

    position: int
    name: str
    roles: tuple[str, ...]
    hosts: tuple[str, ...]
    units: int
    seconds: float | None
    because: Lines


@dataclass(frozen=True, slots=True)
class CodeEffect:
    """What the head's code makes of the head's lines, unlike the base's; `failed` says why nobody knows."""

    changes: tuple[Change, ...]
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way back, and the lines that it puts back."""

    text: str
    because: Lines


@dataclass(frozen=True, slots=True)
class Undo:
    """How to take the request back, and what comes back by no revert."""

    steps: tuple[Step, ...] = ()
    no_inverse: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Revisions:
    """The commits that are compared: `base` is the merge base of what was named with head.

    `inputs` is a digest of all data that was compared.
    """

    base: str
    head: str
    named_base: str = ""
    inputs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What people read of any plan; `flows` is None where there is nothing to compare the firewall with."""

    town: str
    summary: str
    hit: Hit
    changes: tuple[Change, ...]
    waves: tuple[RequestWave, ...]
    undo: Undo
    flows: FlowChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPlan(Impact):
    """Everything that reviewers read; `effect` is None where the code was not run."""

    revisions: Revisions
    headlines: tuple[Headline, ...]
    risk: ReviewedRisk
    files: FilesChanged
    violations: tuple[Violation, ...] = ()
    effect: CodeEffect | None = None

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """Every unit that would run, sorted, by host and role."""
        kinds = (NEW, ARGUMENTS, ROLE)
        return tuple(sorted({unit for one in self.changes if one.kind in kinds for unit in one.units}))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all would change for machines, people or the program."""
        return not (self.changes or self.headlines or self.files.roles or self.files.code)
