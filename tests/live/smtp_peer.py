"""A mail server of the tests, written from RFC 5321, 3207 and 4954: it takes mail, refuses it, or hangs, as asked."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO, cast


@dataclass(frozen=True)
class Arrived:
    sender: str
    to: tuple[str, ...]
    data: bytes
    secure: bool
    user: str | None


@dataclass
class SmtpPeer:
    """`answers`: the words of a command (`HELLO`, `EHLO`, `RCPT`, ..., `DOT` for a finished mail) -> replies that
    are used up one by one before the proper ones. A reply of None: nothing is said any more, nor hung up."""

    starttls: ssl.SSLContext | None = None
    tls: ssl.SSLContext | None = None
    user: tuple[str, str] | None = None
    """Name and password without which no mail is taken."""
    answers: dict[str, list[bytes | None]] = field(default_factory=dict)
    port: int = 0
    mails: list[Arrived] = field(default_factory=list)
    callers: int = 0
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def answer(self, word: str, proper: bytes) -> bytes:
        waiting = self.answers.get(word)
        found = waiting.pop(0) if waiting else proper
        if found is None:
            raise Silence
        return found

    def take(self, mail: Arrived) -> None:
        with self.arrived:
            self.mails.append(mail)
            self.arrived.notify_all()


class Silence(Exception):
    pass


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    peer: SmtpPeer

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that breaks off is what these tests are about."""


class _Caller(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self._peer = cast(_Server, self.server).peer
        self._peer.callers += 1
        self._sock: socket.socket = self.request
        self._user: str | None = None
        with suppress(OSError, ssl.SSLError):
            if self._peer.tls is not None:
                self._sock = self._peer.tls.wrap_socket(self._sock, server_side=True)
            try:
                self._talk()
            except Silence:
                while self._sock.recv(4_096):
                    pass
        self._sock.close()

    def _say(self, word: str, proper: bytes) -> bool:
        """Whether the answer was a yes."""
        reply = self._peer.answer(word, proper)
        self._sock.sendall(reply + b"\r\n")
        return reply[:1] in b"23"

    def _talk(self) -> None:
        self._lines: BinaryIO = cast(BinaryIO, self._sock.makefile("rb"))
        sender = ""
        to: list[str] = []
        if not self._say("HELLO", b"220 peer.example ESMTP"):
            return
        while line := self._lines.readline(1_000):
            word, _, rest = line.decode("ascii").strip().partition(" ")
            word = word.upper()
            if word == "EHLO":
                self._say(word, self._greeting())
            elif word == "STARTTLS" and self._peer.starttls is not None:
                if self._say(word, b"220 go ahead"):
                    self._lines.close()
                    self._sock = self._peer.starttls.wrap_socket(self._sock, server_side=True)
                    self._lines = cast(BinaryIO, self._sock.makefile("rb"))
            elif word == "AUTH":
                self._auth(rest)
            elif word == "MAIL":
                sender, to = rest[rest.index("<") + 1 : rest.index(">")], []
                wanted = self._peer.user is not None and self._user is None
                self._say(word, b"530 5.7.0 sign in first" if wanted else b"250 ok")
            elif word == "RCPT":
                if self._say(word, b"250 ok"):
                    to.append(rest[rest.index("<") + 1 : rest.index(">")])
            elif word == "DATA":
                self._data(sender, to)
            elif word in ("RSET", "NOOP"):
                self._say(word, b"250 ok")
            elif word == "QUIT":
                self._say(word, b"221 bye")
                return
            else:
                self._say(word, b"502 what?")

    def _greeting(self) -> bytes:
        lines = [b"peer.example", b"SIZE 1000000"]
        secure = isinstance(self._sock, ssl.SSLSocket)
        if self._peer.starttls is not None and not secure:
            lines.append(b"STARTTLS")
        if self._peer.user is not None and (secure or self._peer.starttls is None):
            lines.append(b"AUTH PLAIN")
        return b"\r\n".join(b"250-" + line for line in lines[:-1]) + b"\r\n250 " + lines[-1]

    def _auth(self, rest: str) -> None:
        kind, _, given = rest.partition(" ")
        assert kind.upper() == "PLAIN"
        _, user, password = base64.b64decode(given).decode().split("\0")
        fine = (user, password) == self._peer.user
        if self._say("AUTH", b"235 welcome" if fine else b"535 5.7.8 no"):
            self._user = user

    def _data(self, sender: str, to: list[str]) -> None:
        if not to:
            self._say("DATA", b"503 to whom?")
            return
        if not self._say("DATA", b"354 end with a dot"):
            return
        data = bytearray()
        while (line := self._lines.readline(1_002)) != b".\r\n":
            if not line:
                return
            data += line[1:] if line.startswith(b".") else line
        if self._say("DOT", b"250 taken"):
            secure = isinstance(self._sock, ssl.SSLSocket)
            self._peer.take(Arrived(sender, tuple(to), bytes(data), secure, self._user))


@contextmanager
def serving(peer: SmtpPeer) -> Iterator[SmtpPeer]:
    with _Server(("127.0.0.1", 0), _Caller) as server:
        server.peer = peer
        peer.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield peer
        server.shutdown()
        thread.join(30)
