"""A press is stored once and answered always, whatever happens to it on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from broker_config import channels
from broker_config.codec import encode, publication
from broker_config.link import Connected, Disconnected, Publication
from broker_config.messages import (
    DeviceState,
    DeviceStatus,
    Light,
    LightState,
    PageCancel,
    PageState,
    PressKind,
    Purpose,
    ReceiptResult,
)
from broker_config.topics import build
from server.engine.events import FromLink
from server.ids import first_page_id
from server.requests import Acknowledge, Arrive, Close, Done, Ending
from server.rules.incidents import Outcome
from tests.engine_box import EngineBox
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, STORE


def test_a_press_opens_an_incident_and_pages_whoever_is_on_the_first_step(box: EngineBox) -> None:
    press = box.press("b1", 1)
    assert [(one.number, one.state, one.presses) for one in box.incidents()] == [(1, "triggered", 1)]
    assert box.addresses() == [ADDRESS[ANNA]]
    assert box.orders[0].body == "DAIRY Shelf 1 CALL"
    assert box.orders[0].page == first_page_id(press.id, ANNA)
    assert [(one.id, one.result) for one in box.receipts] == [(press.id, ReceiptResult.STORED)]
    assert len(box.link.settled) == 1
    assert box.rings == [len(box.actions())]


def test_orders_leave_before_the_receipt(box: EngineBox) -> None:
    box.press()
    tails = [
        one.topic.rsplit("/", 1)[1] for one in box.link.published if not one.topic.endswith(("probe", "plan"))
    ]
    assert tails == ["order", "receipt"]


def test_the_same_press_twice_is_one_incident_and_two_receipts(box: EngineBox) -> None:
    press = box.press()
    box.press(id=press.id, seq=press.seq, try_=2)
    assert len(box.incidents()) == 1
    assert len(box.presses()) == 1
    assert [one.id for one in box.receipts] == [press.id, press.id]
    assert len(box.orders) == 1


def test_the_same_press_twice_in_one_group_is_one(box: EngineBox) -> None:
    press = box.press(run=False)
    box.press(id=press.id, seq=press.seq, try_=2)
    assert (len(box.presses()), len(box.incidents()), len(box.receipts)) == (1, 1, 2)


def test_an_id_used_again_as_a_first_send_is_found_out_without_losing_its_group(box: EngineBox) -> None:
    known = box.press("b1", 1)
    box.press("b1", 2, id=known.id, seq=99, run=False)
    fresh = box.press("b2", 2)
    assert {one.id for one in box.presses()} == {known.id, fresh.id}
    assert [one.id for one in box.receipts] == [known.id, known.id, fresh.id]


def test_a_second_press_joins_and_raises_the_priority(box: EngineBox) -> None:
    box.press()
    box.time.advance(5)
    box.press()
    (incident,) = box.incidents()
    assert (incident.presses, incident.priority) == (2, 1)
    assert [one.state for one in box.presses()] == ["stored", "merged"]
    assert len({order.page for order in box.orders}) == 1


def test_waiting_runs_from_the_earliest_press_that_was_not_late(box: EngineBox) -> None:
    box.press()
    opened = box.incidents()[0].opened_at
    box.press(age_ms=30_000)
    (incident,) = box.incidents()
    assert opened - incident.opened_at == timedelta(milliseconds=29_995)
    assert incident.exit_at == incident.opened_at + timedelta(seconds=90)


def test_a_late_press_is_history_and_raises_nothing(box: EngineBox) -> None:
    press = box.press(age_ms=121_000)
    assert box.incidents() == []
    assert [one.state for one in box.presses()] == ["late"]
    assert [(one.id, one.result) for one in box.receipts] == [(press.id, ReceiptResult.LATE)]
    assert box.orders == []
    box.press(id=press.id, seq=press.seq, age_ms=1, try_=2)
    assert box.receipts[-1].result is ReceiptResult.LATE


def test_time_in_the_broker_makes_a_press_late(box: EngineBox) -> None:
    packet = publication(channels.PRESS, STORE, "b", "b1", box.make_press(age_ms=100_000))
    box.deliver(Publication(packet.topic, packet.payload, 1, False, 90))
    box.time.advance(0)
    assert [one.state for one in box.presses()] == ["late"]


def test_a_green_press_is_counted_and_calls_nobody(box: EngineBox) -> None:
    box.press("b1", 16)
    assert [one.state for one in box.presses()] == ["stored"]
    assert (box.incidents(), box.orders) == ([], [])
    assert box.receipts[0].result is ReceiptResult.STORED


def test_a_button_that_nobody_set_up_still_calls_somebody(box: EngineBox) -> None:
    box.press("b1", 9)
    (incident,) = box.incidents()
    assert (incident.button_id, incident.zone_id) == (None, None)
    assert box.addresses() == [ADDRESS[CARMEN]]


def test_a_drill_is_an_incident_of_its_own_and_marked_on_the_wrist(box: EngineBox) -> None:
    box.press(purpose=Purpose.DRILL)
    assert "DRILL" in box.orders[0].body
    box.press()
    assert [one.purpose for one in box.incidents()] == ["drill", "call"]


def test_a_canary_disturbs_nobody(box: EngineBox) -> None:
    box.press(purpose=Purpose.CANARY)
    assert (box.orders, box.incidents()) == ([], [])
    assert box.receipts[0].result is ReceiptResult.STORED


def test_a_quiet_call_opens_its_own_incident_and_changes_no_light(box: EngineBox) -> None:
    box.press()
    before = len(box.lights)
    box.press(kind=PressKind.QUIET)
    assert box.receipts[-1].result is ReceiptResult.STORED
    assert [one.quiet for one in box.incidents()] == [False, True]
    assert len(box.lights) == before


def test_a_press_of_unknown_age_pages_low_and_never_the_full_alarm(box: EngineBox) -> None:
    box.press(age_known=False)
    assert box.orders[0].priority == 3
    box.press(age_known=False)
    assert box.incidents()[0].priority == 3
    box.press()
    assert box.incidents()[0].priority == 2


class TestUndo:
    def test_it_closes_the_incident_as_a_false_press(self, box: EngineBox) -> None:
        press = box.press()
        box.press(kind=PressKind.UNDO, ref=press.id)
        (incident,) = box.incidents()
        assert (incident.state, incident.outcome) == ("closed", "false_press")
        assert box.presses()[0].state == "undone"
        assert box.lights[-1:] == [LightState.IDLE]

    def test_whose_pager_rang_hears_that_it_was_taken_back(self, box: EngineBox) -> None:
        press = box.press()
        box.result(box.orders[0], PageState.TRANSMITTED)
        box.press(kind=PressKind.UNDO, ref=press.id)
        call, word = box.orders
        assert (word.routes, word.body) == (call.routes, "DAIRY TAKEN BACK Shelf 1")
        assert word.priority == 3
        assert box.link.messages(channels.CANCEL, PageCancel) == []
        box.time.advance(2.1)
        assert [one.page for one in box.orders] == [call.page, word.page, word.page]
        box.restart()
        box.result(word, PageState.TRANSMITTED)
        assert [one.state for one in box.pages()] == ["transmitted"] * 2

    def test_whose_pager_was_about_to_ring_hears_it_only_if_it_rang(self, box: EngineBox) -> None:
        press = box.press()
        box.result(box.orders[0], PageState.TRANSMITTING)
        box.press(kind=PressKind.UNDO, ref=press.id)
        assert len(box.orders) == 1
        box.result(box.orders[0], PageState.TRANSMITTED)
        assert [one.body for one in box.orders] == ["DAIRY Shelf 1 CALL", "DAIRY TAKEN BACK Shelf 1"]

    def test_a_page_that_was_taken_back_in_time_needs_no_word(self, box: EngineBox) -> None:
        press = box.press()
        box.press(kind=PressKind.UNDO, ref=press.id)
        box.result(box.orders[0], PageState.CANCELLED)
        box.time.advance(300)
        assert len(box.orders) == 1

    def test_a_call_that_goes_on_for_somebody_else_is_not_taken_back(self, box: EngineBox) -> None:
        box.press()
        box.result(box.orders[0], PageState.TRANSMITTED)
        second = box.press()
        before = len(box.orders)
        box.press(kind=PressKind.UNDO, ref=second.id)
        assert len(box.orders) == before

    def test_the_next_press_opens_its_own_incident_that_is_not_marked_again(self, box: EngineBox) -> None:
        press = box.press()
        box.press(kind=PressKind.UNDO, ref=press.id)
        box.press()
        assert [(one.state, one.again) for one in box.incidents()] == [
            ("closed", False),
            ("triggered", False),
        ]

    def test_one_of_two_merged_presses_leaves_the_incident_open(self, box: EngineBox) -> None:
        box.press()
        second = box.press()
        box.press(kind=PressKind.UNDO, ref=second.id)
        (incident,) = box.incidents()
        assert (incident.state, incident.presses) == ("triggered", 1)

    @pytest.mark.parametrize("restart", [False, True])
    def test_an_undo_that_comes_first_waits_for_its_press(self, box: EngineBox, restart: bool) -> None:
        box.press(kind=PressKind.UNDO, ref=UUID(int=0xABC))
        if restart:
            box.restart()
        box.press(id=UUID(int=0xABC), try_=2)
        assert {one.kind: one.state for one in box.presses()} == {"undo": "stored", "press": "undone"}
        assert (box.incidents(), box.orders) == ([], [])
        assert [one.result for one in box.receipts] == [ReceiptResult.STORED] * 2

    def test_twice_the_same_undo_takes_back_one_press(self, box: EngineBox) -> None:
        box.press()
        second = box.press()
        undo = box.press(kind=PressKind.UNDO, ref=second.id)
        box.press(kind=PressKind.UNDO, ref=second.id, id=undo.id, seq=undo.seq, try_=2)
        box.press(kind=PressKind.UNDO, ref=second.id)
        assert box.incidents()[0].presses == 1


class TestMergingAfterSomebodyAnswered:
    def test_within_a_minute_the_owner_is_alerted_again(self, box: EngineBox) -> None:
        box.press()
        box.result(box.orders[0], PageState.TRANSMITTED)
        (incident,) = box.incidents()
        box.ask(Acknowledge(incident.id, BORIS))
        box.time.advance(30)
        box.press()
        assert box.addresses() == [ADDRESS[ANNA], ADDRESS[BORIS]]
        assert "PRESSED AGAIN" in box.orders[-1].body
        assert len(box.incidents()) == 1

    def test_after_an_attended_one_the_next_customer_gets_an_incident(self, box: EngineBox) -> None:
        box.press()
        box.ask(Arrive(box.incidents()[0].id, ANNA))
        box.press()
        assert [one.state for one in box.incidents()] == ["attended", "triggered"]

    @pytest.mark.parametrize("restart", [False, True])
    def test_what_staff_close_by_hand_is_remembered_by_a_new_process_too(
        self, box: EngineBox, restart: bool
    ) -> None:
        box.press()
        box.ask(Close(box.incidents()[0].id, ANNA, Ending(Outcome.FALSE_PRESS)))
        if restart:
            box.restart()
        box.press()
        assert [one.again for one in box.incidents()] == [False, True]

    def test_soon_after_a_close_it_is_marked_again(self, box: EngineBox) -> None:
        box.press()
        box.result(box.orders[0], PageState.TRANSMITTED)
        answer = box.ask(Close(box.incidents()[0].id, ANNA, Ending(Outcome.RECOVERED)))
        assert isinstance(answer, Done)
        box.restart()
        box.press()
        assert [one.again for one in box.incidents()] == [False, True]
        assert box.orders[-1].body.endswith("AGAIN")


def test_a_staff_key_proves_the_arrival(box: EngineBox) -> None:
    box.press()
    box.press(kind=PressKind.ARRIVE)
    (incident,) = box.incidents()
    assert (incident.state, incident.attended_how) == ("attended", "key")


def test_a_staff_key_takes_back_at_once_what_still_waits_to_ring(box: EngineBox) -> None:
    box.press()
    box.press(kind=PressKind.ARRIVE)
    (cancel,) = box.link.messages(channels.CANCEL, PageCancel)
    assert cancel.page == box.orders[0].page


class TestTheUnitsOwnWordIsCorrected:
    """At a receipt the unit shows `received`, or nothing: where that is not the truth, it is told."""

    def test_a_counted_press_is_thanked_for_and_then_forgotten(self, box: EngineBox) -> None:
        box.press("b1", 16)
        (light,) = box.link.messages(channels.LIGHT, Light)
        assert (light.input, light.state, light.for_s) == (16, LightState.RECEIVED, 5)

    def test_a_drill_beside_a_call_that_nobody_can_answer(self, box: EngineBox) -> None:
        box.press(age_ms=89_000)
        box.time.advance(2)
        box.press(purpose=Purpose.DRILL)
        assert box.lights == [LightState.SORRY, LightState.SORRY]

    def test_a_late_press_hides_no_open_call(self, box: EngineBox) -> None:
        box.press(age_ms=89_000)
        box.time.advance(2)
        box.press(age_ms=121_000)
        assert box.lights == [LightState.SORRY, LightState.SORRY]

    def test_a_press_that_was_taken_back_before_it_came(self, box: EngineBox) -> None:
        box.press(kind=PressKind.UNDO, ref=UUID(int=0xABC))
        box.press(id=UUID(int=0xABC))
        assert box.lights[-1:] == [LightState.IDLE]
        box.press(id=UUID(int=0xABC), try_=2)
        assert box.lights[-2:] == [LightState.IDLE] * 2

    def test_a_button_that_nobody_set_up_is_told_again_too(self, box: EngineBox) -> None:
        box.press("b1", 9)
        box.result(box.orders[0], PageState.TRANSMITTED)
        box.restart()
        box.ask(Arrive(box.incidents()[0].id, ANNA))
        assert box.lights[-1] is LightState.IDLE
        status = DeviceStatus(state=DeviceState.ONLINE, run="dd44", boot="bb22", sw="1")
        seen = len(box.lights)
        box.deliver(publication(channels.STATUS, STORE, "b", "b1", status), retain=True)
        box.time.advance(0)
        assert [one.input for one in box.link.messages(channels.LIGHT, Light)[seen:]].count(9) == 1


def test_a_flood_is_one_incident_and_raises_nothing_more(box: EngineBox) -> None:
    for _ in range(40):
        box.press()
        box.time.advance(0.5)
    (incident,) = box.incidents()
    assert incident.presses == 40
    assert len(box.presses()) == 40
    assert len(box.receipts) == 40


class TestWhatIsNotAllowed:
    def refused(self, box: EngineBox) -> list[tuple[str, str, int]]:
        from sqlmodel import select

        from server.db.tables import Refused

        with box.db.reading() as session:
            return sorted((row.device, row.reason, row.count) for row in session.exec(select(Refused)))

    def test_another_kind_of_device_cannot_press(self, box: EngineBox) -> None:
        box.press("g1")
        assert self.refused(box) == [("g1", "kind", 1)]
        assert (box.presses(), box.receipts) == ([], [])

    def test_a_device_that_nobody_knows(self, box: EngineBox) -> None:
        box.press("b99")
        assert self.refused(box) == [("b99", "foreign", 1)]

    def test_a_retained_press_is_a_forgery(self, box: EngineBox) -> None:
        box.deliver(publication(channels.PRESS, STORE, "b", "b1", box.make_press()), retain=True)
        box.time.advance(0)
        assert self.refused(box) == [("b1", "retained", 1)]
        assert box.presses() == []

    def test_an_unreadable_press_with_a_readable_id_is_told_so(self, box: EngineBox) -> None:
        raw = encode(box.make_press()).replace(b'"v":1', b'"v":2')
        box.deliver(Publication(build(STORE, "b", "b1", "press"), raw))
        box.time.advance(0)
        assert [one.result for one in box.receipts] == [ReceiptResult.REFUSED]
        assert self.refused(box) == [("b1", "version", 1)]

    def test_garbage_is_counted_in_one_row_and_settled(self, box: EngineBox) -> None:
        for number in range(50):
            box.deliver(Publication(build(STORE, "b", "b1", "press"), b"\xff\x00 garbage %d" % number))
        good = box.press("b1", 1)
        assert self.refused(box) == [("b1", "encoding", 50)]
        assert [one.id for one in box.presses()] == [good.id]
        assert len(box.link.settled) == 51

    def test_a_result_of_a_gateway_that_was_not_asked_changes_nothing(self, box: EngineBox) -> None:
        from server.db.tables import Device

        with box.db.transaction() as session:
            session.add(Device(store_id=STORE, device="g2", kind="g"))
        box.restart()
        box.press()
        box.result(box.orders[0], PageState.TRANSMITTED, gateway="g2")
        assert [one.state for one in box.pages()] == ["ordered"]


def test_a_standstill_of_the_server_is_counted_once_in_a_press_that_waited_in_the_broker(
    box: EngineBox,
) -> None:
    """The broker took the time off its expiry; a probe that was on the way meanwhile took as long."""
    probe = next(one for one in box.link.published if one.topic.endswith("/probe"))
    box.time.advance(9)
    box.loop.put(FromLink(STORE, Disconnected(1, "the process stood still for 9.0 s", box.time.boot())))
    box.loop.put(FromLink(STORE, Connected(2, True, box.time.boot())))
    box.deliver(probe)
    box.time.advance(0)
    press = box.make_press(age_ms=5, exp_s=120)
    waited = publication(channels.PRESS, STORE, "b", "b1", press)
    box.deliver(replace(waited, expiry_s=114))
    box.time.advance(0)
    assert [row.age_ms for row in box.presses()] == [6_005]


def test_a_slow_broker_is_added_to_the_age_of_a_press(box: EngineBox) -> None:
    probe = next(one for one in box.link.published if one.topic.endswith("/probe"))
    box.time.advance(4)
    box.deliver(probe)
    box.time.advance(0)
    box.press(age_ms=5)
    assert [row.age_ms for row in box.presses()] == [4_005]


def test_a_press_that_comes_again_tells_its_light_once_more(box: EngineBox) -> None:
    """Receipt and light may have been lost together, and the stand-in has said something else meanwhile."""
    press = box.press()
    box.result(box.orders[0], PageState.TRANSMITTED)
    before = len(box.lights)
    box.press(id=press.id, seq=press.seq, try_=2)
    assert box.lights[before:] == [LightState.CALLED]


def test_a_press_whose_expiry_the_broker_does_not_tell_may_be_as_old_as_can_be(box: EngineBox) -> None:
    """Mosquitto leaves it out in the last second of a life, and for good when it is restarted in that second."""
    waited = publication(channels.PRESS, STORE, "b", "b1", box.make_press(age_ms=5, exp_s=120))
    box.deliver(replace(waited, expiry_s=None))
    box.time.advance(0)
    assert [(row.state, row.age_known) for row in box.presses()] == [("stored", False)]
    assert [order.priority for order in box.orders] == [3]
