"""Last-resort letters over real sockets: a mail server, a receiver of webhooks, TLS, and peers that mean no good."""

from __future__ import annotations

import queue
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from broker_config import machine
from server.channels_out.channels import Channels
from server.channels_out.core import Pace
from server.channels_out.letter import Kind, Letter, Told
from server.channels_out.setup import build_posts
from server.clock import SteadyClock
from server.config import LastResortSettings
from tests.live.smtp_peer import SmtpPeer, serving
from tests.live.web_peer import WebPeer, receiving
from tests.unit.server.channels_out.peers import hangs, peer

pytestmark = pytest.mark.live
PATIENCE_S = 60.0
QUICK = Pace(retry_after_s=(0.05, 0.05, 0.05), try_s=PATIENCE_S)
IMPATIENT = Pace(retry_after_s=(0.05, 0.05, 0.05), try_s=2.0)
"""For peers that say nothing: what comes after one has as long."""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STOPS_S = 5.0
"""2 s by its own word; the rest is for a busy machine."""
FROM, BOSS = "red@shop.example", "boss@shop.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A throw-away certificate and key for localhost and 127.0.0.1 in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key, made, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-keyout", str(key), "-out", str(made), "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    both.write_text(key.read_text() + made.read_text())
    return both


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


class Desk:
    """The slow channels, and the words that came back."""

    def __init__(self, settings: dict[str, Any], pace: Pace) -> None:
        clock = SteadyClock(machine.boot_clock, lambda: datetime.now(UTC))
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self.channels = Channels(
            build_posts(LastResortSettings.model_validate(settings), lambda: datetime.now(UTC)),
            self._told.put,
            clock=machine.boot_clock,
            boot=clock.boot,
            utc=clock.utc,
            pace=pace,
        )
        self.channels.start()

    def send(self, kind: Kind, target: str) -> Letter:
        one = Letter(
            uuid4(),
            kind,
            target,
            datetime.now(UTC),
            "[медленный канал] Никто не пришёл: Примерочные",
            "Примерочные, вызов 17.\n.\nНикто не ответил за 90 с.\n",
            {"event": "incident.unanswered", "place": "Примерочные", "incident": 17, "url": None},
        )
        self.channels.put(one)
        return one

    def told(self) -> Told:
        return self._told.get(timeout=PATIENCE_S)

    def quiet(self) -> bool:
        return self._told.empty()


@contextmanager
def desk(pace: Pace = QUICK, **settings: Any) -> Iterator[Desk]:
    made = Desk({"webhook_secret": SECRET, **settings}, pace)
    try:
        yield made
    finally:
        start = time.monotonic()
        made.channels.stop()
        assert time.monotonic() - start < STOPS_S


def mail_to(server: SmtpPeer, **fields: Any) -> dict[str, Any]:
    return {"host": "localhost", "port": server.port, "security": "none", "from_address": FROM, **fields}


def web_peer(**fields: Any) -> WebPeer:
    return WebPeer(SECRET, time.time(), **fields)


# Mail


def test_a_mail_arrives_as_it_was_written() -> None:
    with serving(SmtpPeer()) as server, desk(mail=mail_to(server)) as shop:
        one = shop.send("mail", BOSS)
        told = shop.told()
    assert (told.notice, told.ok, told.tries) == (one.notice, True, 1)
    [mail] = server.mails
    found = message_from_bytes(mail.data, policy=policy.default)
    assert (mail.sender, mail.to, mail.secure) == (FROM, (BOSS,), False)
    assert found["Subject"] == one.subject
    assert found.get_content().replace("\r\n", "\n") == one.text
    assert str(one.notice) in found["Message-ID"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_over_tls_with_a_password(security: str, tls: ssl.SSLContext, certificate: Path) -> None:
    server = SmtpPeer(user=("red", "hush"))
    setattr(server, security, tls)
    with serving(server):
        fields = {"security": security, "user": "red", "password": "hush"}
        with desk(mail=mail_to(server, **fields), ca_file=certificate) as shop:
            shop.send("mail", BOSS)
            assert shop.told().ok
    assert [(mail.secure, mail.user) for mail in server.mails] == [(True, "red")]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_mail_to_a_server_that_nobody_vouches_for(security: str, tls: ssl.SSLContext) -> None:
    server = SmtpPeer(user=("red", "hush"))
    setattr(server, security, tls)
    with serving(server), desk(mail=mail_to(server, security=security)) as shop:
        shop.send("mail", BOSS)
        told = shop.told()
    assert not told.ok
    assert told.error is not None and "ca_file" in told.error
    assert not server.mails


def test_a_wrong_password_is_not_tried_again() -> None:
    server = SmtpPeer(user=("red", "other"))
    with serving(server), desk(mail=mail_to(server, host="127.0.0.1", user="red", password="hush")) as shop:
        shop.send("mail", BOSS)
        told = shop.told()
    assert (told.ok, told.tries, server.callers) == (False, 1, 1)
    assert told.error is not None and "535" in told.error and "hush" not in told.error


def test_greylisting_is_waited_for() -> None:
    server = SmtpPeer(answers={"RCPT": [b"451 later", b"450 later"]})
    with serving(server), desk(mail=mail_to(server)) as shop:
        shop.send("mail", BOSS)
        assert (told := shop.told()).ok
    assert (told.tries, len(server.mails)) == (3, 1)


@pytest.mark.parametrize("word", ["HELLO", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
def test_a_mail_server_that_falls_silent(word: str) -> None:
    """Whatever the moment: cut, tried again, and the other kind is not held up meanwhile."""
    server = SmtpPeer(answers={word: [None]})
    with serving(server), receiving(web_peer()) as web, desk(IMPATIENT, mail=mail_to(server)) as shop:
        mail = shop.send("mail", BOSS)
        hook = shop.send("webhook", f"http://127.0.0.1:{web.port}/")
        told = [shop.told(), shop.told()]
    assert [(each.notice, each.ok, each.tries) for each in told] == [
        (hook.notice, True, 1),
        (mail.notice, True, 2),
    ]


def test_a_mail_server_that_falls_silent_after_it_took_the_mail() -> None:
    server = SmtpPeer(answers={"QUIT": [None]})
    with serving(server), desk(IMPATIENT, mail=mail_to(server)) as shop:
        shop.send("mail", BOSS)
        assert (told := shop.told()).ok
    assert (told.tries, len(server.mails)) == (1, 1)


def test_a_doubled_mail_can_be_recognised() -> None:
    """The mail was taken and the answer got lost: the second one has the same Message-ID."""
    server = SmtpPeer(answers={"DOT": [b"250 taken"]})
    with serving(server), desk(mail=mail_to(server)) as shop:
        one = shop.send("mail", BOSS)
        assert shop.told().ok
    with serving(SmtpPeer()) as again, desk(mail=mail_to(again)) as shop:
        shop.channels.put(one)  # the server was started again before the row was written
        assert shop.told().ok
    assert server.mails[0].data == again.mails[0].data


def test_every_refusal_is_said_with_its_code() -> None:
    server = SmtpPeer(answers={"RCPT": [b"550 5.1.1 no such user boss"]})
    with serving(server), desk(mail=mail_to(server)) as shop:
        shop.send("mail", BOSS)
        told = shop.told()
    assert (told.ok, told.tries) == (False, 1)
    assert told.error == "the mail server answered 550 to the recipient"


# Webhooks


def test_a_webhook_arrives_signed() -> None:
    with receiving(web_peer()) as web, desk() as shop:
        one = shop.send("webhook", f"http://127.0.0.1:{web.port}/hook?shop=1")
        told = shop.told()
    assert (told.notice, told.ok, told.tries) == (one.notice, True, 1)
    assert (web.ids, web.bodies, web.forged) == ([str(one.notice)], [one.facts], 0)
    assert web.paths == ["/hook?shop=1"]


def test_another_secret_is_refused_by_the_receiver() -> None:
    """That this receiver does check."""
    with receiving(WebPeer("whsec_" + "A" * 32, time.time())) as web, desk() as shop:
        shop.send("webhook", f"http://127.0.0.1:{web.port}/")
        told = shop.told()
    assert (told.ok, told.tries, web.forged) == (False, 1, 1)


def test_https_with_the_shop_s_own_authority(tls: ssl.SSLContext, certificate: Path) -> None:
    with receiving(web_peer(), tls) as web:
        url = f"https://localhost:{web.port}/"
        with desk(ca_file=certificate) as shop:
            shop.send("webhook", url)
            assert shop.told().ok
        with desk() as shop:
            shop.send("webhook", url)
            told = shop.told()
    assert not told.ok
    assert told.error is not None and "ca_file" in told.error
    assert len(web.bodies) == 1


def test_a_busy_receiver_is_asked_again_with_the_same_id() -> None:
    web = web_peer(answers=[(503, {}), (429, {"Retry-After": "3600"})])
    with receiving(web), desk() as shop:
        one = shop.send("webhook", f"http://127.0.0.1:{web.port}/")
        assert (told := shop.told()).ok
    assert told.tries == 3
    assert web.ids == [str(one.notice)] * 3


def test_gone_is_gone() -> None:
    web = web_peer(answers=[(410, {})])
    with receiving(web), desk() as shop:
        shop.send("webhook", f"http://127.0.0.1:{web.port}/")
        told = shop.told()
    assert (told.ok, told.tries, len(web.ids)) == (False, 1, 1)


def test_a_redirect_leads_nowhere() -> None:
    with receiving(web_peer()) as other:
        moved = {"Location": f"http://127.0.0.1:{other.port}/stolen"}
        web = web_peer(answers=[(307, moved)] * 4)
        with receiving(web), desk() as shop:
            shop.send("webhook", f"http://127.0.0.1:{web.port}/")
            told = shop.told()
    assert (told.ok, told.tries, len(web.ids)) == (False, 4, 4)
    assert not other.paths


# Peers that mean no good


def drips(caller: socket.socket) -> None:
    """A byte now and then: each one comes before a socket's own timeout."""
    stop = threading.Event()
    while not stop.wait(0.02):
        caller.sendall(b"2")


def floods(caller: socket.socket) -> None:
    while True:
        caller.sendall(b"250-x\r\n" * 10_000)


def gibberish(caller: socket.socket) -> None:
    caller.sendall(bytes(range(256)) * 4 + b"\r\n")
    hangs(caller)


@pytest.mark.parametrize("talk", [hangs, drips, floods, gibberish])
@pytest.mark.parametrize("kind", ["mail", "webhook", "webhook-tls"])
def test_a_hostile_peer_costs_its_own_letter_and_no_other(
    kind: str, talk: Callable[[socket.socket], None]
) -> None:
    pace = Pace(retry_after_s=(0.01,), try_s=1.0)
    with peer(talk) as port, receiving(web_peer()) as web:
        mail = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": FROM}
        with desk(pace, mail=mail) as shop:
            scheme = "https" if kind == "webhook-tls" else "http"
            bad = (
                shop.send("mail", BOSS)
                if kind == "mail"
                else shop.send("webhook", f"{scheme}://127.0.0.1:{port}/")
            )
            good = shop.send("webhook", f"http://127.0.0.1:{web.port}/")
            told = {each.notice: each for each in (shop.told(), shop.told())}
    assert told[good.notice].ok
    assert (told[bad.notice].ok, told[bad.notice].tries) == (False, 2)


def test_stop_while_every_peer_hangs_and_nothing_is_said_afterwards() -> None:
    """`desk` measures how long stop takes."""
    with peer(hangs) as port:
        mail = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": FROM}
        with desk(Pace(), mail=mail) as shop:
            for number in range(10):
                shop.send("mail", f"boss{number}@shop.example")
                shop.send("webhook", f"http://127.0.0.1:{port}/{number}")
        assert shop.quiet()
        assert not tries_left()


def tries_left() -> list[threading.Thread]:
    """Threads of tries that are still there after a while."""
    deadline = time.monotonic() + PATIENCE_S
    while left := [each for each in threading.enumerate() if each.name.startswith("letter-")]:
        if time.monotonic() > deadline:
            break
        left[0].join(0.1)
    return left


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_thread_stays_behind_after_peers_that_drip(
    scheme: str, tls: ssl.SSLContext, certificate: Path
) -> None:
    """Under TLS as well: the library takes the socket over, and it must still be possible to cut it."""

    def secure_drips(caller: socket.socket) -> None:
        with tls.wrap_socket(caller.dup(), server_side=True) as secure:
            drips(secure)

    talk = drips if scheme == "http" else secure_drips
    with (
        peer(talk) as port,
        desk(Pace(retry_after_s=(), try_s=1.0), ca_file=certificate) as shop,
    ):
        shop.send("webhook", f"{scheme}://127.0.0.1:{port}/")
        assert shop.told().error == "no answer in time"
        assert not tries_left()
