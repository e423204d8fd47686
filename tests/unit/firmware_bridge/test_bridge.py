"""The promises of the button unit, one by one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from broker_config.channels import BY_TAIL, COMMAND, LIGHT, STAND_IN, STATUS
from broker_config.link import Disconnected, Publication, Published
from broker_config.messages import (
    Command,
    CommandName,
    DeviceState,
    DeviceStatus,
    Light,
    LightState,
    PressKind,
    ReceiptResult,
    Settings,
    StandIn,
    StandInState,
)
from firmware_bridge.errors import SpoolError
from firmware_bridge.intents import Intent
from firmware_bridge.light import Pattern, Shown
from firmware_bridge.outbox import MEND_S, WINDOW
from firmware_bridge.press import NewPress
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.desk import AT, BOOT, DEVICE, SERVER_RUN, STORE, Desk, RecordingLink


def test_a_press_is_on_the_disk_before_it_is_on_the_wire_and_before_the_light_answers() -> None:
    order: list[str] = []

    class Watched(Spool):
        def add(self, *args, **kwargs):  # type: ignore[no-untyped-def]
            kept = super().add(*args, **kwargs)
            order.append("disk")
            return kept

    class WatchedDesk(Desk):
        def show(self, input_number: int, pattern: Pattern) -> None:
            order.append(pattern.shown.value)
            super().show(input_number, pattern)

    class WatchedLink(RecordingLink):
        def publish(self, publication: Publication) -> int | None:
            order.append("wire")
            return super().publish(publication)

    desk = WatchedDesk(Watched(":memory:"), link=WatchedLink())
    desk.connect()
    order.clear()
    desk.edge(True)
    desk.advance(0.07)
    assert order == ["disk", "wire", "sending"]


def test_what_a_press_says() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    (body,) = desk.sent()
    assert 55 <= body["age_ms"] <= 70
    assert (body["seq"], body["input"], body["try"], body["kind"], body["purpose"]) == (
        1,
        1,
        1,
        "press",
        "call",
    )
    assert (body["ttl_s"], body["exp_s"], body["expiry"]) == (120, 120, 120)
    assert body["boot"] == BOOT
    assert body["age_known"] and body["synced"]
    assert body["wall"].startswith("2026-03-02T12:00:00")


def test_a_mistake_of_ours_ends_the_unit_before_anything_is_said() -> None:
    """A spool that is closed is no trouble of the disk: to work on would hide it."""
    desk = Desk()
    desk.connect()
    desk.spool.close()
    desk.edge(True)
    with pytest.raises(SpoolError):
        desk.advance(0.1)
    assert desk.sent() == []
    assert desk.shown() is Shown.IDLE


def test_a_press_that_no_disk_holds_goes_out_at_once_and_lights_nothing_before_its_receipt() -> None:
    desk = Desk()
    desk.connect()
    desk.lock_disk()
    desk.press()
    (body,) = desk.sent()
    assert (body["seq"], body["try"]) == (1, 1)
    assert desk.shown() is Shown.IDLE
    desk.receipt(desk.ids()[0])
    assert desk.shown() is Shown.RECEIVED
    assert desk.bridge.waiting == 0


def test_nobody_is_told_after_two_seconds_when_no_disk_and_no_server_has_it() -> None:
    desk = Desk()
    desk.lock_disk()
    desk.edge(True)
    desk.advance(1.9)
    assert desk.shown() is Shown.IDLE
    desk.advance(0.2)
    assert desk.shown() is Shown.NOBODY
    desk.connect()
    desk.receipt(desk.ids()[0])
    assert desk.shown() is Shown.RECEIVED


def test_the_next_press_of_a_disk_that_works_again_is_shown_as_any() -> None:
    desk = Desk()
    desk.lock_disk()
    desk.press()
    desk.lock_disk(False)
    desk.advance(MEND_S + 0.1)
    assert [spooled.seq for spooled in desk.spool.freshest(5)] == [1]
    desk.edge(True)
    desk.advance(0.07)
    assert desk.shown() is Shown.SENDING


def test_an_undo_leaves_an_earlier_press_that_no_disk_holds_in_the_dark() -> None:
    desk = Desk()
    desk.lock_disk()
    desk.press()
    desk.press()
    desk.means(Intent(1, PressKind.UNDO))
    assert desk.shown() is Shown.IDLE
    desk.advance(1.5)
    assert desk.shown() is Shown.NOBODY


def test_it_is_sent_again_on_schedule_with_a_fresh_age_until_the_receipt() -> None:
    desk = Desk(resend_s=[1, 2, 4, 8, 15])
    desk.connect()
    desk.edge(True)
    for _ in range(610):
        desk.advance(0.1)
        desk.answer()
    ages = [body["age_ms"] / 1000 for body in desk.sent()]
    assert [round(age) for age in ages] == [0, 1, 3, 7, 15, 30, 45, 60]
    assert [body["try"] for body in desk.sent()] == list(range(1, 9))
    assert [body["exp_s"] for body in desk.sent()] == [120, 119, 117, 113, 105, 90, 75, 60]
    assert len(set(desk.ids())) == 1
    desk.receipt(desk.ids()[0])
    desk.advance(60)
    assert len(desk.sent()) == 8
    assert desk.bridge.waiting == len(desk.spool) == 0


def test_a_late_press_is_still_sent_and_lives_a_second() -> None:
    desk = Desk()
    desk.press()
    desk.advance(500)
    desk.connect()
    (body,) = desk.sent()
    assert body["age_ms"] >= 500_000
    assert body["exp_s"] == body["expiry"] == 1


@pytest.mark.parametrize("reason", ["Not authorized", "No matching subscribers"])
def test_a_refusal_by_the_broker_keeps_the_press(reason: str) -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    desk.answer(accepted=False, reason=reason)
    assert desk.bridge.waiting == 1
    desk.advance(1)
    assert len(desk.sent()) == 2


def test_at_most_ten_publishes_are_owed_an_answer_and_the_freshest_goes_first() -> None:
    desk = Desk()
    for _ in range(25):
        desk.press()
    assert desk.sent() == []
    desk.connect()
    assert [body["seq"] for body in desk.sent()] == list(range(25, 15, -1))
    desk.happens(Published(1, True, "ok", desk.now))
    assert desk.sent()[-1]["seq"] == 15
    desk.press(2)
    desk.happens(Published(2, True, "ok", desk.now))
    assert desk.sent()[-1]["seq"] == 26


def test_everything_is_sent_again_on_a_new_connection() -> None:
    desk = Desk()
    desk.connect()
    for _ in range(3):
        desk.press()
    desk.answer()
    desk.disconnect()
    desk.advance(0.1)
    before = len(desk.sent())
    desk.connect()
    assert [body["seq"] for body in desk.sent()[before:]] == [3, 2, 1]


def test_thousands_of_presses_of_a_day_offline_all_go_with_bounded_memory() -> None:
    spool = Spool(":memory:")
    spool.add([NewPress(uuid4(), 1, 1.0, BOOT, 120) for _ in range(2_000)])
    desk = Desk(spool)
    desk.connect()
    seen: list[int] = []
    while desk.bridge.waiting:
        assert len(desk.bridge._outbox._waiting) <= WINDOW
        batch = list(zip(desk.sent(), desk.ids(), strict=True))
        handles = [handle for handle, _ in desk.link.sent]
        desk.link.sent.clear()
        for body, press_id in batch:
            seen.append(body["seq"])
            desk.receipt(press_id)
        desk.happens(*(Published(handle, True, "ok", desk.now) for handle in handles))
    assert seen == list(range(2_000, 0, -1))
    desk.advance(1)
    assert len(spool) == 0


def test_the_seq_goes_on_after_a_restart() -> None:
    spool = Spool(":memory:")
    desk = Desk(spool)
    desk.connect()
    desk.press()
    desk.receipt(desk.ids()[0])
    desk.bridge.stop()
    again = Desk(spool, now=desk.now)
    again.connect()
    again.press()
    assert [body["seq"] for body in again.sent()] == [2]


def test_after_a_reboot_the_age_is_known_only_by_two_synced_clocks() -> None:
    spool = Spool(":memory:")
    Desk(spool).press()
    later = Desk(spool, boot="22222222-2222-4222-8222-222222222222", now=20.0)
    assert later.wall is not None
    later.wall = AT.replace(hour=13)
    later.connect()
    assert later.sent()[0]["age_known"]
    assert 3_600_000 <= later.sent()[0]["age_ms"] <= 3_601_000
    lost = Desk(spool, boot="22222222-2222-4222-8222-222222222222", now=20.0)
    lost.wall = None
    lost.connect()
    assert lost.sent()[0]["age_known"] is False
    assert lost.sent()[0]["age_ms"] == 20_000


def test_a_press_with_an_unsynced_clock_says_so() -> None:
    desk = Desk()
    desk.wall = None
    desk.connect()
    desk.press()
    assert "wall" not in desk.sent()[0]
    assert desk.sent()[0]["synced"] is False


def test_receipts_decide_the_light_and_drop_the_row() -> None:
    for result, shown in (
        (ReceiptResult.STORED, Shown.RECEIVED),
        (ReceiptResult.LATE, Shown.IDLE),
        (ReceiptResult.REFUSED, Shown.NOBODY),
    ):
        desk = Desk()
        desk.connect()
        desk.press()
        assert desk.shown() is Shown.SENDING
        desk.receipt(desk.ids()[0], result)
        assert desk.shown() is shown
        desk.advance(1)
        assert len(desk.spool) == 0


def test_a_receipt_of_an_unknown_press_changes_nothing_and_is_settled() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    desk.receipt(uuid4())
    assert desk.shown() is Shown.SENDING
    assert desk.bridge.waiting == 1
    assert len(desk.link.settled) == 1


def test_nobody_is_told_after_ten_seconds_without_an_answer() -> None:
    desk = Desk()
    desk.connect()
    desk.edge(True)
    desk.advance(9.9)
    assert desk.shown() is Shown.SENDING
    desk.advance(0.2)
    assert desk.shown() is Shown.NOBODY
    desk.receipt(desk.ids()[0])
    assert desk.shown() is Shown.RECEIVED


def test_the_stand_in_changes_the_light_and_never_the_spool() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    message = StandIn(press=desk.ids()[0], input=1, state=StandInState.CALLED)
    desk.deliver(STAND_IN, message)
    assert desk.shown() is Shown.CALLED
    assert desk.bridge.waiting == 1
    desk.advance(20)
    assert desk.shown() is Shown.CALLED
    desk.light(LightState.COMING, 1)
    assert desk.shown() is Shown.COMING


def test_a_stand_in_for_a_foreign_press_is_not_believed() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    desk.deliver(STAND_IN, StandIn(press=uuid4(), input=1, state=StandInState.CALLED))
    assert desk.shown() is Shown.SENDING


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (f"rb/1/{STORE}/b/{DEVICE}/light", b"\xff", "encoding"),
        (f"rb/1/{STORE}/b/{DEVICE}/light", b"{", "json"),
        (f"rb/1/{STORE}/b/{DEVICE}/receipt", b'{"v":2}', "version"),
        (f"rb/1/{STORE}/b/{DEVICE}/receipt", b"x" * 3_000, "oversize"),
        ("rb/1/other/b/b7/light", b"{}", "fields"),
        ("nonsense", b"{}", "topic"),
    ],
)
def test_garbage_is_counted_settled_and_survived(topic: str, payload: bytes, reason: str) -> None:
    desk = Desk()
    desk.connect()
    delivery = desk.deliver_raw(topic, payload)
    assert desk.link.settled == [delivery]
    assert desk.bridge.bad_packets == {reason: 1}
    desk.press()
    assert len(desk.sent()) == 1


def test_a_retained_light_and_a_neighbours_light_are_refused() -> None:
    desk = Desk()
    desk.connect()
    light = Light(input=1, run=SERVER_RUN, rev=1, state=LightState.COMING)
    desk.deliver(LIGHT, light, retain=True)
    desk.deliver(LIGHT, light, device="b8")
    assert desk.bridge.bad_packets == {"retained": 1, "foreign": 1}
    assert desk.shown() is Shown.IDLE


def test_a_server_that_comes_back_gets_everything_at_once() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    desk.answer()

    def says(state: DeviceState, run: str) -> None:
        desk.deliver(STATUS, DeviceStatus(state=state, run=run, boot=BOOT, sw="1"), device="srv", kind="s")

    says(DeviceState.ONLINE, "aaaa1111")
    assert len(desk.sent()) == 1
    says(DeviceState.OFFLINE, "aaaa1111")
    assert len(desk.sent()) == 1
    says(DeviceState.ONLINE, "bbbb2222")
    assert len(desk.sent()) == 2


def test_commands_and_settings_get_an_honest_answer() -> None:
    desk = Desk()
    desk.connect()
    desk.deliver(COMMAND, Command(id=uuid4(), name=CommandName.PROBE))
    desk.deliver(COMMAND, Command(id=uuid4(), name=CommandName.RESTART))
    desk.deliver(BY_TAIL["b", "cfg"], Settings(rev=7, lights="disco"), retain=True)
    assert [body["ok"] for body in desk.sent("cmd/answer")] == [True, False]
    assert "nothing here would start it again" in desk.sent("cmd/answer")[1]["text"]
    (answer,) = desk.sent("cfg/state")
    assert (answer["rev"], answer["ok"], list(answer["errors"])) == (7, False, ["lights"])
    assert len(desk.link.settled) == 3


def test_identify_shows_itself_and_gives_the_light_back() -> None:
    desk = Desk()
    desk.connect()
    desk.light(LightState.COMING, 1)
    desk.deliver(COMMAND, Command(id=uuid4(), name=CommandName.IDENTIFY))
    assert {desk.shown(1), desk.shown(2)} == {Shown.IDENTIFY}
    desk.advance(6)
    assert (desk.shown(1), desk.shown(2)) == (Shown.COMING, Shown.IDLE)


def test_telemetry_every_minute_with_jitter_and_only_when_connected() -> None:
    desk = Desk()
    desk.advance(130)
    assert desk.sent("telemetry") == []
    desk.connect()
    desk.edge(True)
    desk.advance(700)
    sent = desk.sent("telemetry")
    assert 10 <= len(sent) <= 12
    assert sent[-1]["spool"] == 1
    assert sent[-1]["oldest_ms"] > 600_000
    assert sent[-1]["inputs"][0]["held_ms"] > 600_000
    assert sent[-1]["inputs"][1] == {"input": 2, "pushes": 0, "refused": {}}


def test_two_inputs_are_two_buttons() -> None:
    desk = Desk()
    desk.connect()
    desk.edge(True, 1)
    desk.edge(True, 2)
    desk.advance(0.1)
    assert sorted((body["seq"], body["input"]) for body in desk.sent()) == [(1, 1), (2, 2)]
    desk.receipt(
        next(press_id for body, press_id in zip(desk.sent(), desk.ids(), strict=True) if body["input"] == 2)
    )
    assert (desk.shown(1), desk.shown(2)) == (Shown.SENDING, Shown.RECEIVED)


def test_a_lost_edge_is_found_by_the_poll() -> None:
    desk = Desk()
    desk.connect()
    desk.edge(True)
    desk.levels[1] = False
    desk.advance(1)
    assert desk.sent() == []


def test_after_a_restart_the_customer_still_sees_the_truth() -> None:
    spool = Spool(":memory:")
    desk = Desk(spool)
    desk.press()
    again = Desk(spool, now=desk.now + 3)
    assert again.shown() is Shown.SENDING
    again.advance(8)
    assert again.shown() is Shown.NOBODY


def test_a_wall_clock_that_jumps_by_years_changes_no_age() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    assert desk.wall is not None
    desk.wall = desk.wall.replace(year=2038)
    desk.advance(1)
    assert 1_000 < desk.sent()[-1]["age_ms"] < 2_000


def test_a_word_of_a_server_that_cannot_take_it_back_is_not_shown_for_ever() -> None:
    desk = Desk()
    desk.connect()
    desk.light(LightState.COMING, 1)
    desk.disconnect()
    desk.advance(119)
    assert desk.shown() is Shown.COMING
    desk.connect()
    desk.advance(300)
    assert desk.shown() is Shown.COMING
    desk.disconnect()
    desk.advance(121)
    assert desk.shown() is Shown.IDLE


def test_nor_is_one_of_a_server_that_said_farewell() -> None:
    desk = Desk()
    desk.connect()
    desk.light(LightState.COMING, 1)
    desk.server(DeviceState.OFFLINE)
    desk.advance(60)
    desk.server(DeviceState.ONLINE)
    desk.advance(120)
    assert desk.shown() is Shown.COMING
    desk.server(DeviceState.OFFLINE)
    desk.disconnect()
    desk.connect()
    desk.advance(121)
    assert desk.shown() is Shown.IDLE


def test_a_fault_is_told_at_once_and_when_it_is_over() -> None:
    desk = Desk()
    desk.connect()
    desk.advance(70)
    before = len(desk.sent("telemetry"))
    desk.edge(True)
    desk.advance(60.3)
    desk.edge(False)
    desk.advance(0.1)
    found = desk.sent("telemetry")[before:]
    faults = [[(fault["kind"], fault["input"]) for fault in body["faults"]] for body in found]
    assert [("stuck", 1)] in faults
    assert faults[-1] == []
    assert desk.bridge.faults(desk.now) == []


def test_another_client_of_the_same_name_is_counted_and_told() -> None:
    desk = Desk()
    desk.connect()
    desk.link.up = False
    desk.happens(Disconnected(1, "Session taken over", desk.now))
    desk.connect()
    desk.advance(1)
    (body,) = desk.sent("telemetry")
    assert body["takeovers"] == 1
    assert [fault["kind"] for fault in body["faults"]] == ["taken_over"]
    desk.advance(700)
    assert desk.sent("telemetry")[-1]["faults"] == []
