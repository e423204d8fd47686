"""Bounded in memory, complete on the disk, freshest first."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.link import Published
from firmware_bridge.outbox import DROP_S, OUTSTANDING, WINDOW, Identity, Outbox
from firmware_bridge.spool import NewPress, Spool
from tests.unit.firmware_bridge.desk import BOOT, RecordingLink

WHO = Identity("s1", "b7", "00aa11bb", BOOT, "1.0")


def an_outbox(link: RecordingLink, spool: Spool | None = None) -> Outbox:
    return Outbox(Spool(":memory:") if spool is None else spool, link, WHO, lambda: None)


def a_press(now: float) -> NewPress:
    return NewPress(uuid4(), 1, now, BOOT, 120)


def ids(link: RecordingLink) -> list[UUID]:
    return [UUID(json.loads(packet.payload)["id"]) for _, packet in link.sent]


def test_a_long_day_offline_is_bounded_in_memory_and_complete_in_the_end() -> None:
    link = RecordingLink()
    outbox = an_outbox(link)
    made = [a_press(float(index)) for index in range(3 * WINDOW)]
    for press in made:
        outbox.add([press], press.pushed_boot)
        assert len(outbox._waiting) <= WINDOW
    link.up = True
    now = 10_000.0
    outbox.connected(now)
    seen: list[UUID] = []
    while len(outbox):
        outbox.work(now)
        batch, sent = ids(link), [handle for handle, _ in link.sent]
        link.sent.clear()
        seen += batch
        for handle in sent:
            outbox.published(Published(handle, True, "ok", now))
        for press_id in batch:
            outbox.settle(press_id, now)
    assert seen == [press.id for press in reversed(made)]


def test_a_fresh_press_overtakes_a_full_window_that_nobody_answers() -> None:
    link = RecordingLink()
    spool = Spool(":memory:")
    spool.add([a_press(0.0) for _ in range(2 * WINDOW)])
    outbox = an_outbox(link, spool)
    link.up = True
    outbox.connected(1.0)
    for _ in range(WINDOW):
        outbox.work(1.0)
        for handle, _ in link.sent:
            outbox.published(Published(handle, True, "ok", 1.0))
    fresh = a_press(1.1)
    link.sent.clear()
    outbox.add([fresh], 1.1)
    assert ids(link) == [fresh.id]


def test_nothing_is_owed_to_a_connection_that_is_gone() -> None:
    link = RecordingLink()
    outbox = an_outbox(link)
    link.up = True
    outbox.connected(0.0)
    outbox.add([a_press(0.0) for _ in range(2 * OUTSTANDING)], 0.0)
    assert len(link.sent) == OUTSTANDING
    outbox.disconnected()
    link.sent.clear()
    outbox.work(5.0)
    assert link.sent == []
    outbox.connected(6.0)
    outbox.work(6.0)
    assert len(link.sent) == OUTSTANDING


def test_a_publish_that_finds_no_connection_is_no_try() -> None:
    link = RecordingLink()
    outbox = an_outbox(link)
    outbox.connected(0.0)
    outbox.add([a_press(0.0)], 0.0)
    assert outbox.due() is None
    link.up = True
    outbox.connected(1.0)
    outbox.work(1.0)
    assert [json.loads(packet.payload)["try"] for _, packet in link.sent] == [1]


def test_settled_rows_leave_the_disk_within_moments_and_never_come_back() -> None:
    link = RecordingLink()
    spool = Spool(":memory:")
    outbox = an_outbox(link, spool)
    link.up = True
    outbox.connected(0.0)
    press = a_press(0.0)
    outbox.add([press], 0.0)
    assert outbox.settle(press.id, 0.0) is not None
    assert outbox.settle(press.id, 0.0) is None
    assert len(outbox) == 0
    outbox.connected(0.1)
    outbox.work(0.1)
    assert len(link.sent) == 1
    assert outbox.due() == DROP_S
    outbox.work(DROP_S)
    assert len(spool) == 0


@given(st.lists(st.sampled_from(["press", "settle", "up", "down", "restart", "answer", "wait"]), max_size=60))
@settings(max_examples=80, deadline=None)
def test_whatever_happens_every_press_without_a_receipt_is_sent_in_the_end(acts: list[str]) -> None:
    link, spool, now = RecordingLink(), Spool(":memory:"), 0.0
    outbox = an_outbox(link, spool)
    unsettled: set[UUID] = set()
    for act in acts:
        match act:
            case "press":
                press = a_press(now)
                outbox.add([press], now)
                unsettled.add(press.id)
            case "settle":
                for one in set(ids(link)[-2:]) & unsettled:
                    if outbox.settle(one, now) is not None:
                        unsettled.discard(one)
            case "up":
                link.up = True
                outbox.connected(now)
            case "down":
                link.up = False
                outbox.disconnected()
            case "restart":
                outbox.flush()
                outbox = an_outbox(link, spool)
            case "answer":
                for handle, _ in link.sent:
                    outbox.published(Published(handle, True, "ok", now))
            case _:
                now += 0.7
        outbox.work(now)
        assert len(outbox) == len(unsettled)
    link.up = True
    link.sent.clear()
    outbox.connected(now)
    for _ in range(len(unsettled) + 1):
        outbox.work(now)
        for handle, _ in list(link.sent):
            outbox.published(Published(handle, True, "ok", now))
    assert set(ids(link)) == unsettled
