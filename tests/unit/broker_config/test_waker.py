"""Waiting for a socket or for another thread."""

from __future__ import annotations

import socket
import threading

from broker_config.waker import Waker


def test_a_wake_from_another_thread_ends_the_wait() -> None:
    waker = Waker()
    thread = threading.Thread(target=waker.wake)
    thread.start()
    assert waker.wait(10.0) is False
    thread.join()
    waker.close()


def test_bytes_to_read_and_room_to_write_are_told_apart() -> None:
    waker = Waker()
    left, right = socket.socketpair()
    with left, right:
        waker.watch(left.fileno())
        assert waker.wait(0.0) is False
        assert waker.wait(0.0, writing=True) is True
        assert waker.wait(0.0) is False
        right.send(b"x")
        assert waker.wait(10.0) is True
        waker.forget()
        waker.forget()
        assert waker.wait(0.0) is False
    waker.close()
    waker.close()
    waker.wake()
