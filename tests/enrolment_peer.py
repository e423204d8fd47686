"""A server of enrolment as `broker_config.enrolment` describes it, over real TLS, and its rogue relatives."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from broker_config import topics
from broker_config.enrolment import Join, fingerprint, new_code
from broker_config.identity import authority, keys
from broker_config.identity.certificate import der_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TICKET = "t" * 43


class Peer:
    """`grants`: whether whoever confirms does so as soon as it may. What was asked is in `asked`, by path."""

    def __init__(self, folder: Path, *, now: datetime = NOW, grants: bool = True) -> None:
        self.now = now
        self.grants = grants
        self.state = "waiting"
        self.code = new_code()
        self.spent = ""
        self.authority = authority.make("s1", now=now, serial=authority.new_serial())
        self.shows = self.authority.certificate
        """What it calls its authority."""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answer: Callable[[str, dict[str, Any]], tuple[int, object]] = self.enrols
        self.device, self.store, self.kind = "b7", "s1", ""
        self.csr = ""
        self._folder = folder
        self._server: HTTPServer | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.server_address[1])

    def join(self, host: str = "127.0.0.1") -> Join:
        return Join(host, self.port, self.code, fingerprint(der_of(self.authority.certificate)))

    def open(
        self,
        *,
        hosts: tuple[str, ...] = ("127.0.0.1", "localhost"),
        signer: authority.Authority | None = None,
    ) -> None:
        key = keys.new_key()
        made = (signer or self.authority).server(
            keys.request(key), "server", hosts, now=self.now, serial=authority.new_serial()
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "server.pem").write_text(key + made)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.pem")
        self._server = HTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread.start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _serve(self) -> None:
        assert self._server is not None
        self._server.serve_forever(0.02)

    # The protocol

    def enrols(self, path: str, said: dict[str, Any]) -> tuple[int, object]:
        match path:
            case "/enrol/v1/ca":
                return 200, self.shows
            case "/enrol/v1/ask":
                same = self.csr != "" and keys.public_key(said["csr"]) == keys.public_key(self.csr)
                if said["code"] != (self.spent if same else self.code):
                    return 403, {}
                self.spent, self.code, self.kind, self.csr = said["code"], "", said["kind"], said["csr"]
                if self.kind == "g" and self.grants:
                    self.state = "granted"
                return 200, {"ticket": TICKET, "expires_s": 900}
            case "/enrol/v1/pressed" if said["ticket"] == TICKET:
                self.state = "granted" if self.grants else self.state
                return 204, None
            case "/enrol/v1/fetch" if said["ticket"] == TICKET:
                return 200, {"state": self.state, "grant": self.grant() if self.state == "granted" else None}
        return 404, {}

    def grant(self) -> dict[str, object]:
        name = topics.client_id(self.store, self.device)
        certificate = self.authority.device(self.csr, name, now=self.now, serial=authority.new_serial())
        return {
            "store": self.store,
            "device": self.device,
            "server": "server",
            "certificate": certificate,
            "authority": self.authority.certificate,
            "broker_host": "127.0.0.1",
            "broker_port": 8883,
        }


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5.0

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, said: dict[str, Any]) -> None:
            peer.asked.append((self.path, said))
            status, body = peer.answer(self.path, said)
            text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def handle(self) -> None:
            with suppress(OSError):  # whoever came did not believe us
                super().handle()

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    return Handler


@contextmanager
def opened(peer: Peer, **how: Any) -> Iterator[Peer]:
    peer.open(**how)
    try:
        yield peer
    finally:
        peer.close()


def long_ago() -> datetime:
    """An authority and a server that count from now on only, seen by a machine whose clock stands still."""
    return NOW + timedelta(days=3_000)
