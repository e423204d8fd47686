"""The queue against a plain model: priority, then age; one entry per page; expiry; cancel."""

from __future__ import annotations

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from broker_config.messages import PageFormat, PageOrder, Route
from pager_gateway.entry import Entry, Wanted, Way
from pager_gateway.page_queue import PageQueue

LINES = ("tx-1", "tx-2")


def entry(number: int, priority: int, expires_at: float, routes: list[str], page: int | None = None) -> Entry:
    order = PageOrder(
        page=UUID(int=number if page is None else page),
        attempt=1,
        incident=UUID(int=1),
        press=UUID(int=2),
        routes=[Route(transmitter=name, address="1") for name in routes],
        format=PageFormat.TEXT,
        charset="ascii",
        body="x",
        priority=priority,
        exp_s=60,
    )
    ways = tuple(Way(name, "1") for name in routes)
    return Entry(Wanted.of(order), b"", number, 0.0, expires_at, ways)


class Queueing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.queue = PageQueue()
        self.model: dict[UUID, Entry] = {}
        self.number = 0
        self.now = 0.0

    @rule(
        priority=st.integers(1, 3),
        lives=st.integers(1, 30),
        routes=st.lists(st.sampled_from(LINES), min_size=1, max_size=2, unique=True),
        page=st.integers(0, 12),
    )
    def put(self, priority: int, lives: int, routes: list[str], page: int) -> None:
        self.number += 1
        made = entry(self.number, priority, self.now + lives, routes, page)
        self.queue.put(made)
        self.model[made.page] = made

    @rule(page=st.integers(0, 12))
    def cancel(self, page: int) -> None:
        assert self.queue.remove(UUID(int=page)) is self.model.pop(UUID(int=page), None)

    @rule(line=st.sampled_from(LINES))
    def take(self, line: str) -> None:
        expected = min(
            (one for one in self.model.values() if line in one.names),
            key=lambda one: (one.wanted.priority, one.number),
            default=None,
        )
        front = self.queue.front(names for names in self.queue.lines() if line in names)
        assert front is expected
        if front is not None:
            assert self.queue.remove(front.page) is front
            del self.model[front.page]

    @rule(seconds=st.integers(1, 10))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        gone = self.queue.expired(self.now)
        expected = {page for page, one in self.model.items() if one.expires_at <= self.now}
        assert {one.page for one in gone} == expected
        assert len(gone) == len(expected)
        for page in expected:
            del self.model[page]

    @invariant()
    def same_pages(self) -> None:
        assert len(self.queue) == len(self.model)
        assert all(page in self.queue for page in self.model)
        assert set(self.queue.lines()) == {one.names for one in self.model.values()}

    @invariant()
    def nothing_expires_unseen(self) -> None:
        if self.model:
            due = self.queue.next_expiry()
            assert due is not None
            assert due <= min(one.expires_at for one in self.model.values())


TestQueueing = Queueing.TestCase
TestQueueing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_who_may_not_go_holds_up_nobody_who_may() -> None:
    queue = PageQueue()
    first, second, third = (
        entry(1, 1, 60, ["tx-1", "tx-2"]),
        entry(2, 2, 60, ["tx-2"]),
        entry(3, 2, 60, ["tx-2"]),
    )
    for one in (third, first, second):
        queue.put(one)
    assert queue.front([("tx-2",)]) is second
    assert queue.front([("tx-2",), ("tx-1", "tx-2")]) is first
    assert queue.front([]) is None
    queue.remove(second.page)
    assert queue.front([("tx-2",)]) is third


def test_a_line_is_forgotten_with_the_last_who_waits_in_it() -> None:
    queue = PageQueue()
    only = entry(1, 1, 60, ["tx-1"])
    queue.put(only)
    assert queue.lines() == [("tx-1",)]
    queue.remove(only.page)
    assert queue.lines() == []
