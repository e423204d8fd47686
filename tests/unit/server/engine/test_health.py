"""Telemetry in, faults and the last day out; and what a press and a restart do to that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Connected, Disconnected, Publication
from broker_config.messages import DeviceState, DeviceStatus, Telemetry
from broker_config.messages.device import DeviceFault, InputHealth
from server.db.devices import DeviceDay, device_day
from server.db.engine_write import Writer
from server.db.tables import Device, DeviceSample, Fault, Journal, Store
from server.engine.events import FromLink
from server.engine.rhythm import Rhythm
from server.engine.work import Work
from server.requests import ShopChanged
from tests.engine_box import EngineBox
from tests.small_shop import ANNA, STORE

WALK = Rhythm().walk.total_seconds()
RUN = "aaaa"


def status(box: EngineBox, state: str = "online", run: str = RUN, device: str = "b1") -> None:
    said = DeviceStatus(state=DeviceState(state), run=run, boot="b00b", sw="1.0")
    box.deliver(publication(channels.STATUS, STORE, "b", device, said), retain=True)
    box.time.advance(0)


def tell(box: EngineBox, *, device: str = "b1", kind: str = "b", **more: Any) -> None:
    told = Telemetry(**{"run": RUN, "boot": "b00b", "up_s": 60, "sw": "1.0", **more})
    box.deliver(publication(channels.TELEMETRY, STORE, kind, device, told))
    box.time.advance(0)


def faults(box: EngineBox, device: str = "b1") -> list[tuple[str, int, str, bool]]:
    """(kind, figure, text, open), the oldest first."""
    with box.db.reading() as session:
        rows = session.exec(select(Fault).where(Fault.device == device).order_by(col(Fault.id)))
        return [(row.kind, row.count, row.text, row.ended_at is None) for row in rows]


def open_kinds(box: EngineBox, device: str = "b1") -> list[str]:
    return [kind for kind, _, _, is_open in faults(box, device) if is_open]


def day(box: EngineBox, device: str = "b1") -> DeviceDay:
    with box.db.reading() as session:
        found = device_day(session, STORE, device, box.time.now())
        assert found is not None
        return found


def later(box: EngineBox, hours: float) -> None:
    """The server was off for so long."""
    box.close()
    box.time.advance(3600 * hours)
    box.start()


def seq(box: EngineBox, *numbers: int, run: str = RUN) -> None:
    for number in numbers:
        made = box.make_press(seq=number, run=run, id=UUID(int=number << 64 | 0x4000 << 48 | 0x8000))
        box.deliver(publication(channels.PRESS, STORE, "b", "b1", made))
        box.time.advance(0)


def test_telemetry_is_written_down_with_the_next_walk(box: EngineBox) -> None:
    status(box)
    tell(box, spool=3, temp_c=48.5, rssi_dbm=-61, disk_free_mb=900)
    at = box.time.now()
    box.time.advance(WALK)
    line = day(box).line
    assert (line.spool, line.told_at, line.heard_at) == (3, at, at)
    assert line.telemetry is not None
    assert line.telemetry.temp_c == 48.5
    (sample,) = day(box).samples
    assert (sample.online, sample.spool, sample.temp_c, sample.rssi_dbm) == (True, 3, 48.5, -61)


def test_telemetry_costs_no_statement(box: EngineBox) -> None:
    status(box)
    box.time.advance(2 * WALK + 1)
    seen: list[str] = []
    engine = box.db.write_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    for number in range(20):
        tell(box, up_s=number, spool=number)
    assert seen == []
    box.time.advance(WALK)
    event.remove(engine, "before_cursor_execute", note)
    assert sum(statement.startswith("UPDATE device ") for statement in seen) == 1


def test_samples_are_five_minutes_apart_and_kept_for_a_day(box: EngineBox) -> None:
    status(box)
    for minute in range(21):
        tell(box, up_s=60 * minute)
        if minute == 7:
            box.press()
        box.time.advance(60)
    presses = [sample.presses for sample in day(box).samples]
    assert len(presses) in (4, 5)
    assert sum(presses) == 1
    later(box, 26)
    box.time.advance(900)
    with box.db.reading() as session:
        first = session.exec(select(DeviceSample).order_by(col(DeviceSample.at))).first()
        assert first is not None
        assert (box.time.now() - first.at).total_seconds() < 25.2 * 3600


def test_a_fault_that_the_unit_tells_opens_once_and_is_over(box: EngineBox) -> None:
    status(box)
    rings = len(box.rings)
    stuck = DeviceFault(kind="stuck", input=2, for_s=61)
    for figure in (5, 6, 7):
        tell(box, faults=[stuck, DeviceFault(kind="flood", input=1, count=figure)])
        box.time.advance(WALK)
    assert sorted(faults(box)) == [("flood", 7, "", True), ("stuck", 0, "", True)]
    assert len(box.rings) > rings
    (one,) = [fault for fault in day(box).line.faults if fault.kind == "stuck"]
    assert (one.input, (box.time.now() - one.since).total_seconds()) == (2, 61 + 3 * WALK)
    box.restart()
    status(box)
    tell(box, faults=[stuck])
    assert open_kinds(box) == ["stuck"]
    tell(box)
    assert open_kinds(box) == []
    with box.db.reading() as session:
        said = session.exec(select(Journal).where(Journal.action == "fault").order_by(col(Journal.id))).all()
        assert [(row.new, row.detail["kind"]) for row in said] == [
            ("open", "flood"),
            ("open", "stuck"),
            ("over", "flood"),
            ("over", "stuck"),
        ]
        assert {row.incident_id for row in said} == {None}


def test_dead_is_a_fault_until_it_is_there_again(box: EngineBox) -> None:
    status(box)
    status(box, "offline", run="bbbb")
    assert open_kinds(box) == []  # the will of another process
    status(box, "offline")
    status(box, "offline")
    assert open_kinds(box) == ["dead"]
    assert day(box).line.presence == "offline"
    box.restart()
    status(box, "offline")
    assert faults(box) == [("dead", 0, "", True)]
    status(box, run="cccc")
    assert faults(box) == [("dead", 0, "", False)]


def test_a_unit_that_hangs_on_a_link_that_stands_is_silent(box: EngineBox) -> None:
    status(box)
    tell(box)
    box.time.advance(140)
    assert open_kinds(box) == []
    box.time.advance(30)
    assert open_kinds(box) == ["silent"]
    assert day(box).line.presence == "silent"
    status(box)  # the broker tells it once more: no sign of life
    box.time.advance(WALK)
    assert open_kinds(box) == ["silent"]
    tell(box)
    assert open_kinds(box) == []
    assert day(box).line.presence == "online"


def test_nobody_is_silent_while_the_server_hears_nothing(box: EngineBox) -> None:
    status(box)
    tell(box)
    box.link.connected = False
    box.loop.put(FromLink(STORE, Disconnected(1, "gone", box.time.boot())))
    box.time.advance(600)
    box.link.connected = True
    box.loop.put(FromLink(STORE, Connected(2, False, box.time.boot())))
    box.time.advance(120)
    assert open_kinds(box) == []
    box.time.advance(60)
    assert open_kinds(box) == ["silent"]


def test_a_gap_needs_an_empty_spool_and_ends_when_it_is_filled(box: EngineBox) -> None:
    status(box)
    seq(box, 1, 6)
    tell(box, seq=6, spool=2)
    seq(box, 2)
    assert open_kinds(box) == []
    tell(box, seq=6, spool=0)
    assert faults(box) == [("gap", 3, "3-5", True)]
    box.time.advance(WALK)
    seq(box, 4)
    box.time.advance(WALK)
    assert faults(box) == [("gap", 2, "3, 5", True)]
    box.restart()
    status(box)
    tell(box, seq=6, spool=0)
    assert faults(box) == [("gap", 2, "3, 5", True)]
    seq(box, 3, 5)
    box.time.advance(WALK)
    assert faults(box) == [("gap", 2, "3, 5", False)]


def test_a_restart_before_anything_was_written_down_makes_no_gap(box: EngineBox) -> None:
    status(box)
    seq(box, 1, 2)
    tell(box, seq=2)
    box.time.advance(WALK)
    seq(box, 3, 5)
    box.restart()
    status(box)
    seq(box, 4)
    tell(box, seq=5)
    assert open_kinds(box) == []
    tell(box, seq=6)
    assert faults(box) == [("gap", 1, "6", True)]


def test_a_refused_press_is_no_gap(box: EngineBox) -> None:
    status(box)
    seq(box, 1)
    packet = publication(channels.PRESS, STORE, "b", "b1", box.make_press(seq=2, run=RUN))
    broken = packet.payload.replace(b'"input":1', b'"input":99')
    box.deliver(Publication(packet.topic, broken, 1, False, 120))
    box.time.advance(0)
    seq(box, 3)
    tell(box, seq=3)
    assert open_kinds(box) == []


@pytest.mark.parametrize("payload", [b"{}", b"[]", b'{"id":1,"seq":"x"}', b'{"id":"x","seq":-1,"run":5}'])
def test_a_press_of_which_nothing_can_be_read_is_nothing_to_the_counter(
    box: EngineBox, payload: bytes
) -> None:
    status(box)
    seq(box, 1)
    box.deliver(Publication(f"rb/1/{STORE}/b/b1/press", payload, 1, False, 120))
    box.time.advance(WALK)
    with box.db.reading() as session:
        assert session.exec(select(Device.seq_known).where(Device.device == "b1")).one() == 1


def test_a_gap_is_told_for_a_day(box: EngineBox) -> None:
    status(box)
    seq(box, 1, 3)
    tell(box, seq=3)
    later(box, 23)
    tell(box, seq=3)
    box.time.advance(WALK)
    assert open_kinds(box) == ["gap"]
    later(box, 2)
    tell(box, seq=3)
    box.time.advance(WALK)
    assert faults(box)[0] == ("gap", 1, "2", False)
    seq(box, 2)
    tell(box, seq=4)
    assert [fault for fault in faults(box) if fault[0] == "gap"][1:] == [("gap", 1, "4", True)]


def test_a_spool_that_was_lost(box: EngineBox) -> None:
    status(box)
    seq(box, *range(1, 31))
    status(box, run="bbbb")
    for number in (2, 3):
        tell(box, run="bbbb", seq=number)
    assert faults(box) == [("counter_back", 1, "from 30 to 3", True)]
    seq(box, 104, run="bbbb")
    tell(box, run="bbbb", seq=104)
    assert faults(box)[1:] == [("gap", 100, "4-103", True)]


def test_two_units_with_one_name(box: EngineBox) -> None:
    for run in ("aaaa", "bbbb"):
        status(box, run=run)
        box.time.advance(60)
    assert open_kinds(box) == []
    for run in ("aaaa", "bbbb"):
        status(box, run=run)
    box.time.advance(WALK)
    assert faults(box) == [("taken_over", 2, "", True)]
    tell(box, takeovers=3)
    tell(box, takeovers=3)
    tell(box, takeovers=4)
    box.time.advance(WALK)
    assert faults(box) == [("taken_over", 6, "", True)]
    for _ in range(62):
        tell(box, takeovers=4)
        box.time.advance(60)
    assert faults(box) == [("taken_over", 6, "", False)]


def test_a_clock_that_nobody_vouches_for(box: EngineBox) -> None:
    status(box)
    for _ in range(11):
        tell(box, clock="unsynced")
        box.time.advance(60)
    assert open_kinds(box) == []
    tell(box, clock="unsynced")
    assert open_kinds(box) == ["clock"]
    tell(box, clock="synced")
    assert open_kinds(box) == []


def test_a_gateway_is_not_waited_for_before_it_ever_told(box: EngineBox) -> None:
    said = DeviceStatus(state=DeviceState.ONLINE, run=RUN, boot="b00b", sw="1.0")
    box.deliver(publication(channels.STATUS, STORE, "g", "g1", said), retain=True)
    box.time.advance(600)
    assert open_kinds(box, "g1") == []
    tell(box, device="g1", kind="g")
    box.time.advance(200)
    assert open_kinds(box, "g1") == ["silent"]


def test_a_device_that_leaves_the_shop_has_no_faults(box: EngineBox) -> None:
    status(box)
    tell(box, faults=[DeviceFault(kind="disk_full")])
    with box.db.transaction() as session:
        session.delete(session.exec(select(Device).where(Device.device == "b1")).one())
        shop = session.get(Store, STORE)
        assert shop is not None
        shop.revision += 1
    box.ask(ShopChanged(STORE, ANNA, "device"))
    tell(box, faults=[DeviceFault(kind="stuck")])
    box.time.advance(2 * WALK)
    assert faults(box) == [("disk_full", 0, "", False)]
    with box.db.transaction() as session:
        session.add(Device(store_id=STORE, device="b1", kind="b"))
    box.ask(ShopChanged(STORE, ANNA, "device"))
    status(box)
    tell(box, seq=8)
    box.time.advance(WALK)
    line = day(box).line
    assert (line.presence, line.telemetry is not None) == ("online", True)


def test_many_devices_are_walked_over_a_few_at_a_time(box: EngineBox) -> None:
    """And the walk comes round within its ten seconds."""
    names = [f"n{number}" for number in range(450)]
    with box.db.transaction() as session:
        session.add_all(Device(store_id=STORE, device=name, kind="b", state="online") for name in names)
    box.restart()
    for name in names:
        told = Telemetry(run=RUN, boot="b00b", up_s=5, sw="1.0", inputs=[InputHealth(input=1)])
        box.deliver(publication(channels.TELEMETRY, STORE, "b", name, told))
    sizes: list[int] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Sequence[Any], *_: Any) -> None:
        if statement.startswith("UPDATE device "):
            sizes.append(len(values))

    event.listen(box.db.write_engine, "before_cursor_execute", note)
    box.time.advance(2 * WALK)
    event.remove(box.db.write_engine, "before_cursor_execute", note)
    assert max(sizes) <= 200
    with box.db.reading() as session:
        told_at = session.exec(select(Device.telemetry_at).where(col(Device.device).in_(names))).all()
        assert None not in told_at


def test_faults_survive_a_commit_whose_answer_was_lost(box: EngineBox) -> None:
    """The memory does not know of the row, and writes it once more: nothing breaks, and it is open once."""
    status(box)
    tell(box, faults=[DeviceFault(kind="disk_full", count=1)])
    box.core._health._written.clear()
    tell(box, faults=[DeviceFault(kind="disk_full", count=2), DeviceFault(kind="stuck", input=1)])
    assert sorted(open_kinds(box)) == ["disk_full", "stuck"]


def test_while_the_database_is_away_a_fault_is_not_forgotten(
    box: EngineBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory goes back with the transaction, and what was told is done once more."""
    status(box)
    tell(box)
    box.time.advance(WALK)
    queue = [OperationalError("insert", {}, Exception("disk full"))] * 2
    real = Writer.write

    def write(self: Writer, at: Connection, work: Work) -> None:
        real(self, at, work)
        if queue:
            raise queue.pop()

    monkeypatch.setattr(Writer, "write", write)
    tell(box, spool=4, faults=[DeviceFault(kind="disk_full")])
    assert open_kinds(box) == []
    box.time.advance(2 * WALK)
    assert open_kinds(box) == ["disk_full"]
    assert day(box).line.spool == 4


def test_news_that_could_not_be_written_down_are_written_later(
    box: EngineBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    status(box)
    tell(box, spool=4)
    queue = [ValueError("one bad row")]
    real = Writer.write

    def write(self: Writer, at: Connection, work: Work) -> None:
        real(self, at, work)
        if queue and work.vitals.columns:
            queue.clear()
            raise OperationalError("update", {}, Exception("locked"))

    monkeypatch.setattr(Writer, "write", write)
    box.time.advance(2 * WALK)
    assert queue == []
    assert (day(box).line.spool, len(day(box).samples)) == (4, 1)
