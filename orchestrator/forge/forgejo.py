"""A pull request on Forgejo or Gitea."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.forge.http import Api
from orchestrator.forge.port import Comment, DeclinedError
from orchestrator.model.suggestion import Suggestion

HEADER, PREFIX = "Authorization", "token "


def merged_request(api: Api, repository: str, commit: str) -> int | None:
    """The number of the pull request that brought a commit, if one did."""
    found = api.found(f"repos/{repository}/commits/{commit}/pull")
    return int(found["number"]) if found and found.get("merged") else None


class Forgejo:
    """One pull request; the forge names no limit of its own, so the caller may."""

    def __init__(self, api: Api, repository: str, number: int, limit: int = 65_536) -> None:
        self._api, self.limit = api, limit
        self._issues, self._number = f"repos/{repository}/issues", number

    def author(self) -> str:
        """The account of the token."""
        return str(self._api.sent("GET", "user")["login"])

    def comments(self) -> Iterator[Comment]:
        """The comments below the request."""
        for one in self._api.listed(f"{self._issues}/{self._number}/comments"):
            login = str((one.get("user") or {}).get("login", ""))
            yield Comment(str(one["id"]), login, one.get("body") or "")

    def write(self, body: str, earlier: Comment | None) -> str:
        """Post or update the comment below the request."""
        document = {"body": body}
        if earlier is None:
            answer = self._api.sent("POST", f"{self._issues}/{self._number}/comments", document)
        else:
            answer = self._api.sent("PATCH", f"{self._issues}/comments/{earlier.id}", document)
        return str(answer.get("html_url", ""))

    def suggest(self, suggestion: Suggestion, head: str, earlier: Comment | None) -> None:
        """Decline: a line is shown as a diff instead."""
        del head, earlier
        raise DeclinedError(f"no suggestions here: {suggestion.file}:{suggestion.line}")
