"""A receiver of webhooks on loopback: it checks the signature with code of its own, written from the description."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import ssl
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

TOLERANCE_S = 300


@dataclass
class WebPeer:
    secret: str
    epoch: float
    """About now; what is stamped further off is refused."""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Status and headers, used up one by one before 204."""
    port: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    forged: int = 0
    paths: list[str] = field(default_factory=list)


class _Server(http.server.ThreadingHTTPServer):
    peer: WebPeer

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that breaks off is no fault of this server."""


class _Caller(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        peer = cast(_Server, self.server).peer
        peer.paths.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._genuine(peer, body):
            peer.forged += 1
            self.send_error(401)
            return
        peer.ids.append(self.headers["Webhook-Id"])
        status, headers = peer.answers.pop(0) if peer.answers else (204, {})
        if status == 204:
            peer.bodies.append(json.loads(body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _genuine(self, peer: WebPeer, body: bytes) -> bool:
        stamp = self.headers["Webhook-Timestamp"]
        if abs(int(stamp) - peer.epoch) > TOLERANCE_S:
            return False
        signed = b".".join([self.headers["Webhook-Id"].encode(), stamp.encode(), body])
        digest = hmac.digest(b64decode(peer.secret.split("_", 1)[1]), signed, hashlib.sha256)
        wanted = "v1," + b64encode(digest).decode()
        return any(hmac.compare_digest(each, wanted) for each in self.headers["Webhook-Signature"].split())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiving(peer: WebPeer, tls: ssl.SSLContext | None = None) -> Iterator[WebPeer]:
    with _Server(("127.0.0.1", 0), _Caller) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.peer = peer
        peer.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield peer
        server.shutdown()
        thread.join(30)
