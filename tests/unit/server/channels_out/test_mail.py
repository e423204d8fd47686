"""What each answer of a mail server means, and peers that are none. A whole server: tests/live/test_channels_out.py."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from typing import Any

import pytest
from pydantic import SecretStr

from broker_config import machine
from server.channels_out.letter import Letter, Outcome
from server.channels_out.line import Line
from server.channels_out.mail import MailPost, refused
from server.config import Mail
from tests.unit.server.channels_out.letters import letter
from tests.unit.server.channels_out.peers import Talk, hangs, peer, says, unused_port

SECRET = b"secret words of the peer"


def send(port: int, one: Letter | None = None, seconds: float = 10, **fields: Any) -> Outcome:
    values = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from_address": "red@shop.example",
        **fields,
    }
    line = Line(seconds, machine.boot_clock)
    try:
        return MailPost(Mail.model_validate(values), ssl.create_default_context()).send(one or letter(), line)
    finally:
        line.close()


def sent_to(talk: Talk, seconds: float = 10, **fields: Any) -> Outcome:
    with peer(talk) as port:
        return send(port, seconds=seconds, **fields)


def answering(heard: bytearray, **answers: bytes) -> Talk:
    """A mail server by rote: one answer per command word, 250 where none is given."""

    def talk(caller: socket.socket) -> None:
        caller.sendall(answers.get("hello", b"220 ready\r\n"))
        data = False
        with caller.makefile("rb") as lines:
            for line in lines:
                heard.extend(line)
                word = line[:4].strip().lower().decode()
                if data and line != b".\r\n":
                    continue
                if data:
                    word = "dot"
                data = word == "data" and not answers.get("data", b"354").startswith((b"4", b"5"))
                if word == "quit":
                    return
                caller.sendall(answers.get(word, b"354 go\r\n" if word == "data" else b"250 fine\r\n"))

    return talk


@pytest.mark.parametrize(
    ("error", "part", "final"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, SECRET)}), "550 to the recipient", True),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, SECRET)}), "450 to the recipient", False),
        (smtplib.SMTPSenderRefused(553, SECRET, "a@b"), "553 to the from_address", True),
        (smtplib.SMTPAuthenticationError(535, SECRET), "535 to user and password", True),
        (smtplib.SMTPAuthenticationError(454, SECRET), "454 to user and password", False),
        (smtplib.SMTPDataError(451, SECRET), "answered 451", False),
        (smtplib.SMTPDataError(552, SECRET), "answered 552", True),
        (smtplib.SMTPResponseException(-1, SECRET), "not SMTP", False),
        (smtplib.SMTPNotSupportedError(SECRET), "security", True),
        (smtplib.SMTPServerDisconnected(SECRET), "broke off", False),
        (smtplib.SMTPException(SECRET), "not SMTP", False),
    ],
)
def test_what_an_answer_means(error: smtplib.SMTPException, part: str, final: bool) -> None:
    found = refused(error)
    assert not found.ok
    assert found.final is final
    assert found.error is not None and part in found.error
    assert "secret" not in found.error


def test_a_mail_and_who_it_is_for() -> None:
    heard = bytearray()
    assert sent_to(answering(heard)) == Outcome(True)
    lines = bytes(heard).split(b"\r\n")
    assert lines[0] == b"ehlo [127.0.0.1]"
    assert lines[1].lower().startswith(b"mail from:<red@shop.example>")
    assert lines[2].lower() == b"rcpt to:<boss@shop.example>"
    assert lines[-2] == b"quit"


@pytest.mark.parametrize(
    ("answers", "part", "final"),
    [
        ({"hello": b"554 no mail here\r\n"}, "554", True),
        ({"hello": b"421 busy\r\n"}, "421", False),
        ({"mail": b"530 first STARTTLS\r\n"}, "530 to the from_address", True),
        ({"rcpt": b"550 who?\r\n"}, "550 to the recipient", True),
        ({"rcpt": b"451 greylisted\r\n"}, "451 to the recipient", False),
        ({"rcpt": b"421 bye\r\n"}, "421 to the recipient", False),
        ({"data": b"554 no\r\n"}, "554", True),
        ({"dot": b"452 full\r\n"}, "452", False),
        ({"dot": b"250"}, "broke off", False),
    ],
)
def test_a_server_that_refuses(answers: dict[str, bytes], part: str, final: bool) -> None:
    if answers.get("dot") == b"250":
        talk: Talk = says(b"220 r\r\n250 e\r\n250 m\r\n250 r\r\n354 d\r\n25", hears=0)
    else:
        talk = answering(bytearray(), **answers)
    found = sent_to(talk)
    assert (found.ok, found.final) == (False, final)
    assert found.error is not None and part in found.error


@pytest.mark.parametrize("silent", [False, True])
def test_what_comes_after_the_mail_was_taken_does_not_matter(silent: bool) -> None:
    """The peer breaks off or falls silent instead of answering QUIT: a second try would be a second mail."""

    def talk(caller: socket.socket) -> None:
        caller.sendall(b"220 r\r\n250 e\r\n250 m\r\n250 r\r\n354 d\r\n250 taken\r\n")
        while b"\r\n.\r\n" not in caller.recv(65_536):
            pass
        if silent:
            hangs(caller)
        caller.close()

    start = time.monotonic()
    assert sent_to(talk) == Outcome(True)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("talk", "part"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n", hears=0), "not SMTP"),
        (says(b"\x00\xff\r\n", hears=0), "not SMTP"),
        (says(b"", hears=0), "broke off"),
        (says(b"220-" + b"x" * 10_000 + b"\r\n", hears=0), "broke off"),
    ],
)
def test_a_peer_that_is_no_mail_server(talk: Talk, part: str) -> None:
    found = sent_to(talk)
    assert (found.ok, found.final) == (False, False)
    assert found.error is not None and part in found.error


def test_an_endless_answer_is_not_collected() -> None:
    amount = 0

    def talk(caller: socket.socket) -> None:
        nonlocal amount
        while amount < 2**30:
            amount += caller.send(b"220-and more\r\n" * 1_000)

    assert not sent_to(talk).ok
    assert amount < 2**26


def test_a_peer_that_hangs() -> None:
    assert sent_to(hangs, seconds=0.05) == Outcome(False, "no answer in time")


def test_nobody_listens_and_an_odd_address() -> None:
    assert send(unused_port()).error == "nobody listens there: check host and port"
    assert send(unused_port(), letter("maria")).final


def test_no_password_and_no_mail_without_the_tls_that_was_asked_for() -> None:
    heard = bytearray()
    found = sent_to(
        answering(heard, ehlo=b"250-me\r\n250 AUTH PLAIN LOGIN\r\n"),
        security="starttls",
        user="red",
        password=SecretStr("hush"),
    )
    assert (found.ok, found.final) == (False, True)
    assert [line.split()[0] for line in bytes(heard).splitlines()] == [b"ehlo", b"quit"]


def test_a_server_that_takes_no_password() -> None:
    found = sent_to(answering(bytearray()), user="red", password=SecretStr("hush"))
    assert (found.ok, found.final) == (False, True)
