"""Bounded in memory, complete on the disk, freshest first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.link import Published
from firmware_bridge.outbox import DROP_S, MEND_S, OUTSTANDING, SLACK_S, UNANSWERED, WINDOW, Identity, Outbox
from firmware_bridge.press import NewPress
from firmware_bridge.reserve import MOST
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.bad_disk import ERRORS, BadDisk
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


def test_whoever_counts_while_settled_rows_leave_does_not_count_below_zero(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The watchdog's thread asks at any moment."""
    outbox = an_outbox(RecordingLink())
    press = a_press(0.0)
    outbox.add([press], 0.0)
    outbox.settle(press.id, 0.0)
    counts: list[int] = []
    drop = Spool.drop

    def dropped(spool: Spool, gone: Iterable[UUID]) -> None:
        drop(spool, gone)
        counts.append(len(outbox))

    monkeypatch.setattr(Spool, "drop", dropped)
    outbox.work(DROP_S)
    assert counts == [0]


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


def test_what_the_disk_does_not_take_is_sent_like_any_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / "spool.sqlite"
    disk, link = BadDisk(path.parent, monkeypatch), RecordingLink()
    spool = Spool(str(path))
    outbox = an_outbox(link, spool)
    link.up = True
    outbox.connected(0.0)
    first = a_press(0.0)
    assert outbox.add([first], 0.0) == {first.id}
    assert outbox.faults(1.0) == []
    assert outbox.due() == 1.0
    disk.error = ERRORS["full"]
    second = a_press(0.5)
    assert outbox.add([second], 0.5) == frozenset()
    assert ids(link) == [first.id, second.id]
    assert outbox.last_seq == 2
    (fault,) = outbox.faults(2.0)
    assert (fault.kind, fault.count, fault.for_s) == ("disk_full", 1, 1)
    disk.error = None
    outbox.work(0.5 + MEND_S - 0.1)
    assert spool.is_in_trouble
    assert outbox.due() is not None
    outbox.work(0.5 + MEND_S)
    assert outbox.faults(8.0) == []
    assert [one.seq for one in Spool(str(path)).freshest(9)] == [2, 1]
    for one in (first, second):
        assert outbox.settle(one.id, 8.0) is not None
    outbox.work(9.0)
    assert len(outbox) == len(spool) == 0
    assert outbox.due() is None


def test_a_disk_that_stays_in_trouble_is_tried_every_few_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / "spool.sqlite"
    disk = BadDisk(path.parent, monkeypatch)
    outbox = an_outbox(RecordingLink(), Spool(str(path)))
    disk.error = ERRORS["write"]
    outbox.add([a_press(0.0)], 0.0)
    before, now = disk.commits, 0.0
    while now < 60.0:
        due = outbox.due()
        assert due is not None
        now = due
        outbox.work(now)
    assert 60 / MEND_S - 1 <= disk.commits - before <= 60 / MEND_S + 1
    (fault,) = outbox.faults(now)
    assert fault.for_s == int(now)


def test_a_press_lost_for_want_of_memory_is_not_sent_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / "spool.sqlite"
    disk, link = BadDisk(path.parent, monkeypatch), RecordingLink()
    outbox = an_outbox(link, Spool(str(path)))
    disk.error = ERRORS["full"]
    made = [a_press(0.0) for _ in range(MOST + 5)]
    outbox.add(made, 0.0)
    assert len(outbox) == MOST
    assert {fault.kind for fault in outbox.faults(0.0)} == {"disk_full", "presses_lost"}
    link.up = True
    outbox.connected(1.0)
    assert drain(outbox, link, 1.0) == [press.id for press in reversed(made[5:])]
    assert len(outbox) == 0


def test_rows_that_cannot_be_deleted_are_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / "spool.sqlite"
    disk, link = BadDisk(path.parent, monkeypatch), RecordingLink()
    before = Spool(str(path))
    made = [one.press.id for one in before.add([a_press(0.0) for _ in range(3 * WINDOW)])]
    disk.error = ERRORS["read-only"]
    outbox = an_outbox(link, Spool(str(path)))
    link.up = True
    outbox.connected(1.0)
    assert drain(outbox, link, 1.0) == list(reversed(made))
    outbox.connected(2.0)
    outbox.work(3.0)
    assert link.sent == []
    disk.error = None
    outbox.work(1.0 + 2 * MEND_S)
    assert len(Spool(str(path))) == 0
    before.close()


def test_what_is_being_sent_goes_into_the_new_file_when_the_old_one_breaks(tmp_path: Path) -> None:
    path, link = tmp_path / "spool.sqlite", RecordingLink()
    spool = Spool(str(path))
    outbox = an_outbox(link, spool)
    made = [a_press(0.0) for _ in range(20)]
    outbox.add(made, 0.0)
    spool._disk.file.fold(now=True)
    spool._disk.file._db.close()
    spool._disk.file._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    path.write_bytes(b"no file of ours" * 999)
    (last,) = new = [a_press(1.0)]
    assert outbox.add(new, 1.0) == {last.id}
    assert [fault.kind for fault in outbox.faults(1.0)] == ["spool_replaced"]
    outbox.work(1.0)
    assert [one.press.id for one in Spool(str(path)).freshest(99)] == [
        press.id for press in reversed([*made, last])
    ]


def test_ten_thousand_presses_offline_then_the_fresh_one_goes_first(tmp_path: Path) -> None:
    """The file is the device's order whatever went first; memory is bounded all the way."""
    link, spool = RecordingLink(), Spool(str(tmp_path / "spool.sqlite"))
    rows = spool.add([a_press(0.0) for _ in range(10_000)])
    outbox = an_outbox(link, spool)
    link.up = True
    outbox.connected(1.0)
    first = drain(outbox, link, 1.0, until=lambda: len(outbox) < 5_000)
    assert first == [one.press.id for one in rows[: -len(first) - 1 : -1]]
    fresh = a_press(1.0)
    link.sent.clear()
    outbox.add([fresh], 1.0)
    assert ids(link)[:1] == [fresh.id]
    rest = drain(outbox, link, 1.0)
    assert set(first) | set(rest) == {one.press.id for one in rows} | {fresh.id}
    assert len(first) + len(rest) == 10_001


def test_the_server_never_has_more_history_before_it_than_leaves_room_for_a_fresh_press() -> None:
    link, spool = RecordingLink(), Spool(":memory:")
    old = [one.press.id for one in spool.add([a_press(-500.0) for _ in range(3 * WINDOW)])]
    outbox = an_outbox(link, spool)
    link.up = True
    outbox.connected(1.0)
    for _ in range(WINDOW):
        outbox.work(1.0)
        for handle, _ in link.sent:
            outbox.published(Published(handle, True, "ok", 1.0))
    assert ids(link) == list(reversed(old))[:UNANSWERED]
    assert outbox.due() == 2.0  # nothing before the first of them is sent again
    fresh = a_press(1.0)
    outbox.add([fresh], 1.0)
    assert ids(link)[-1] == fresh.id
    outbox.settle(ids(link)[3], 1.0)
    outbox.work(1.0)
    assert ids(link)[-1] == list(reversed(old))[UNANSWERED]
    outbox.disconnected()
    outbox.connected(1.1)
    link.sent.clear()
    outbox.work(1.1)
    assert ids(link)[0] == fresh.id


def drain(
    outbox: Outbox, link: RecordingLink, now: float, until: Callable[[], bool] | None = None
) -> list[UUID]:
    """The broker and the server answer everything at once. What was sent, in order, each once."""
    seen: dict[UUID, None] = {}
    while len(outbox) and not (until is not None and until()):
        outbox.work(now)
        assert len(outbox._waiting) <= WINDOW
        batch, sent = ids(link), [handle for handle, _ in link.sent]
        assert batch
        link.sent.clear()
        seen |= dict.fromkeys(batch)
        for handle in sent:
            outbox.published(Published(handle, True, "ok", now))
        for press_id in batch:
            outbox.settle(press_id, now)
    outbox.flush()
    return list(seen)


Wall = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))


@given(st.floats(0, 1e7), st.floats(0, 1e7), st.floats(-20_000, 20_000), Wall, Wall, st.booleans())
@settings(max_examples=300, deadline=None)
def test_ages_are_exact_or_a_lower_bound_whatever_the_wall_clock_says(
    pushed: float,
    waited: float,
    off: float,
    wall_then: datetime | None,
    wall_now: datetime | None,
    rebooted: bool,
) -> None:
    """`off`: seconds that the present clock is away from the one at the push, jumps of years included elsewhere."""
    told: list[datetime | None] = [wall_now]
    outbox = Outbox(Spool(":memory:"), RecordingLink(), WHO, lambda: told[0])
    press = NewPress(uuid4(), 1, pushed, "22222222" if rebooted else BOOT, 120, wall_then)
    if not rebooted:
        age, known = outbox.age(press, pushed + waited)
        assert known
        assert age == pytest.approx(waited, abs=1e-6)
        return
    uptime = waited  # boot seconds of the new boot: no press of another boot is younger
    age, known = outbox.age(press, uptime)
    assert age >= uptime
    if wall_then is None or wall_now is None:
        assert (age, known) == (uptime, False)
        return
    apart = (wall_now - wall_then).total_seconds()
    assert known is (apart >= uptime - SLACK_S)
    assert age == (max(uptime, apart) if known else uptime)
    told[0] = wall_then + timedelta(seconds=uptime + off)
    age, known = outbox.age(press, uptime)
    assert known is (off >= -SLACK_S)
    assert age == pytest.approx(uptime + max(0.0, off) if known else uptime, abs=1e-3)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-1e9, 1e9)), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_a_clock_that_jumps_by_years_at_any_moment_never_makes_a_press_younger(
    steps: list[tuple[float, float]],
) -> None:
    """The press waits through jumps and a reboot: what is sent as its age is never below the time that is proven."""
    wall = [datetime(2026, 3, 2, tzinfo=UTC)]
    link = RecordingLink()
    outbox = Outbox(Spool(":memory:"), link, WHO, lambda: wall[0])
    here, there = (
        NewPress(uuid4(), 1, 0.0, BOOT, 120, wall[0]),
        NewPress(uuid4(), 1, 50.0, "22222222", 120, wall[0]),
    )
    now = 0.0
    for passed, jump in steps:
        now += passed
        wall[0] += timedelta(seconds=passed + jump)
        assert outbox.age(here, now) == (now, True)
        age, known = outbox.age(there, now)
        assert age >= now
        if not known:
            assert age == now
