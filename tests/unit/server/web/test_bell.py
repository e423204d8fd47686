"""The bell: cheap, from any thread, and nobody who left is ever called."""

from __future__ import annotations

import threading

from server.web.frame.bell import Bell


def test_a_ring_reaches_who_listens_to_that_store() -> None:
    bell, heard = Bell(), []
    with bell.listening("a", lambda: heard.append("a")), bell.listening("b", lambda: heard.append("b")):
        bell.ring("a", 7)
        assert heard == ["a"]
        bell.wake_all()
        assert sorted(heard) == ["a", "a", "b"]
    bell.ring("a", 8)
    assert len(heard) == 3


def test_it_counts_rings_and_keeps_the_newest_entry() -> None:
    bell = Bell()
    assert (bell.rings("a"), bell.newest("a")) == (0, 0)
    bell.ring("a", 9)
    bell.ring("a", 5)
    assert (bell.rings("a"), bell.newest("a")) == (2, 9)


def test_no_ring_of_many_threads_is_lost() -> None:
    bell = Bell()

    def ring() -> None:
        for number in range(500):
            bell.ring("a", number)

    threads = [threading.Thread(target=ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bell.rings("a") == 2_000


def test_two_listeners_of_one_function_leave_one_by_one() -> None:
    bell, heard = Bell(), []

    def wake() -> None:
        heard.append(1)

    with bell.listening("a", wake):
        with bell.listening("a", wake):
            bell.ring("a", 1)
        bell.ring("a", 2)
    assert len(heard) == 3
