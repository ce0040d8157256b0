"""Speaks to a forge over HTTPS: bounded patience, no redirects, and a token that nothing prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

from orchestrator.errors import MachineError, UsageError
from orchestrator.forge.port import DeclinedError, DoubtError
from orchestrator.load.problems import shown

LONGEST_WAIT = 60
PAGES = 1000
NOT_FOUND = 404
_AGAIN = (429, 500, 502, 503, 504)
_ONCE = "POST"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Token(AuthBase):
    """Puts the token into one header, and is the only one that knows it."""

    def __init__(self, header: str, prefix: str, token: str) -> None:
        self._header, self._value = header, prefix + token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        request.headers[self._header] = self._value
        return request


class Api:
    """An API by its address; waits at most `longest_wait` seconds before it asks again."""

    def __init__(self, address: str, token: Token, longest_wait: int = LONGEST_WAIT) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise UsageError(f"{shown(address)}: a token goes over https only; write https://...")
        self._address, self._host, self._wait = address.rstrip("/") + "/", parts.netloc, longest_wait
        self._retry = Retry(
            total=4,
            status_forcelist=_AGAIN,
            allowed_methods=("GET", "PATCH", "PUT"),
            backoff_factor=0.5,
            backoff_max=longest_wait,
            retry_after_max=longest_wait,
            raise_on_status=False,
        )
        self._session = requests.Session()
        self._session.auth = token
        self._session.mount(f"{parts.scheme}://", HTTPAdapter(max_retries=self._retry))

    def listed(self, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """Every entry of a list, page after page."""
        page: str | None = path
        for _ in range(PAGES):
            if page is None:
                return
            response = self._call("GET", page, params=parameters)
            yield from response.json()
            page, parameters = self._next(response, path, parameters)
        raise MachineError(f"{self._host} lists more than {PAGES} pages of {path}")

    def found(self, path: str) -> dict[str, Any] | None:
        """One document, or nothing where there is none of this name."""
        response = self._asked("GET", path)
        if response.status_code == NOT_FOUND:
            return None
        self._judge("GET", response)
        answer: dict[str, Any] = response.json()
        return answer

    def sent(self, method: str, path: str, document: object = None) -> dict[str, Any]:
        """Send a document and return the answer; raises DoubtError for a post that may have arrived."""
        answer: dict[str, Any] = self._call(method, path, json=document).json()
        return answer

    def _next(
        self, response: requests.Response, path: str, parameters: dict[str, str]
    ) -> tuple[str | None, dict[str, str]]:
        link = response.links.get("next", {}).get("url")
        if link:
            return link, {}
        number = response.headers.get("X-Next-Page", "")
        return (path, {**parameters, "page": number}) if number.isdigit() else (None, {})

    def _call(self, method: str, path: str, **content: Any) -> requests.Response:
        response = self._asked(method, path, **content)
        self._judge(method, response)
        return response

    def _asked(self, method: str, path: str, **content: Any) -> requests.Response:
        address = urljoin(self._address, path)
        self._same_host(address)
        try:
            return self._session.request(method, address, timeout=(10, 60), allow_redirects=False, **content)
        except requests.RequestException as error:
            message = f"{self._host} did not answer: {type(error).__name__}"
            raise DoubtError(message, 1.0) if method == _ONCE else MachineError(message) from error

    def _judge(self, method: str, response: requests.Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            self._same_host(urljoin(response.url, response.headers.get("Location", "")))
            raise MachineError(f"{self._host} says that this moved; name its new address")
        if status in _AGAIN and method == _ONCE:
            wait = self._retry.get_retry_after(response.raw)
            raise DoubtError(f"{self._host} answered {status}", min(wait or 1.0, self._wait))
        if status in (400, 422):
            raise DeclinedError(f"{self._host} does not take it: {_message(response)}")
        hint = "; is the token right, and may it comment here?" if status in (401, 403, 404) else ""
        raise MachineError(f"{self._host} answered {status}: {_message(response)}{hint}")

    def _same_host(self, address: str) -> None:
        parts = urlsplit(address)
        if (parts.scheme, parts.netloc) != urlsplit(self._address)[:2]:
            raise MachineError(f"{self._host} sends us to {shown(parts.netloc)}: refused")


def _message(response: requests.Response) -> str:
    try:
        said = response.json()
    except ValueError:
        return "no reason given"
    return shown(str(said.get("message", "no reason given")) if isinstance(said, dict) else "no reason given")
