"""The connection of one try: it knows how many seconds are left, and another thread can cut it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

from server.channels_out.trouble import NotAllowed


class Line:
    """A socket's own timeout is no limit: a peer that drips one byte a second never trips it. So the owner of the
    tries calls `cut` when the time is over, and the blocked thread finds its socket shut.

    The handle that is kept is a duplicate: it reaches the same connection after TLS has taken the socket over."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._cut = False

    def left(self) -> float:
        """Seconds, more than 0. Raises TimeoutError when there are none or the line was cut."""
        left = self._end - self._clock()
        if left <= 0 or self._cut:
            raise TimeoutError
        return left

    def dial(
        self, host: str, port: int, allowed: Callable[[str], bool] | None = None, otherwise: str = ""
    ) -> socket.socket:
        """A connected socket. A name with several addresses is tried address by address, each with its share of
        the time; `allowed` is asked about the very address that is dialled, so no second look-up can deceive it.

        Raises OSError, or NotAllowed with the words `otherwise`."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ways = [way for way in found if allowed is None or allowed(str(way[4][0]))]
        if not ways:
            raise NotAllowed(otherwise)
        failed: OSError = ConnectionError()
        for number, (family, kind, protocol, _, address) in enumerate(ways):
            made = socket.socket(family, kind, protocol)
            try:
                self._hold(made)
                made.settimeout(self.left() / (len(ways) - number))
                made.connect(address)
                made.settimeout(self.left())
            except OSError as error:
                made.close()
                failed = error
            except BaseException:
                made.close()
                raise
            else:
                return made
        raise failed

    def secure(self, plain: socket.socket, trust: ssl.SSLContext, host: str) -> ssl.SSLSocket:
        """TLS over a dialled socket, which belongs to the result from now on."""
        try:
            plain.settimeout(self.left())
            return trust.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def cut(self) -> None:
        """From any thread, also before there is a connection. Never blocks."""
        with self._lock:
            self._cut = True
            if self._held is not None:
                with suppress(OSError):  # not connected yet, or not any more
                    self._held.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Lets go of the handle; the socket itself is closed by whoever dialled."""
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None

    def _hold(self, made: socket.socket) -> None:
        with self._lock:
            if self._cut:
                raise TimeoutError
            if self._held is not None:
                self._held.close()
            self._held = made.dup()
