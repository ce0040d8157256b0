"""A pull request on GitHub."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.forge.http import Api
from orchestrator.forge.port import Comment
from orchestrator.forge.text import fenced
from orchestrator.model.suggestion import Suggestion

HEADER, PREFIX = "Authorization", "Bearer "
ADDRESS = "https://api.github.com"


def merged_request(api: Api, repository: str, commit: str) -> int | None:
    """The number of the pull request that brought a commit, if one did."""
    listed = api.listed(f"repos/{repository}/commits/{commit}/pulls", per_page="100")
    return next((int(one["number"]) for one in listed if one.get("merged_at")), None)


class GitHub:
    """One pull request; `commit` is its head, where suggestions are attached."""

    limit = 65_536

    def __init__(self, api: Api, repository: str, number: int, commit: str = "") -> None:
        self._api, self._commit = api, commit
        self._repository, self._number = f"repos/{repository}", number

    def author(self) -> str:
        """The account of the token; an installation's token may not ask, then the caller names it."""
        return str(self._api.sent("GET", "user")["login"])

    def comments(self) -> Iterator[Comment]:
        """The comments below the request, then those at its lines."""
        for kind, path in (("issues", "issues"), ("pulls", "pulls")):
            listed = self._api.listed(f"{self._repository}/{path}/{self._number}/comments", per_page="100")
            for one in listed:
                login = str((one.get("user") or {}).get("login", ""))
                yield Comment(f"{kind}/comments/{one['id']}", login, one.get("body") or "")

    def write(self, body: str, earlier: Comment | None) -> str:
        """Post or update the comment below the request."""
        new = f"{self._repository}/issues/{self._number}/comments"
        return str(self._put(new, {"body": body}, earlier).get("html_url", ""))

    def suggest(self, suggestion: Suggestion, head: str, earlier: Comment | None) -> None:
        """Offer the line with a button that commits it."""
        body = f"{head}\n{fenced(suggestion.new, 'suggestion')}"
        place = {"path": suggestion.file, "line": suggestion.line, "side": "RIGHT", "commit_id": self._commit}
        document: dict[str, object] = {"body": body} if earlier else {"body": body, **place}
        self._put(f"{self._repository}/pulls/{self._number}/comments", document, earlier)

    def _put(self, new: str, document: dict[str, object], earlier: Comment | None) -> dict[str, object]:
        if earlier is None:
            return self._api.sent("POST", new, document)
        return self._api.sent("PATCH", f"{self._repository}/{earlier.id}", document)
