"""What is meant at a button, and how: staff key, quiet call, taking back; and that a lamp says nothing untrue."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from broker_config.channels import STAND_IN
from broker_config.messages import LightState, PressKind, Purpose, ReceiptResult, StandIn, StandInState
from firmware_bridge.intents import Intent
from firmware_bridge.light import Shown
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.desk import KEY, Desk


def test_a_staff_key_proves_an_arrival_at_its_button_and_lights_nothing() -> None:
    desk = Desk()
    desk.connect()
    desk.press(KEY)
    (body,) = desk.sent()
    assert (body["kind"], body["input"], body["via_input"]) == ("arrive", 2, KEY)
    assert 105 <= body["age_ms"] <= 120  # it is meant when the key is let go
    desk.advance(20)
    assert {desk.shown(1), desk.shown(2)} == {Shown.IDLE}
    assert set(desk.patterns) == {1, 2}


def test_a_key_that_is_held_or_left_turned_is_one_quiet_call() -> None:
    desk = Desk()
    desk.connect()
    desk.edge(True, KEY)
    desk.advance(3.1)
    desk.answer()
    desk.receipt(desk.ids()[0])
    desk.advance(600)
    assert {(body["kind"], body["input"], body["via_input"]) for body in desk.sent()} == {("quiet", 2, KEY)}
    assert len(set(desk.ids())) == 1
    assert {desk.shown(1), desk.shown(2)} == {Shown.IDLE}


def test_a_second_push_held_counts_aloud_and_takes_the_press_back() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    press = desk.ids()[0]
    desk.receipt(press)
    desk.light(LightState.CALLED, 1)
    desk.edge(True)
    desk.advance(0.6)
    assert desk.shown() is Shown.COUNTING
    desk.advance(2.5)
    assert desk.shown() is Shown.UNDONE
    undo = next(body for body in desk.sent() if body["kind"] == "undo" and body["ref"] == str(press))
    assert undo["age_ms"] <= 30
    desk.advance(2.0)
    assert desk.shown() is Shown.IDLE


def test_a_second_push_let_go_early_goes_on_with_what_the_light_said() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    desk.receipt(desk.ids()[0])
    desk.light(LightState.COMING, 1)
    desk.edge(True)
    desk.advance(1.0)
    assert desk.shown() is Shown.COUNTING
    desk.edge(False)
    desk.advance(0.1)
    assert desk.shown() is not Shown.COUNTING
    assert [body for body in desk.sent() if body["kind"] == "undo"] == []


@pytest.mark.parametrize("kind", [PressKind.ARRIVE, PressKind.QUIET])
def test_what_staff_mean_is_sent_and_leaves_the_lamp_alone(kind: PressKind) -> None:
    desk = Desk()
    desk.connect()
    desk.light(LightState.COMING, 1)
    desk.means(Intent(1, kind, via_input=KEY))
    (body,) = desk.sent()
    assert (body["kind"], body["via_input"], body["purpose"]) == (kind.value, KEY, "call")
    desk.advance(20)
    assert desk.shown() is Shown.COMING
    desk.receipt(desk.ids()[0], ReceiptResult.REFUSED)
    assert desk.shown() is Shown.COMING


def test_an_undo_names_the_last_press_and_darkens_the_lamp() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    press = desk.ids()[0]
    desk.receipt(press)
    desk.means(Intent(1, PressKind.UNDO))
    undo = desk.sent()[-1]
    assert (undo["kind"], undo["ref"], undo["input"]) == ("undo", str(press), 1)
    assert desk.shown() is Shown.IDLE
    desk.means(Intent(1, PressKind.UNDO))
    assert len({body["id"] for body in desk.sent()}) == 2
    desk.light(LightState.SORRY, 1)
    assert desk.shown() is Shown.SORRY


def test_undone_before_any_answer_nothing_is_claimed_later() -> None:
    desk = Desk()
    desk.press()
    desk.means(Intent(1, PressKind.UNDO))
    desk.connect()
    kinds = [body["kind"] for body in desk.sent()]
    assert kinds == ["undo", "press"]
    press = UUID(desk.sent()[1]["id"])
    desk.deliver(STAND_IN, StandIn(press=press, input=1, state=StandInState.CALLED))
    desk.receipt(press)
    desk.advance(30)
    assert desk.shown() is Shown.IDLE
    assert desk.bridge.waiting == 1


def test_two_presses_can_be_taken_back_one_after_the_other() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    desk.press()
    first, second = desk.ids()[:2]
    desk.means(Intent(1, PressKind.UNDO))
    assert desk.shown() is Shown.SENDING
    desk.means(Intent(1, PressKind.UNDO))
    assert [body.get("ref") for body in desk.sent() if body["kind"] == "undo"] == [str(second), str(first)]
    assert desk.shown() is Shown.IDLE


def test_after_an_undo_nothing_is_said_again_of_a_press_that_nobody_answered() -> None:
    desk = Desk()
    desk.press()
    desk.advance(30)
    desk.press()
    assert desk.shown() is Shown.SENDING
    desk.means(Intent(1, PressKind.UNDO))
    desk.advance(1)
    assert desk.shown() is Shown.IDLE


def test_the_press_of_a_customer_before_is_not_taken_back() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    desk.receipt(desk.ids()[0])
    desk.advance(70)
    before = len(desk.sent())
    desk.means(Intent(1, PressKind.UNDO))
    assert len(desk.sent()) == before


def test_after_a_restart_a_press_that_was_taken_back_stays_dark() -> None:
    spool = Spool(":memory:")
    desk = Desk(spool)
    desk.press()
    desk.press(2)
    desk.means(Intent(1, PressKind.UNDO))
    again = Desk(spool, now=desk.now + 1)
    assert (again.shown(1), again.shown(2)) == (Shown.IDLE, Shown.SENDING)
    again.means(Intent(2, PressKind.UNDO))
    assert again.shown(2) is Shown.IDLE
    again.advance(20)
    assert (again.shown(1), again.shown(2)) == (Shown.IDLE, Shown.IDLE)


def test_after_a_restart_the_press_before_the_one_taken_back_still_waits() -> None:
    spool = Spool(":memory:")
    desk = Desk(spool)
    desk.press()
    desk.press()
    desk.means(Intent(1, PressKind.UNDO))
    again = Desk(spool, now=desk.now + 1)
    assert again.shown() is Shown.SENDING
    again.advance(10)
    assert again.shown() is Shown.NOBODY


@pytest.mark.parametrize(
    "intent",
    [
        Intent(9),
        Intent(KEY),
        Intent(1, via_input=99),
        Intent(1, ref=uuid4()),
        Intent(1, PressKind.UNDO),
    ],
)
def test_what_means_nothing_is_left_out_and_harms_nothing(intent: Intent) -> None:
    desk = Desk()
    desk.connect()
    desk.means(intent)
    assert len(desk.spool) == 0
    desk.press()
    assert len(desk.sent()) == 1


def test_a_press_and_its_undo_may_come_together() -> None:
    desk = Desk()
    desk.connect()
    desk.means(Intent(1), Intent(1, PressKind.UNDO), Intent(2))
    by_seq = sorted(desk.sent(), key=lambda body: int(body["seq"]))
    assert [(body["input"], body["kind"]) for body in by_seq] == [(1, "press"), (1, "undo"), (2, "press")]
    assert by_seq[1]["ref"] == by_seq[0]["id"]
    assert (desk.shown(1), desk.shown(2)) == (Shown.IDLE, Shown.SENDING)


def test_an_intention_has_the_age_of_its_beginning_and_none_from_the_future() -> None:
    desk = Desk()
    desk.connect()
    desk.means(Intent(1, at=desk.now - 3.0), Intent(2, at=desk.now + 50.0))
    assert {body["input"]: body["age_ms"] for body in desk.sent()} == {1: 3_000, 2: 0}


def test_the_undo_of_a_drill_is_a_drill() -> None:
    desk = Desk()
    desk.connect()
    desk.means(Intent(1, purpose=Purpose.DRILL))
    desk.means(Intent(1, PressKind.UNDO))
    assert [body["purpose"] for body in desk.sent()] == ["drill", "drill"]


def test_somebody_elses_call_goes_on_after_an_undo() -> None:
    desk = Desk()
    desk.connect()
    desk.light(LightState.COMING, 1)
    desk.advance(300)
    desk.press()
    desk.receipt(desk.ids()[-1])
    desk.means(Intent(1, PressKind.UNDO))
    assert desk.shown() is Shown.COMING


def test_an_undo_of_an_older_press_leaves_the_newer_ones_light() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    first = desk.ids()[0]
    desk.press()
    desk.receipt(first)
    desk.means(Intent(1, PressKind.UNDO, ref=first))
    assert desk.shown() is Shown.SENDING
