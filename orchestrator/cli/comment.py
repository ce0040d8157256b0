"""`townhall comment`: tell a request what it would do, in one comment that is kept up to date."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orchestrator.cli.options import AsJson
from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.forge.http import Api
    from orchestrator.forge.port import Forge
    from orchestrator.model.suggestion import Suggestion

SCHEMA = "townhall.comment/1"
LARGEST = 16 * 2**20

Text = str | None
Kind = Literal["github", "gitlab", "forgejo"]
_REPOSITORY = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)+", re.ASCII)
_TOWN = re.compile(r"[a-z][a-z0-9_]*")
_PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,300}")


def comment(  # noqa: PLR0913, PLR0917
    markdown: Annotated[Path, typer.Argument(help="the text, from townhall plan --format markdown")],
    forge: Annotated[Kind, typer.Option(help="whose API it is; gitea is forgejo")],
    repository: Annotated[str, typer.Option(metavar="OWNER/NAME", help="where the request is")],
    town: Annotated[str, typer.Option(help="each town has its own comment")],
    request: Annotated[int | None, typer.Option(min=1, help="its number")] = None,
    merged: Annotated[
        str, typer.Option(metavar="SHA", help="instead: the commit that it was merged as; tells its outcome")
    ] = "",
    api: Annotated[Text, typer.Option(metavar="URL", help="the API; has a default but for forgejo")] = None,
    suggestions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="from townhall check --suggestions")
    ] = None,
    commit: Annotated[str, typer.Option(help="the request's head; GitHub needs it for suggestions")] = "",
    author: Annotated[Text, typer.Option(help="who we are, where the token may not ask")] = None,
    whole: Annotated[Text, typer.Option(metavar="URL", help="where the uncut text can be read")] = None,
    limit: Annotated[int, typer.Option(min=1000, help="characters that a forgejo takes")] = 65_536,
    token_env: Annotated[Text, typer.Option(metavar="NAME", help="the variable that holds the token")] = None,
    token_file: Annotated[Path | None, typer.Option(metavar="FILE", help="the file that holds it")] = None,
    token_fd: Annotated[int | None, typer.Option(metavar="N", help="the open file that holds it")] = None,
    as_json: AsJson = False,
) -> int:
    """Post the comment, or update the one that is there; a token is never an argument."""
    from orchestrator.forge import comment as tell
    from orchestrator.forge.comment import Message
    from orchestrator.report.printable import printable

    if not _REPOSITORY.fullmatch(repository) or not _TOWN.fullmatch(town):
        raise UsageError("--repository is such as town-hall/network, --town such as stari_grad")
    text = _read(markdown)
    offered = _suggestions(_read(suggestions)) if suggestions else ()
    if bool(merged) == bool(request) or not re.fullmatch(r"([0-9a-f]{40})?", merged):
        raise UsageError("name the request with --request, or with --merged and a whole commit")
    token = _token(token_env, token_file, token_fd)
    number = request or _merged(forge, _api(forge, api, token), repository, merged)
    if number is None:
        typer.echo(f"no request was merged as {merged[:12]}: nobody is told", err=True)
        return 0
    there = _forge(forge, _api(forge, api, token), (repository, number, commit, limit))
    message = Message(town, text, offered, whole, "outcome" if merged else "plan")
    said = tell(there, message, author, time.sleep)
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, "what": said.what, "address": said.address}, indent=2))
    else:
        typer.echo(printable(f"{said.what} {said.address}".rstrip()).replace("\n", ""))
    return 0


def _api(kind: Kind, address: str | None, token: str) -> Api:
    """The way to a forge, with the token in the header that it wants."""
    from orchestrator.forge import forgejo, github, gitlab
    from orchestrator.forge.http import Api, Token

    usual = {"github": github.ADDRESS, "gitlab": gitlab.ADDRESS}
    module = {"github": github, "gitlab": gitlab, "forgejo": forgejo}[kind]
    found = address or usual.get(kind)
    if not found:
        raise UsageError("--api is missing, such as https://forge.example.org/api/v1")
    return Api(found, Token(module.HEADER, module.PREFIX, token))


def _merged(kind: Kind, api: Api, repository: str, commit: str) -> int | None:
    from orchestrator.forge import forgejo, github, gitlab

    find = {
        "github": github.merged_request,
        "gitlab": gitlab.merged_request,
        "forgejo": forgejo.merged_request,
    }[kind]
    return find(api, repository, commit)


def _forge(kind: Kind, api: Api, place: tuple[str, int, str, int]) -> Forge:
    from orchestrator.forge.forgejo import Forgejo
    from orchestrator.forge.github import GitHub
    from orchestrator.forge.gitlab import GitLab

    repository, number, commit, limit = place
    if kind == "github":
        return GitHub(api, repository, number, commit)
    if kind == "gitlab":
        return GitLab(api, repository, number)
    return Forgejo(api, repository, number, limit)


def _token(variable: str | None, file: Path | None, handle: int | None) -> str:
    if sum(one is not None for one in (variable, file, handle)) != 1:
        raise UsageError("name the token's place with one of --token-env, --token-file, --token-fd")
    found = (os.environ.get(variable, "") if variable is not None else _held(file, handle)).strip()
    if not re.fullmatch(r"[\x21-\x7e]+", found):
        raise UsageError("there is no token at the place that was named")
    return found


def _held(file: Path | None, handle: int | None) -> str:
    try:
        with os.fdopen(handle) if handle is not None else open(file or "") as stream:  # noqa: PTH123
            return stream.read(10_000)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the token cannot be read: {type(error).__name__}") from None


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes() if path.stat().st_size <= LARGEST else None
        if raw is not None:
            return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as text: {type(error).__name__}") from error
    raise UsageError(f"{path}: larger than {LARGEST >> 20} MiB")


def _suggestions(text: str) -> tuple[Suggestion, ...]:
    from orchestrator.model.suggestion import Suggestion

    try:
        offered = tuple(Suggestion(**one) for one in json.loads(text)["suggestions"])
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError("the suggestions are not of the schema townhall.suggestions/1") from error
    for one in offered:
        lines = (one.file, one.old, one.new)
        if not all(isinstance(line, str) and line.isprintable() for line in lines) or not (
            type(one.line) is int and one.line > 0 and _PATH.fullmatch(one.file)
        ):
            raise UsageError("a suggestion is one printable line of one file of the request")
    return offered
