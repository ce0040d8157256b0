"""A merge request on GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from orchestrator.forge.http import Api
from orchestrator.forge.port import Comment
from orchestrator.forge.text import fenced
from orchestrator.model.suggestion import Suggestion

HEADER, PREFIX = "PRIVATE-TOKEN", ""
ADDRESS = "https://gitlab.com/api/v4"


def merged_request(api: Api, repository: str, commit: str) -> int | None:
    """The number of the merge request that brought a commit, if one did."""
    project = f"projects/{quote(repository, safe='')}"
    listed = api.listed(f"{project}/repository/commits/{commit}/merge_requests", per_page="100")
    return next((int(one["iid"]) for one in listed if one.get("state") == "merged"), None)


class GitLab:
    """One merge request by its number in the project."""

    limit = 1_000_000

    def __init__(self, api: Api, repository: str, number: int) -> None:
        self._api = api
        self._request = f"projects/{quote(repository, safe='')}/merge_requests/{number}"

    def author(self) -> str:
        """The account of the token."""
        return str(self._api.sent("GET", "user")["username"])

    def comments(self) -> Iterator[Comment]:
        """All notes, those at lines too."""
        listed = self._api.listed(f"{self._request}/notes", per_page="100", sort="asc", order_by="created_at")
        for note in listed:
            yield Comment(str(note["id"]), str((note.get("author") or {}).get("username", "")), note["body"])

    def write(self, body: str, earlier: Comment | None) -> str:
        """Post or update the note below the request."""
        if earlier is None:
            self._api.sent("POST", f"{self._request}/notes", {"body": body})
        else:
            self._update(earlier, body)
        return str(self._api.sent("GET", self._request).get("web_url", ""))

    def suggest(self, suggestion: Suggestion, head: str, earlier: Comment | None) -> None:
        """Offer the line with a button that applies it."""
        body = f"{head}\n{fenced(suggestion.new, 'suggestion:-0+0')}"
        if earlier is not None:
            self._update(earlier, body)
            return
        refs = self._api.sent("GET", self._request)["diff_refs"]
        place = {"old_path": suggestion.file, "new_path": suggestion.file, "new_line": suggestion.line}
        commits = {name: refs[name] for name in ("base_sha", "start_sha", "head_sha")}
        position = {"position_type": "text", **commits, **place}
        self._api.sent("POST", f"{self._request}/discussions", {"body": body, "position": position})

    def _update(self, earlier: Comment, body: str) -> None:
        self._api.sent("PUT", f"{self._request}/notes/{earlier.id}", {"body": body})
