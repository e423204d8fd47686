"""What goes out as a webhook, what each answer means, and peers that answer anything but HTTP."""

from __future__ import annotations

import json
import socket
import ssl
from datetime import UTC, datetime

import pytest

from broker_config import machine
from server.channels_out.letter import Letter, Outcome
from server.channels_out.line import Line
from server.channels_out.webhook import NOT_NEAR, Webhook, body_of, judge
from tests.unit.server.channels_out.letters import letter
from tests.unit.server.channels_out.peers import Talk, hangs, peer, says, unused_port

AT = datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)
POST = Webhook(b"k" * 32, ssl.create_default_context(), lambda: AT)


def send(to: Letter, seconds: float = 10) -> Outcome:
    line = Line(seconds, machine.boot_clock)
    try:
        return POST.send(to, line)
    finally:
        line.close()


def sent_to(talk: Talk, seconds: float = 10) -> Outcome:
    with peer(talk) as port:
        return send(letter(f"http://127.0.0.1:{port}/", "webhook"), seconds)


@pytest.mark.parametrize(
    ("status", "ok", "final"),
    [
        (200, True, False),
        (204, True, False),
        (299, True, False),
        (199, False, False),
        (301, False, False),
        (307, False, False),
        (400, False, True),
        (401, False, True),
        (404, False, True),
        (408, False, False),
        (410, False, True),
        (425, False, False),
        (429, False, False),
        (499, False, True),
        (500, False, False),
        (503, False, False),
        (999, False, False),
    ],
)
def test_what_a_status_means(status: int, ok: bool, final: bool) -> None:
    found = judge(status)
    assert (found.ok, found.final) == (ok, final)
    assert (found.error is None) == ok
    assert ok or str(status) in (found.error or "")


def test_the_request() -> None:
    heard = bytearray()

    def talk(caller: socket.socket) -> None:
        while b'"url":null}' not in heard:
            heard.extend(caller.recv(65_536))
        caller.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with peer(talk) as port:
        one = letter(f"http://127.0.0.1:{port}/hook?shop=1#part", "webhook")
        assert send(one) == Outcome(True)
    head, _, body = bytes(heard).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert first == "POST /hook?shop=1 HTTP/1.1"
    assert headers["host"] == f"127.0.0.1:{port}"
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == str(len(body))
    assert headers["webhook-id"] == str(one.notice)
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert json.loads(body) == one.facts
    assert len([line for line in lines if line.lower().startswith("host:")]) == 1


def test_the_body_has_the_same_bytes_each_time_and_only_json() -> None:
    assert body_of({"b": 1, "a": "ä"}) == '{"b":1,"a":"ä"}'.encode()
    with pytest.raises(ValueError):
        body_of({"waited_s": float("nan")})


@pytest.mark.parametrize(
    ("talk", "part"),
    [
        (says(b"\x00\xff" * 50), "not HTTP"),
        (says(b"220 mail.example ESMTP\r\n"), "not HTTP"),
        (says(b"HTTP/1.1 abc\r\n\r\n"), "not HTTP"),
        (says(b"HTTP/1.1 200 OK\r\n", *[b"x: y\r\n"] * 200), "not HTTP"),
        (says(b"HTTP/1.1 200 OK" + b"x" * 70_000), "not HTTP"),
        (says(b""), "broke off"),
        (says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"), "302: redirects"),
        (says(b"HTTP/1.1 503 Busy with secret\r\n\r\n"), "answered 503"),
    ],
)
def test_peers_that_answer_oddly(talk: Talk, part: str) -> None:
    found = sent_to(talk)
    assert not found.ok and not found.final
    assert found.error is not None and part in found.error
    assert "secret" not in found.error


def test_a_huge_answer_is_not_read() -> None:
    """The peer would send for ever: it stops because the other side has hung up."""
    amount = 0

    def talk(caller: socket.socket) -> None:
        nonlocal amount
        caller.recv(65_536)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        while amount < 2**30:
            amount += caller.send(b"x" * 65_536)

    assert sent_to(talk) == Outcome(True)
    assert amount < 2**26


def test_a_peer_that_says_nothing() -> None:
    assert sent_to(hangs, seconds=0.05) == Outcome(False, "no answer in time")


@pytest.mark.parametrize(
    ("url", "final"),
    [
        ("ftp://127.0.0.1/", True),
        ("https://a..b.example/", True),
        (f"http://127.0.0.1:{unused_port()}/", False),
        (f"https://127.0.0.1:{unused_port()}/", False),
    ],
)
def test_where_nobody_is(url: str, final: bool) -> None:
    found = send(letter(url, "webhook"))
    assert (found.ok, found.final) == (False, final)


def test_plain_http_stays_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the address that would be dialled, whatever the name looks like."""
    ways = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.114.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ways)
    assert send(letter("http://localhost/", "webhook")) == Outcome(False, NOT_NEAR, final=True)


def test_https_to_a_peer_without_tls() -> None:
    with peer(says(b"HTTP/1.1 200 OK\r\n\r\n")) as port:
        found = send(letter(f"https://127.0.0.1:{port}/", "webhook"))
    assert not found.ok and not found.final
    assert found.error is not None and "TLS" in found.error
