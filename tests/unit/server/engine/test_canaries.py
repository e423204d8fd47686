"""Canaries in the engine: each hop that fails is named, and what comes late or twice changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import (
    Command,
    CommandAnswer,
    CommandName,
    PageOrder,
    PageResult,
    PageState,
    Press,
    Proof,
    Purpose,
    ReceiptResult,
    ResultError,
)
from server.db import readiness as rows
from server.db.board import presses as counted
from server.db.tables import Canary, Device, Journal, Pager, Transmitter
from server.requests import Refusal, RefusalReason, RunCanaries, StoreDone
from tests.engine_box import EngineBox
from tests.small_shop import ANNA, STORE

FIVE = {("b1", 1), ("b1", 2), ("b1", 16), ("b2", 1), ("b2", 2)}


def commands(box: EngineBox) -> list[Command]:
    return box.link.messages(channels.COMMAND, Command)


def canaries(box: EngineBox) -> list[Canary]:
    with box.db.reading() as session:
        return list(session.exec(select(Canary).order_by(col(Canary.asked_at), col(Canary.id))))


def begin(box: EngineBox, device: str | None = "b2") -> None:
    assert isinstance(box.ask(RunCanaries(STORE, ANNA, device)), StoreDone)
    box.time.advance(0.01)


def press(box: EngineBox, number: int = 1, device: str = "b2", **more: int) -> Press:
    return box.press(device, number, run=True, purpose=Purpose.CANARY, **more)


def said(box: EngineBox, order: PageOrder, state: PageState, seq: int = 1, **more: object) -> None:
    values = {"page": order.page, "attempt": 1, "seq": seq, "transmitter": "t1", "state": state, **more}
    box.deliver(
        publication(channels.RESULT, STORE, "g", "g1", PageResult.model_validate(values, strict=False))
    )
    box.time.advance(0)


def window(box: EngineBox) -> tuple[datetime, datetime]:
    return box.time.now() - timedelta(days=1), box.time.now()


def journal(box: EngineBox) -> list[tuple[str | None, str | None, str | None]]:
    with box.db.reading() as session:
        entries = session.exec(select(Journal).where(Journal.action == "canary").order_by(col(Journal.id)))
        return [(one.new, one.detail.get("device"), one.detail.get("cause")) for one in entries]


def test_the_whole_walk(box: EngineBox) -> None:
    begin(box)
    asked = commands(box)[0]
    assert (asked.name, asked.args) == (CommandName.CANARY, {"input": 1})
    made = press(box)
    assert box.receipts[-1].result is ReceiptResult.STORED
    order = box.orders[0]
    assert (order.purpose, order.press, order.incident) == (Purpose.CANARY, made.id, asked.id)
    assert order.routes[0].transmitter == "t1"
    said(box, order, PageState.HELD)
    assert canaries(box)[0].state == "ordered"
    said(box, order, PageState.TRANSMITTED, 2, proof=Proof.ACCEPTED)
    done = canaries(box)[0]
    assert (done.state, done.dialogue, done.radio, done.cause) == ("good", True, True, None)
    assert done.account_id == ANNA
    assert (done.press_id, done.page_id, done.id) == (made.id, order.page, asked.id)


def test_nothing_of_it_is_seen(box: EngineBox) -> None:
    begin(box)
    press(box)
    said(box, box.orders[0], PageState.TRANSMITTED)
    assert box.lights == []
    assert box.incidents() == []
    assert box.pages() == []
    assert journal(box) == []
    with box.db.reading() as session:
        assert counted(session, STORE, box.time.now() - timedelta(hours=1), None) == 0


def test_a_dialogue_proves_no_radio(box: EngineBox) -> None:
    begin(box)
    press(box)
    said(box, box.orders[0], PageState.TRANSMITTED)
    done = canaries(box)[0]
    assert (done.state, done.dialogue, done.radio) == ("good", True, False)


def test_no_press_is_the_buttons_fault(box: EngineBox) -> None:
    begin(box)
    box.time.advance(4)
    assert [one.args["input"] for one in commands(box)] == [1, 2, 1]  # the first one once more
    assert commands(box)[0] == commands(box)[2]
    box.time.advance(7)
    assert {(one.input, one.state, one.cause) for one in canaries(box)} == {
        (1, "bad", "no_press"),
        (2, "bad", "no_press"),
    }
    assert box.orders == []
    press(box)  # late: it changes nothing
    assert box.orders == []
    assert canaries(box)[0].state == "bad"
    assert box.receipts[-1].result is ReceiptResult.STORED


def test_no_result_is_the_gateways_fault(box: EngineBox) -> None:
    begin(box, "b2")
    press(box)
    box.time.advance(4.1)
    assert [one.page for one in box.orders] == [box.orders[0].page] * 2  # asked once more
    box.time.advance(16)
    done = canaries(box)[0]
    assert (done.state, done.cause) == ("bad", "no_result")
    said(box, box.orders[0], PageState.TRANSMITTED)  # too late
    assert canaries(box)[0].state == "bad"


def test_the_units_own_no(box: EngineBox) -> None:
    begin(box)
    no = CommandAnswer(id=commands(box)[0].id, ok=False, text="input 1 is no button here")
    box.deliver(publication(channels.COMMAND_ANSWER, STORE, "b", "b1", no))  # another unit's word
    box.time.advance(0)
    assert canaries(box)[0].state == "asked"
    box.deliver(publication(channels.COMMAND_ANSWER, STORE, "b", "b2", no))
    box.time.advance(0)
    done = canaries(box)[0]
    assert (done.state, done.cause) == ("bad", "refused:input 1 is no button here")
    box.deliver(publication(channels.COMMAND_ANSWER, STORE, "b", "b2", no))
    box.time.advance(0)
    assert len(journal(box)) == 1


def test_a_yes_is_no_news(box: EngineBox) -> None:
    begin(box)
    yes = CommandAnswer(id=commands(box)[0].id, ok=True, text="1 press")
    box.deliver(publication(channels.COMMAND_ANSWER, STORE, "b", "b2", yes))
    box.time.advance(0)
    assert canaries(box)[0].state == "asked"


def test_the_transmitters_no(box: EngineBox) -> None:
    begin(box)
    press(box)
    error = ResultError(code="no-answer", text="no answer to the logon", retry=True)
    said(box, box.orders[0], PageState.FAILED, error=error)
    done = canaries(box)[0]
    assert (done.state, done.dialogue, done.cause) == ("bad", False, "failed:no answer to the logon")
    assert journal(box) == [("bad", "g1/t1", "failed:no answer to the logon")]


def test_everything_twice(box: EngineBox) -> None:
    begin(box)
    made = press(box)
    box.deliver(publication(channels.PRESS, STORE, "b", "b2", made.model_copy(update={"try_": 2})))
    box.time.advance(0)
    assert len({one.page for one in box.orders}) == 1
    said(box, box.orders[0], PageState.TRANSMITTED, proof=Proof.ON_AIR)
    said(box, box.orders[0], PageState.TRANSMITTED, proof=Proof.ON_AIR)
    said(box, box.orders[0], PageState.FAILED, 3)
    done = canaries(box)[0]
    assert (done.state, done.radio) == ("good", True)


def test_a_press_of_an_earlier_walk_does_not_prove_a_later_one(box: EngineBox) -> None:
    begin(box, "b2")
    box.time.advance(11)
    begin(box, "b2")
    press(box, age_ms=10_500)
    assert box.orders == []
    press(box, age_ms=0, age_known=False)
    assert box.orders == []
    press(box)
    assert len(box.orders) == 1


def test_a_canary_press_that_nobody_asked_for(box: EngineBox) -> None:
    press(box)
    assert box.receipts[-1].result is ReceiptResult.STORED
    assert box.orders == []
    assert canaries(box) == []


def test_a_foreign_gateways_result(box: EngineBox) -> None:
    begin(box)
    press(box)
    with box.db.transaction() as session:
        session.add(Device(store_id=STORE, device="g2", kind="g"))
    order = box.orders[0]
    result = PageResult(page=order.page, attempt=1, seq=1, transmitter="t1", state=PageState.TRANSMITTED)
    box.deliver(publication(channels.RESULT, STORE, "g", "g2", result))
    box.time.advance(0)
    assert canaries(box)[0].state == "ordered"


def test_the_journal_tells_the_first_failure_and_the_first_success_after_it(box: EngineBox) -> None:
    for _ in range(3):
        begin(box, "b2")
        box.time.advance(11)
    assert len(journal(box)) == 2  # once for each input
    for _ in range(2):
        begin(box, "b2")
        for number in (1, 2):
            box.time.advance(0.3)
            press(box, number)
            said(box, box.orders[-1], PageState.TRANSMITTED)
    assert journal(box)[2:] == [("good", "b2", None), ("good", "b2", None)]


def test_all_of_them_but_never_many_at_once(box: EngineBox) -> None:
    begin(box, None)
    box.time.advance(1)
    assert len(commands(box)) == 4
    number = 0
    while len({one.id for one in commands(box)}) < 5 and number < 4:
        first = canaries(box)[number]
        press(box, first.input, first.device)
        said(box, box.orders[-1], PageState.TRANSMITTED)
        number += 1
        box.time.advance(0.5)
    assert {(one.device, one.input) for one in canaries(box)} == FIVE


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (RunCanaries("elsewhere", ANNA), RefusalReason.UNKNOWN),
        (RunCanaries(STORE, 99), RefusalReason.UNKNOWN),
        (RunCanaries(STORE, ANNA, "srv"), RefusalReason.BAD_VALUE),
        (RunCanaries(STORE, ANNA, "nothing"), RefusalReason.BAD_VALUE),
    ],
)
def test_what_cannot_be_tried(box: EngineBox, request_: RunCanaries, reason: RefusalReason) -> None:
    answer = box.ask(request_)
    assert isinstance(answer, Refusal)
    assert answer.reason is reason
    assert commands(box) == []


def test_a_restart_in_the_middle_says_nothing_about_anything(box: EngineBox) -> None:
    begin(box, "b2")
    made = press(box)
    box.restart()
    left = canaries(box)[0]
    assert (left.state, left.cause) == ("bad", "interrupted")
    said(box, box.orders[0], PageState.TRANSMITTED)
    box.deliver(publication(channels.PRESS, STORE, "b", "b2", made.model_copy(update={"try_": 2})))
    box.time.advance(30)
    with box.db.reading() as session:
        assert rows.last_walks(session, STORE, *window(box)) == ({}, {})
        assert rows.under_way(session, STORE, box.time.now()) == []
    begin(box, "b2")
    press(box)
    said(box, box.orders[-1], PageState.TRANSMITTED)
    with box.db.reading() as session:
        inputs, senders = rows.last_walks(session, STORE, *window(box))
    assert set(inputs) == {("b2", 1)}
    assert set(senders) == {("g1", "t1")}


def test_without_a_transmitter_the_button_is_proven_alone(box: EngineBox) -> None:
    with box.db.transaction() as session:
        for pager in session.exec(select(Pager)):
            session.delete(pager)
        session.flush()
        for one in session.exec(select(Transmitter)):
            session.delete(one)
    begin(box)
    press(box)
    done = canaries(box)[0]
    assert (done.state, done.cause, done.pressed_at is not None) == ("bad", "no_transmitter", True)
    assert box.orders == []
    assert journal(box) == []


def test_ids_are_its_own(box: EngineBox) -> None:
    begin(box)
    made = press(box)
    done = canaries(box)[0]
    assert len({done.id, done.page_id, made.id}) == 3
    assert isinstance(done.id, UUID)
