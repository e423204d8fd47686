"""The queue against a plain model: priority, then age; one entry per page; expiry; cancel."""

from __future__ import annotations

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from broker_config.messages import PageFormat, PageOrder, Route
from pager_gateway.entry import Entry
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
    return Entry(order, b"", number, 0.0, expires_at, list(order.routes))


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

    @rule(line=st.sampled_from(LINES), most=st.integers(1, 3))
    def take(self, line: str, most: int) -> None:
        expected = sorted(
            (one for one in self.model.values() if line in [route.transmitter for route in one.routes]),
            key=lambda one: (one.order.priority, one.number),
        )[:most]
        taken = self.queue.take(line, most, lambda one: True)
        assert taken == expected
        for one in taken:
            del self.model[one.page]

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

    @invariant()
    def nothing_expires_unseen(self) -> None:
        if self.model:
            due = self.queue.next_expiry()
            assert due is not None
            assert due <= min(one.expires_at for one in self.model.values())


TestQueueing = Queueing.TestCase
TestQueueing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_who_is_not_allowed_here_keeps_the_place() -> None:
    queue = PageQueue()
    first, second = entry(1, 1, 60, ["tx-1", "tx-2"]), entry(2, 2, 60, ["tx-1"])
    queue.put(first)
    queue.put(second)
    assert queue.take("tx-1", 2, lambda one: one is not first) == []
    assert queue.front("tx-1") is first
    assert queue.take("tx-1", 2, lambda one: True) == [first, second]
    assert queue.front("tx-2") is None
