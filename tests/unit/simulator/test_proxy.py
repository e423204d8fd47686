import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from simulator.lane import next_try
from simulator.proxy import Direction, Proxies, Proxy

ENOUGH_S = 30.0


class Stage:
    """A target, a proxy in front of it, and connections through both. Time stands until `advance`."""

    def __init__(self, stack: ExitStack) -> None:
        self.now = 100.0
        self._stack = stack
        self.proxies = stack.enter_context(Proxies(lambda: self.now))
        self.listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.listener.settimeout(ENOUGH_S)
        self.proxy: Proxy = self.proxies.add(self.listener.getsockname()[:2])

    def connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.proxy.port), ENOUGH_S)
        return self._stack.enter_context(client)

    def accept(self) -> socket.socket:
        server, _ = self.listener.accept()
        server.settimeout(ENOUGH_S)
        return self._stack.enter_context(server)

    def pair(self) -> tuple[socket.socket, socket.socket]:
        client = self.connect()
        return client, self.accept()

    def advance(self, seconds: float) -> None:
        self.settle()
        self.now += seconds
        self.settle()

    def settle(self) -> None:
        """Until the proxy has dealt with everything that the ends have said so far."""
        for _ in range(3):
            self.proxies.do(lambda: None)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(stack)


def hears_nothing(stage: Stage, end: socket.socket) -> bool:
    """Neither bytes, nor an end, nor a reset."""
    stage.settle()
    end.setblocking(False)
    try:
        end.recv(1)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        end.settimeout(ENOUGH_S)


def read(end: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := end.recv(count - len(data))):
        data += more
    return data


def is_reset(end: socket.socket) -> bool:
    try:
        end.recv(1)
    except ConnectionResetError:
        return True
    return False


def reset(end: socket.socket) -> None:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def test_bytes_and_the_end_of_them_pass_both_ways(stage: Stage) -> None:
    client, server = stage.pair()
    client.sendall(b"question")
    client.shutdown(socket.SHUT_WR)
    assert read(server, 100) == b"question"

    server.sendall(b"answer")
    server.close()

    assert read(client, 100) == b"answer"


def test_more_than_fits_is_held_at_its_sender_and_arrives_whole(stage: Stage) -> None:
    client, server = stage.pair()
    much = bytes(range(256)) * 32_768
    sender = threading.Thread(target=client.sendall, args=(much,))
    sender.start()
    assert read(server, len(much)) == much
    sender.join(ENOUGH_S)
    assert not sender.is_alive()


def test_a_cut_tells_neither_end_and_loses_nothing_inside_the_connection(stage: Stage) -> None:
    client, server = stage.pair()
    stage.proxy.cut()
    client.sendall(b"one ")
    server.sendall(b"two")
    assert hears_nothing(stage, client)
    assert hears_nothing(stage, server)

    stage.now += 10.0
    stage.proxy.mend()
    client.sendall(b"three")
    assert hears_nothing(stage, server)  # the sender's TCP waits longer after each try in vain

    stage.advance(next_try(100.0, 110.0) - stage.now)

    assert read(server, 9) == b"one three"
    assert read(client, 3) == b"two"


def test_who_connects_while_it_is_cut_waits_for_the_next_try(stage: Stage) -> None:
    stage.proxy.cut()
    client = stage.connect()
    client.sendall(b"hello")
    stage.settle()
    stage.listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        stage.listener.accept()
    stage.listener.settimeout(ENOUGH_S)

    stage.proxy.mend()
    stage.advance(1.0)

    assert read(stage.accept(), 5) == b"hello"


def test_who_gives_up_connecting_while_it_is_cut_was_never_there(stage: Stage) -> None:
    stage.proxy.cut()
    client = stage.connect()
    client.sendall(b"hello")
    stage.settle()
    client.close()
    stage.settle()

    stage.proxy.mend()
    stage.advance(60.0)

    stage.listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        stage.listener.accept()


def test_an_end_that_closes_while_it_is_cut_is_heard_of_after_its_last_words(stage: Stage) -> None:
    client, server = stage.pair()
    stage.proxy.cut()
    client.sendall(b"last words")
    client.close()
    assert hears_nothing(stage, server)

    stage.proxy.mend()
    stage.advance(1.0)

    assert read(server, 100) == b"last words"


def test_an_end_that_was_reset_while_it_is_cut_is_found_out_only_by_speaking_to_it(stage: Stage) -> None:
    client, server = stage.pair()
    stage.proxy.cut()
    client.sendall(b"never heard")
    stage.settle()
    reset(client)
    stage.settle()
    stage.proxy.mend()
    stage.advance(60.0)
    assert hears_nothing(stage, server)

    server.sendall(b"are you there?")

    assert is_reset(server)


def test_half_a_cut_swallows_one_direction(stage: Stage) -> None:
    client, server = stage.pair()
    stage.proxy.half(Direction.DOWN)
    client.sendall(b"up")
    server.sendall(b"down")
    assert read(server, 2) == b"up"
    assert hears_nothing(stage, client)

    stage.proxy.mend()
    stage.advance(1.0)

    assert read(client, 4) == b"down"


def test_a_delay_is_of_each_direction(stage: Stage) -> None:
    client, server = stage.pair()
    stage.proxy.delay(0.3)
    client.sendall(b"late")
    stage.advance(0.29)
    assert hears_nothing(stage, server)
    stage.advance(0.02)
    assert read(server, 4) == b"late"


def test_dropped_connections_are_reset_and_new_ones_made(stage: Stage) -> None:
    client, server = stage.pair()
    stage.proxy.drop()
    assert is_reset(client)
    assert is_reset(server)

    client, server = stage.pair()
    client.sendall(b"again")
    assert read(server, 5) == b"again"


def test_nobody_at_the_target_resets_the_one_who_called(stage: Stage) -> None:
    stage.listener.close()
    with suppress(ConnectionResetError):
        assert not stage.connect().recv(1)


def test_a_reset_passes(stage: Stage) -> None:
    client, server = stage.pair()
    reset(client)
    assert is_reset(server)


def test_every_proxy_has_its_own_way(stage: Stage) -> None:
    other = stage.proxies.add(stage.proxy.target)
    stage.proxy.cut()
    with socket.create_connection(("127.0.0.1", other.port), ENOUGH_S) as client:
        client.sendall(b"free")
        assert read(stage.accept(), 4) == b"free"


def test_the_end_resets_everybody(stage: Stage) -> None:
    client, server = stage.pair()
    stage.proxies.close()
    assert is_reset(client)
    assert is_reset(server)
    with pytest.raises(ConnectionRefusedError):
        stage.connect()
