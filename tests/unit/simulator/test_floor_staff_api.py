"""The staff's HTTP client against a small server that answers as the API's description says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulator.floor.staff_api import HttpStaffApi
from simulator.staff import NotLetIn, NotTaken, OpenIncident, ServerSilent, Verb


class Server(ThreadingHTTPServer):
    """Answers by the table `answers`: (method, path without query) -> status, body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.answers: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        self.asked: list[tuple[str, str, str | None, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization"), body))
        rows = self.server.answers.get((self.command, self.path.partition("?")[0]), [(500, None)])
        status, answer = rows.pop(0) if len(rows) > 1 else rows[0]
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


LIST = "/api/v1/stores/s1/incidents"
SIGN_IN = ("POST", "/api/v1/sign-in")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    made.answers[SIGN_IN] = [(200, {"token": "t-1"}), (200, {"token": "t-2"})]
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def api(server: Server) -> HttpStaffApi:
    return HttpStaffApi(server.url, "s1", {"anna": "word"})


def test_sign_in_once_then_read_the_list(server: Server, api: HttpStaffApi) -> None:
    rows = [
        {"number": 7, "state": "triggered", "zone": "Dairy", "button": None, "priority": 2},
        {"number": 6, "state": "attended", "zone": None, "button": "Wine", "priority": 2},
    ]
    server.answers["GET", LIST] = [(200, {"items": rows, "next": None})]
    expected = [OpenIncident(7, "triggered", "Dairy"), OpenIncident(6, "attended", "", "Wine")]
    assert list(api.open_incidents("anna")) == expected
    assert list(api.open_incidents("anna")) == expected
    assert [(method, path) for method, path, _, _ in server.asked] == [
        SIGN_IN,
        ("GET", f"{LIST}?state=open&limit=200"),
        ("GET", f"{LIST}?state=open&limit=200"),
    ]
    assert server.asked[0][3] == {"login": "anna", "password": "word"}
    assert server.asked[1][2] == "Bearer t-1"


@pytest.mark.parametrize(
    ("verb", "outcome", "body"),
    [
        (Verb.ACKNOWLEDGE, None, {}),
        (Verb.ARRIVE, None, {}),
        (Verb.HELP, None, {}),
        (Verb.CLOSE, "recovered", {"outcome": "recovered"}),
    ],
)
def test_acts(server: Server, api: HttpStaffApi, verb: Verb, outcome: str | None, body: object) -> None:
    server.answers["POST", f"{LIST}/7/{verb}"] = [
        (200, {"state": "x"}),
        (409, {"reason": "too_late"}),
        (404, {}),
    ]
    assert api.act("anna", 7, verb, outcome) is True
    assert api.act("anna", 7, verb, outcome) is False
    assert api.act("anna", 7, verb, outcome) is False
    assert server.asked[1] == ("POST", f"{LIST}/7/{verb}", "Bearer t-1", body)


def test_what_belongs_to_an_act_goes_with_it(server: Server, api: HttpStaffApi) -> None:
    server.answers["POST", f"{LIST}/7/pass"] = [(200, {})]
    server.answers["POST", f"{LIST}/7/close"] = [(200, {})]
    assert api.act("anna", 7, Verb.PASS, None, {"to": None})
    more = {"cause": "queue", "apology": True, "remedy": "coupon", "cost_cents": 500}
    assert api.act("anna", 7, Verb.CLOSE, "recovered", more)
    assert server.asked[-2][3] == {"to": None}
    assert server.asked[-1][3] == {"outcome": "recovered", **more}


@pytest.mark.parametrize("status", [400, 422])
def test_what_the_server_does_not_take_is_told_apart_from_its_silence(
    server: Server, api: HttpStaffApi, status: int
) -> None:
    server.answers["POST", f"{LIST}/7/close"] = [(status, {"detail": "no such cause"})]
    with pytest.raises(NotTaken):
        api.act("anna", 7, Verb.CLOSE, "recovered", {"cause": "weather"})


def test_an_old_token_is_replaced_once(server: Server, api: HttpStaffApi) -> None:
    path = f"{LIST}/7/arrive"
    server.answers["POST", path] = [(200, {}), (401, {}), (200, {})]
    assert api.act("anna", 7, Verb.ARRIVE)
    assert api.act("anna", 7, Verb.ARRIVE)
    assert server.asked[-1][2] == "Bearer t-2"


def test_a_wrong_password_is_not_tried_again_by_itself(server: Server, api: HttpStaffApi) -> None:
    server.answers[SIGN_IN] = [(401, {})]
    with pytest.raises(NotLetIn):
        api.open_incidents("anna")
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_come_again_later(server: Server, api: HttpStaffApi, status: int) -> None:
    server.answers["POST", f"{LIST}/7/arrive"] = [(status, {"detail": "later"})]
    with pytest.raises(ServerSilent):
        api.act("anna", 7, Verb.ARRIVE)
    server.answers["GET", LIST] = [(status, None)]
    with pytest.raises(ServerSilent):
        api.open_incidents("anna")


def test_nobody_listens(server: Server) -> None:
    with pytest.raises(ServerSilent):
        HttpStaffApi("http://127.0.0.1:9", "s1", {"anna": "word"}).open_incidents("anna")
