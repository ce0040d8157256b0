"""One comment per request, posted once and updated in place; suggestions stand at their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orchestrator.errors import MachineError
from orchestrator.forge.port import Comment, DeclinedError, DoubtError, Forge
from orchestrator.forge.text import as_diffs, fitting, mark, size, suggestion_mark
from orchestrator.model.suggestion import Suggestion

ATTEMPTS = 4
BUTTONS = 30
"""Each is a remark and a mail to whoever follows the request; more stand in the comment."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a request is to be told; `whole` is the address where the uncut text can be read.

    `about` is plan or outcome: each has a comment of its own.
    """

    town: str
    markdown: str
    suggestions: tuple[Suggestion, ...] = ()
    whole: str | None = None
    about: str = "plan"


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a message: posted, updated or unchanged, and where it stands."""

    what: str
    address: str


def comment(forge: Forge, message: Message, author: str | None, sleep: Callable[[float], None]) -> Said:
    """Tell a request; only comments by `author`, or by the token's own account, are taken for ours."""
    us = author or forge.author()
    tried, rest = message.suggestions[:BUTTONS], message.suggestions[BUTTONS:]
    declined = [one for one in tried if not _suggested(forge, message.town, one, us, sleep)]
    head = mark(message.town, message.about)
    tail = as_diffs((*declined, *rest), forge.limit // 2)
    room = forge.limit - size(head) - size(tail) - 2
    body = f"{head}\n{tail}{fitting(message.markdown, room, message.whole)}"

    def write(earlier: Comment | None) -> Said:
        if earlier is not None and _same(earlier.body, body):
            return Said("unchanged", "")
        return Said("updated" if earlier else "posted", forge.write(body, earlier))

    return _surely(forge, head, us, write, sleep)


def _suggested(
    forge: Forge, town: str, suggestion: Suggestion, us: str, sleep: Callable[[float], None]
) -> bool:
    head = suggestion_mark(town, suggestion)

    def write(earlier: Comment | None) -> Said:
        if earlier is None or suggestion.new not in earlier.body:
            forge.suggest(suggestion, head, earlier)
        return Said("suggested", "")

    try:
        _surely(forge, head, us, write, sleep)
    except DeclinedError:
        return False
    return True


def _surely(
    forge: Forge,
    head: str,
    us: str,
    write: Callable[[Comment | None], Said],
    sleep: Callable[[float], None],
) -> Said:
    """Write until it certainly stands there; it is looked for each time, so it never stands there twice."""
    doubt: MachineError = MachineError("nothing was tried")
    for _ in range(ATTEMPTS):
        try:
            return write(_ours(forge.comments(), head, us))
        except DoubtError as error:
            doubt = error
            sleep(error.wait)
    raise MachineError(f"{doubt}; it was tried {ATTEMPTS} times")


def _ours(comments: Iterable[Comment], head: str, us: str) -> Comment | None:
    return next((one for one in comments if one.author == us and one.body.startswith(head)), None)


def _same(first: str, second: str) -> bool:
    """Whether two bodies are one; forges change line ends and blanks around the text."""
    return first.replace("\r\n", "\n").strip() == second.replace("\r\n", "\n").strip()
