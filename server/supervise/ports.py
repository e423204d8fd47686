"""Which TCP ports the parts listen on, settled before the first of them starts."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable

from server.supervise.errors import Refused


def is_free(host: str, port: int) -> bool:
    """Whether a listener could take it now. A connection that is still closing down does not count."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Refused(
                f"port {port} needs more rights than this user has: choose one above 1023"
            ) from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refused(f"cannot listen on {host}: {error.strerror}; choose another --host") from error
            return False
    return True


def free_port(host: str, but: frozenset[int] = frozenset()) -> int:
    """A port that nobody uses now. Another program could take it before we do: then that part says so."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port = int(probe.getsockname()[1])
    return port if port not in but else free_port(host, but)


def hold(host: str, wanted: Iterable[int]) -> list[socket.socket]:
    """Keep other programs from these ports, also while their listener is being started again: bound and not listening,
    so that a child, which asks to reuse the address, still gets them. Until the sockets are closed."""
    held = []
    for port in wanted:
        keeper = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            keeper.bind((host, port))
        except OSError:  # somebody was faster: the child will say so
            keeper.close()
        else:
            held.append(keeper)
    return held


def settle(host: str, wanted: dict[str, int], wait: Callable[[float], bool]) -> dict[str, int]:
    """A port for each name; 0 becomes a free one.

    A port that is taken is asked for again for three seconds, since an earlier `up` that was killed may still
    be closing. Raises Refused with the name, the port and what to do."""
    found: dict[str, int] = {}
    for name, port in wanted.items():
        if port == 0:
            found[name] = free_port(host, frozenset(found.values()) | frozenset(wanted.values()))
            continue
        for _ in range(15):
            if is_free(host, port):
                break
            wait(0.2)
        else:
            raise Refused(
                f"port {port} ({name}) is taken by another program: stop that one, or choose other ports "
                f"(--port N, make run PORT=N; 0 takes free ones)"
            )
        found[name] = port
    return found
