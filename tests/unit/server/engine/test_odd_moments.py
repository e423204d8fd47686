"""Odd moments: people who left meanwhile, words that come too late to mean what they say, two things at once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlmodel import col, delete, select, update

from broker_config import channels
from broker_config.messages import PageCancel, PageState, PressKind, Purpose
from server.channels_out.letter import Told
from server.db.tables import (
    Carrier,
    Journal,
    LastResort,
    Opening,
    Pager,
    Policy,
    PolicyStep,
)
from server.engine.events import Ask
from server.requests import (
    Acknowledge,
    Arrive,
    Close,
    Done,
    Ending,
    NeedHelp,
    PassOn,
    Refusal,
    RefusalReason,
    SetDuty,
    ShopChanged,
)
from server.rules.facts import DutyKind
from server.rules.incidents import Outcome
from tests.engine_box import EngineBox
from tests.small_shop import ADDRESS, ANNA, BORIS, CARMEN, DMITRI, STORE
from tests.unit.server.engine.test_phases import felt, ringing


def duty(box: EngineBox, who: int, kind: DutyKind | None, minutes: float = 60) -> object:
    until = box.time.now() + timedelta(minutes=minutes) if kind is not None else None
    return box.ask(SetDuty(STORE, who, who, kind, until))


def with_fallback(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.exec(update(Pager).where(col(Pager.id) == DMITRI).values(fallback=True))
    box.restart()


def everybody_leaves(box: EngineBox) -> None:
    for who in (ANNA, BORIS, CARMEN):
        duty(box, who, DutyKind.AWAY)


class TestNobodyIsLeftForASecondRound:
    def test_all_left_after_somebody_said_he_goes(self, box: EngineBox) -> None:
        with_fallback(box)
        box.press()
        felt(box)
        box.ask(Acknowledge(box.incidents()[0].id, ANNA))
        everybody_leaves(box)
        seen = len(box.orders)
        box.time.advance(120)
        assert ringing(box, seen) == [ADDRESS[DMITRI]]
        assert box.incidents()[0].nobody_at is not None

    def test_the_fallback_said_he_goes_and_did_not_come(self, box: EngineBox) -> None:
        with_fallback(box)
        everybody_leaves(box)
        box.press()
        felt(box)
        box.ask(Acknowledge(box.incidents()[0].id, DMITRI))
        seen = len(box.orders)
        for who in (ANNA, BORIS, CARMEN):
            duty(box, who, DutyKind.AWAY)
        box.time.advance(120)
        assert ringing(box, seen) == [ADDRESS[DMITRI]]
        assert box.incidents()[0].nobody_at is not None

    def test_all_left_before_anybody_answered(self, box: EngineBox) -> None:
        with_fallback(box)
        box.press()
        felt(box)
        everybody_leaves(box)
        for _ in range(8):
            box.time.advance(10)
            felt(box)
        assert ADDRESS[DMITRI] in box.addresses()
        assert box.incidents()[0].nobody_at is not None


class TestTheBoardGoesOnShouting:
    def test_a_fallback_page_that_is_sent_again_is_still_the_fallback(self, box: EngineBox) -> None:
        with_fallback(box)
        everybody_leaves(box)
        box.press()
        box.result(box.orders[0], PageState.UNKNOWN)
        felt(box)
        assert len(box.orders) == 2
        assert box.incidents()[0].nobody_at is not None

    def test_until_somebody_who_came_was_really_reached(self, box: EngineBox) -> None:
        with_fallback(box)
        everybody_leaves(box)
        box.press()
        felt(box)
        duty(box, CARMEN, None)
        seen = len(box.orders)
        box.time.advance(30)
        assert ADDRESS[CARMEN] in ringing(box, seen)
        for order in list(box.orders[seen:]):
            if order.routes[0].address == ADDRESS[CARMEN]:
                box.result(order, PageState.FAILED)
        assert box.incidents()[0].nobody_at is not None


class TestPassingOn:
    def only_the_shift_lead(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            session.exec(delete(PolicyStep))
            session.add(PolicyStep(policy_id=1, position=1, target="role", role="shift_lead"))
        box.restart()

    def test_nobody_else_is_named_by_the_policy(self, box: EngineBox) -> None:
        self.only_the_shift_lead(box)
        box.press()
        felt(box)
        incident = box.incidents()[0].id
        box.ask(Acknowledge(incident, CARMEN))
        answer = box.ask(PassOn(incident, CARMEN))
        assert isinstance(answer, Refusal)
        assert answer.reason is RefusalReason.NOBODY
        assert box.incidents()[0].state == "acknowledged"

    def test_who_passed_it_on_is_called_when_the_other_one_has_left(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            session.exec(update(Carrier).where(col(Carrier.id) == ANNA).values(role="shift_lead"))
        self.only_the_shift_lead(box)
        box.press()
        felt(box)
        incident = box.incidents()[0].id
        assert isinstance(box.ask(PassOn(incident, CARMEN)), Done)
        felt(box)
        box.ask(Acknowledge(incident, ANNA))
        duty(box, ANNA, DutyKind.AWAY)
        seen = len(box.orders)
        box.time.advance(120)
        assert ringing(box, seen) == [ADDRESS[CARMEN]]

    def test_what_still_waits_for_who_passed_it_on_is_taken_back(self, box: EngineBox) -> None:
        box.press()
        box.result(box.orders[0], PageState.HELD)
        box.time.advance(1)
        box.ask(PassOn(box.incidents()[0].id, ANNA))
        assert [one.page for one in box.link.messages(channels.CANCEL, PageCancel)] == [box.orders[0].page]

    def test_a_named_person_who_cannot_be_reached_does_not_hold_up_the_next_step(
        self, box: EngineBox
    ) -> None:
        box.press()
        felt(box)
        box.time.advance(1)
        seen = len(box.orders)
        assert isinstance(box.ask(PassOn(box.incidents()[0].id, ANNA, BORIS)), Done)
        box.result(box.orders[-1], PageState.FAILED)
        assert ringing(box, seen) == [ADDRESS[BORIS], ADDRESS[CARMEN]]

    def test_a_page_in_doubt_does_not_call_back_who_passed_it_on(self, box: EngineBox) -> None:
        box.press()
        incident = box.incidents()[0].id
        order = box.orders[0]
        box.time.advance(1)
        assert isinstance(box.ask(PassOn(incident, ANNA)), Done)
        seen = len(box.orders)
        box.result(order, PageState.UNKNOWN)
        assert ADDRESS[ANNA] not in ringing(box, seen)


class TestHelp:
    def test_asked_for_twice_while_the_first_one_is_being_called(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        incident = box.incidents()[0].id
        box.ask(Acknowledge(incident, ANNA))
        assert isinstance(box.ask(NeedHelp(incident, ANNA)), Done)
        assert isinstance(box.ask(NeedHelp(incident, ANNA)), Done)
        assert isinstance(box.ask(NeedHelp(incident, ANNA)), Done)

    def test_a_quiet_call_rings_nobody_but_security(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            session.exec(update(Carrier).where(col(Carrier.id) == BORIS).values(role="security"))
        box.restart()
        box.press(kind=PressKind.QUIET)
        felt(box)
        incident = box.incidents()[0].id
        box.ask(Acknowledge(incident, BORIS))
        box.ask(NeedHelp(incident, BORIS))
        assert set(box.addresses()) == {ADDRESS[BORIS]}


class TestWordsThatComeTooLate:
    def test_a_staff_key_that_was_turned_before_the_customer_pressed(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        box.time.advance(10)
        box.press(kind=PressKind.ARRIVE, age_ms=60_000)
        assert box.incidents()[0].state == "triggered"

    def test_a_staff_key_of_unknown_age_silences_nothing(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        box.time.advance(10)
        box.press(kind=PressKind.ARRIVE, age_known=False)
        assert box.incidents()[0].state == "triggered"

    def test_a_green_press_of_unknown_age_confirms_nothing(self, box: EngineBox) -> None:
        box.press("b1", 2)
        box.ask(Arrive(box.incidents()[0].id, BORIS))
        box.time.advance(10)
        box.press("b1", 16, age_known=False)
        assert box.incidents()[0].state == "attended"

    def test_a_green_press_of_a_drill_confirms_nothing(self, box: EngineBox) -> None:
        box.press("b1", 2)
        box.ask(Arrive(box.incidents()[0].id, BORIS))
        box.time.advance(10)
        box.press("b1", 16, purpose=Purpose.DRILL)
        assert box.incidents()[0].state == "attended"


def test_the_next_customer_is_heard_after_the_last_repeat(box: EngineBox) -> None:
    box.press()
    for _ in range(30):
        felt(box)
        box.time.advance(10)
    seen = len(box.orders)
    box.press()
    box.time.advance(1)
    assert ringing(box, seen)


def test_the_next_customer_is_not_given_up_with_the_first(box: EngineBox) -> None:
    box.press()
    for _ in range(59):
        felt(box)
        box.time.advance(60)
    box.press()
    box.time.advance(120)
    assert [one.state for one in box.incidents() if one.closed_at is None] == ["triggered"]


def test_a_quiet_call_leaves_no_mark_on_the_next_customers_call(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.exec(update(Carrier).where(col(Carrier.id) == BORIS).values(role="security"))
    box.restart()
    box.press(kind=PressKind.QUIET)
    box.ask(Acknowledge(box.incidents()[0].id, BORIS))
    box.ask(Close(box.incidents()[0].id, BORIS, Ending(Outcome.RECOVERED)))
    box.restart()
    box.press()
    assert box.incidents()[1].again is False


def test_quiet_calls_in_vain_do_not_damp_the_button(box: EngineBox) -> None:
    for number in range(3):
        box.press(kind=PressKind.QUIET)
        box.ask(Close(box.incidents()[number].id, BORIS, Ending(Outcome.FALSE_PRESS)))
    box.press("b1", 1)
    assert box.incidents()[-1].damped is False


def test_pressed_while_open_and_heard_after_closing(box: EngineBox) -> None:
    with box.db.transaction() as session:
        for day in range(7):
            session.add(Opening(store_id=STORE, weekday=day, opens=time(6), closes=time(14, 1)))
    box.restart()
    local = box.time.now() + timedelta(hours=2)
    close_in = 61 - local.second if local.minute == 0 else None
    assert close_in is not None, local
    box.time.advance(close_in)
    box.press(age_ms=5_000)
    assert [one.state for one in box.incidents()] == ["triggered"]


def test_a_drill_with_a_cause_of_nobody_is_refused(box: EngineBox) -> None:
    box.press(purpose=Purpose.DRILL)
    answer = box.ask(Close(box.incidents()[0].id, ANNA, Ending(Outcome.DRILL, cause=999)))
    assert isinstance(answer, Refusal)


class TestTwoThingsAtOnce:
    def test_here_and_a_change_of_the_shop(self, box: EngineBox) -> None:
        found: list[object] = []
        until = box.time.now() + timedelta(hours=1)
        box.loop.put(Ask(SetDuty(STORE, DMITRI, DMITRI, DutyKind.HERE, until, zone=1), found.append))
        box.loop.put(Ask(ShopChanged(STORE, None, "zone"), found.append))
        box.time.advance(0)
        box.press()
        assert sorted(box.addresses()) == [ADDRESS[ANNA], ADDRESS[DMITRI]]

    def test_a_break_that_ends_in_its_own_second(self, box: EngineBox) -> None:
        assert not isinstance(duty(box, ANNA, DutyKind.BREAK), Refusal | None)
        assert not isinstance(duty(box, ANNA, None), Refusal | None)
        box.restart()
        box.press()
        assert box.addresses() == [ADDRESS[ANNA]]

    def test_two_undos_of_one_press_take_back_one(self, box: EngineBox) -> None:
        press = box.press()
        box.press()
        box.press(kind=PressKind.UNDO, ref=press.id, run=False)
        box.press(kind=PressKind.UNDO, ref=press.id)
        assert [(one.state, one.presses) for one in box.incidents()] == [("triggered", 1)]


def test_a_word_about_a_letter_belongs_to_its_call_after_that_is_closed(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.add(LastResort(id=1, store_id=STORE, kind="mail", target="a@example.com"))
    box.restart()
    everybody_leaves(box)
    box.press()
    incident = box.incidents()[0].id
    box.ask(Close(incident, ANNA, Ending(Outcome.RECOVERED)))
    (letter,) = box.letters
    box.loop.put(Told(letter.notice, ok=True, error=None, at=box.time.now(), tries=1))
    box.time.advance(1)
    with box.db.reading() as session:
        rows = session.exec(select(Journal).where(Journal.action == "notice")).all()
    assert [one.incident_id for one in rows] == [incident]


def test_letters_leave_after_the_last_step_of_a_policy_without_repeats(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.exec(update(Policy).values(repeats=0, repeat_s=30))
        session.add(LastResort(id=1, store_id=STORE, kind="mail", target="a@example.com"))
    box.restart()
    box.press()
    for _ in range(69):
        felt(box)
        box.time.advance(1)
    assert box.letters == []
    seen = len(box.orders)
    box.time.advance(2)
    assert len(box.letters) == 1
    box.time.advance(600)
    assert ringing(box, seen) == []
    assert len(box.letters) == 1


class TestOddTimes:
    def test_a_year_that_no_calendar_has(self, box: EngineBox) -> None:
        first = datetime(9999, 6, 1, tzinfo=UTC)
        request = SetDuty(STORE, ANNA, ANNA, DutyKind.WORK, first + timedelta(days=1), first)
        answer = box.ask(request)
        assert isinstance(answer, Refusal)
        assert answer.reason is RefusalReason.BAD_VALUE

    def test_a_break_that_is_over_later(self, box: EngineBox) -> None:
        later = box.time.now() + timedelta(minutes=5)
        answer = box.ask(SetDuty(STORE, ANNA, ANNA, None, None, later))
        assert isinstance(answer, Refusal)
        assert answer.reason is RefusalReason.BAD_VALUE


def test_another_unit_cannot_take_a_press_back(box: EngineBox) -> None:
    press = box.press("b1", 1)
    box.press("b2", 1, kind=PressKind.UNDO, ref=press.id)
    assert [one.state for one in box.incidents()] == ["triggered"]
    assert [one.state for one in box.presses()] == ["stored", "stored"]


def test_a_quiet_call_is_passed_on_to_nobody_who_may_not_see_it(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.exec(update(Carrier).where(col(Carrier.id) == BORIS).values(role="security"))
    box.restart()
    box.press(kind=PressKind.QUIET)
    answer = box.ask(PassOn(box.incidents()[0].id, BORIS, ANNA))
    assert isinstance(answer, Refusal)
    assert answer.reason is RefusalReason.NOBODY
    assert ADDRESS[ANNA] not in box.addresses()


class TestAgainAndAgainWithoutAnEnd:
    def test_a_policy_whose_steps_come_at_once(self, box: EngineBox) -> None:
        with box.db.transaction() as session:
            session.exec(update(PolicyStep).values(after_s=0))
        box.restart()
        box.press()
        box.time.advance(1)
        assert sorted(set(box.addresses())) == [ADDRESS[ANNA], ADDRESS[BORIS], ADDRESS[CARMEN]]

    def test_a_policy_that_got_shorter_goes_on_with_its_repeats(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        box.time.advance(25)
        felt(box)
        with box.db.transaction() as session:
            session.exec(delete(PolicyStep).where(col(PolicyStep.position) > 1))
        box.ask(ShopChanged(STORE, None, "policy"))
        seen = len(box.orders)
        box.time.advance(60)
        assert ADDRESS[ANNA] in ringing(box, seen)

    def test_a_policy_that_lost_all_its_steps_still_rings(self, box: EngineBox) -> None:
        box.press()
        felt(box)
        with box.db.transaction() as session:
            session.exec(delete(PolicyStep))
        box.ask(ShopChanged(STORE, None, "policy"))
        seen = len(box.orders)
        box.time.advance(60)
        assert ADDRESS[ANNA] in ringing(box, seen)


def test_taken_says_nothing_more_once_it_is_closed(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.exec(update(Policy).values(tell_others=True))
        session.exec(update(PolicyStep).where(col(PolicyStep.position) == 1).values(target="everybody"))
    box.restart()
    box.press()
    incident = box.incidents()[0].id
    box.ask(Acknowledge(incident, ANNA))
    box.ask(Arrive(incident, ANNA))
    box.ask(Close(incident, ANNA, Ending(Outcome.RECOVERED)))
    seen = len(box.orders)
    for order in list(box.orders):
        box.result(order, PageState.TRANSMITTED)
    assert ringing(box, seen) == []


def test_a_carrier_switched_off_meanwhile_is_called_no_more(box: EngineBox) -> None:
    box.press()
    felt(box)
    incident = box.incidents()[0].id
    box.ask(Acknowledge(incident, ANNA))
    with box.db.transaction() as session:
        session.exec(update(Carrier).where(col(Carrier.id) == ANNA).values(active=False))
    box.ask(ShopChanged(STORE, None, "person"))
    assert isinstance(box.ask(PassOn(incident, ANNA)), Done)
    seen = len(box.orders)
    for _ in range(20):
        felt(box)
        box.time.advance(10)
    assert ADDRESS[ANNA] not in ringing(box, seen)
