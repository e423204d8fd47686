"""The server's public HTTP API as staff use it: sign in with a password, then bearer token, stdlib only."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from simulator.staff import NotLetIn, NotTaken, OpenIncident, ServerSilent, Verb

ANSWER_S = 5.0
LONGEST = 1_000_000
DONE = frozenset({200, 201, 204})
REFUSED = frozenset({404, 409})
NOT_TAKEN = frozenset({400, 422})


class HttpStaffApi:
    """`passwords`: login -> password. Not for several threads: the people's loop owns it."""

    def __init__(self, api_url: str, store: str, passwords: Mapping[str, str]) -> None:
        parts = urlsplit(api_url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port
        self._base = f"{parts.path.rstrip('/')}/api/v1"
        self._incidents = f"/stores/{quote(store)}/incidents"
        self._passwords = dict(passwords)
        self._tokens: dict[str, str] = {}

    def open_incidents(self, login: str) -> Sequence[OpenIncident]:
        status, answer = self._as(login, "GET", f"{self._incidents}?state=open&limit=200")
        if status not in DONE or not isinstance(answer, dict):
            raise ServerSilent(f"the list of incidents: status {status}")
        return [
            OpenIncident(
                int(row["number"]), str(row["state"]), str(row["zone"] or ""), str(row["button"] or "")
            )
            for row in answer["items"]
        ]

    def act(
        self,
        login: str,
        number: int,
        verb: Verb,
        outcome: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> bool:
        body = {} if outcome is None else {"outcome": outcome}
        status, _ = self._as(login, "POST", f"{self._incidents}/{number}/{verb}", {**body, **(more or {})})
        if status in DONE:
            return True
        if status in REFUSED:
            return False
        if status in NOT_TAKEN:
            raise NotTaken(f"{verb} of incident {number}: status {status}")
        raise ServerSilent(f"{verb} of incident {number}: status {status}")

    def get(self, login: str, path: str) -> Any:
        """Whatever this person may read there. Raises ServerSilent and NotLetIn."""
        status, answer = self._as(login, "GET", path)
        if status not in DONE:
            raise ServerSilent(f"{path}: status {status}")
        return answer

    def _as(self, login: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Signed in as `login`; a token that is not taken any more is replaced once."""
        fresh = login not in self._tokens
        if fresh:
            self._sign_in(login)
        status, answer = self._ask(method, path, body, self._tokens[login])
        if status == 401 and not fresh:
            self._sign_in(login)
            status, answer = self._ask(method, path, body, self._tokens[login])
        if status in (401, 403):
            self._tokens.pop(login, None)
            raise NotLetIn(f"{login} may not do this")
        return status, answer

    def _sign_in(self, login: str) -> None:
        credentials = {"login": login, "password": self._passwords[login]}
        status, answer = self._ask("POST", "/sign-in", credentials, None)
        if status == 401:
            raise NotLetIn(f"the server does not know {login} by this password")
        if status not in DONE or not isinstance(answer, dict):
            raise ServerSilent(f"sign-in: status {status}")
        self._tokens[login] = str(answer["token"])

    def _ask(self, method: str, path: str, body: object, token: str | None) -> tuple[int, Any]:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=ANSWER_S)
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = None
        if method == "POST":
            content = json.dumps({} if body is None else body)
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, self._base + path, content, headers)
            answer = connection.getresponse()
            read = answer.read(LONGEST)
            return answer.status, json.loads(read) if read else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ServerSilent(f"{self._host}: {error}") from error
        finally:
            connection.close()
