"""HTTP doubles of three forges on loopback: their paths, pages, limits, tokens and moods."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "s3cr3t-token"
US = "townhall-bot"
HEADERS = {
    "github": ("Authorization", f"Bearer {TOKEN}"),
    "gitlab": ("PRIVATE-TOKEN", TOKEN),
    "forgejo": ("Authorization", f"token {TOKEN}"),
}
BASES = {
    "github": "/repos/hall/network",
    "gitlab": "/api/v4/projects/hall%2Fnetwork/merge_requests/7",
    "forgejo": "/api/v1/repos/hall/network",
}
LIMITS = {"github": 65_536, "gitlab": 1_000_000, "forgejo": 65_536}


@dataclass
class State:
    """What the forge holds, and how it behaves next; each mood serves one call."""

    kind: str
    page: int = 2
    comments: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)
    moods: list[tuple[str, int, dict[str, str], bool]] = field(default_factory=list)
    """Method, status, headers, and whether the call is carried out all the same."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    outside_the_diff: bool = False
    address: str = ""
    merged: str = ""
    """The commit that request 7 was merged as."""

    def add(self, body: str, author: str = US, remark: bool = False) -> dict[str, Any]:
        """A comment as the forge keeps it."""
        who = {"username": author} if self.kind == "gitlab" else {"login": author}
        key = "author" if self.kind == "gitlab" else "user"
        number = len(self.comments) + len(self.remarks) + 1
        made = {"id": number, "body": body, key: who, "html_url": f"https://forge/{number}"}
        (self.remarks if remark and self.kind != "gitlab" else self.comments).append(made)
        return made


@contextmanager
def forge(kind: str) -> Iterator[State]:
    """A running double."""
    state = State(kind)
    handler = type("Bound", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    state: State

    def do_GET(self) -> None:
        self.serve("GET")

    def do_POST(self) -> None:
        self.serve("POST")

    def do_PUT(self) -> None:
        self.serve("PUT")

    def do_PATCH(self) -> None:
        self.serve("PATCH")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def serve(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        document = json.loads(raw) if raw else {}
        path = urlsplit(self.path).path
        self.state.calls.append((method, path))
        header, value = HEADERS[self.state.kind]
        if self.headers.get(header) != value:
            self.answer(401, {"message": "Bad \x1b[31mcredentials"})
            return
        mood = next((mood for mood in self.state.moods if mood[0] == method), None)
        if mood:
            self.state.moods.remove(mood)
            if mood[3]:
                self.change(method, path, document)
            self.answer(mood[1], {"message": "in a mood"}, mood[2])
            return
        self.read(path) if method == "GET" else self.answer(*self.change(method, path, document))

    def read(self, path: str) -> None:
        base, state = BASES[self.state.kind], self.state
        if "/commits/" in path:
            self.requests_of(path)
        elif path.endswith("/user"):
            self.answer(200, {"username": US, "login": US})
        elif path == base and state.kind == "gitlab":
            refs = {"base_sha": "b", "start_sha": "s", "head_sha": "h"}
            self.answer(200, {"diff_refs": refs, "web_url": "https://forge/mr/7"})
        elif path in (f"{base}/notes", f"{base}/issues/7/comments"):
            self.page(path, state.comments)
        elif path == f"{base}/pulls/7/comments":
            self.page(path, state.remarks)
        else:
            self.answer(404, {"message": "Not Found"})

    def requests_of(self, path: str) -> None:
        """An open request that holds the commit, and the one that brought it."""
        commit = path.split("/commits/")[1].partition("/")[0]
        merged = commit == self.state.merged
        if self.state.kind == "forgejo":
            document = {"number": 7, "merged": True}
            self.answer(200, document) if merged else self.answer(404, {"message": "Not Found"})
        elif self.state.kind == "gitlab":
            self.page(path, [{"iid": 8, "state": "opened"}, {"iid": 7, "state": "merged"}][: 1 + merged])
        else:
            found = [{"number": 8, "merged_at": None}, {"number": 7, "merged_at": "2026-01-01T00:00:00Z"}]
            self.page(path, found[: 1 + merged])

    def page(self, path: str, entries: list[dict[str, Any]]) -> None:
        state = self.state
        if state.kind == "forgejo":
            self.answer(200, entries)
            return
        number = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        shown = entries[(number - 1) * state.page : number * state.page]
        more = number * state.page < len(entries)
        following = f"{state.address}{path}?page={number + 1}"
        if state.kind == "github":
            self.answer(200, shown, {"Link": f'<{following}>; rel="next"'} if more else {})
        else:
            self.answer(200, shown, {"X-Next-Page": str(number + 1) if more else ""})

    def change(self, method: str, path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        base, state = BASES[self.state.kind], self.state
        if len(document["body"]) > LIMITS[state.kind]:
            return 422, {"message": "body is too long"}
        if method == "POST" and path in (f"{base}/notes", f"{base}/issues/7/comments"):
            return 201, state.add(document["body"])
        if method == "POST" and path in (f"{base}/discussions", f"{base}/pulls/7/comments"):
            if state.outside_the_diff:
                return (422, {"message": "line must be part of the diff"})
            made = state.add(document["body"], remark=True)
            made["place"] = {key: value for key, value in document.items() if key != "body"}
            return 201, made
        found = [one for one in (*state.comments, *state.remarks) if path.endswith(f"/{one['id']}")]
        if method == ("PUT" if state.kind == "gitlab" else "PATCH") and found:
            found[0]["body"] = document["body"]
            return 200, found[0]
        return 404, {"message": "Not Found"}

    def answer(self, status: int, document: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
