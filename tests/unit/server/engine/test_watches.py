"""Watches at the engine: called by codes, taught by orders without an incident; and foreign buttons that were heard."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlmodel import select

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import (
    Abilities,
    DeviceState,
    DeviceStatus,
    PageFormat,
    PageResult,
    PageState,
    Proof,
    Purpose,
    ResultError,
)
from broker_config.messages.page import HeardCode, TransmitterAbilities
from server.db.tables import AuditEntry, DeviceCommand, Pager, Transmitter
from server.db.watch_codes import read_codes
from server.requests import CommandSent, Refusal, RefusalReason, SendCode, ShopChanged
from server.rules.watch_codes import ELSEWHERE, CodeReason
from tests.engine_box import EngineBox
from tests.small_shop import ANNA, BORIS, CARMEN, STORE


def watches(box: EngineBox, *pagers: int) -> None:
    with box.db.transaction() as session:
        for number in pagers:
            session.get_one(Pager, number).format = "code"
    box.ask(ShopChanged(STORE, ANNA, "pager"))


def codes(box: EngineBox) -> dict[tuple[str, int], dict[str, str]]:
    with box.db.reading() as session:
        return read_codes(session, STORE)


def online(box: EngineBox) -> None:
    status = DeviceStatus(state=DeviceState.ONLINE, run="aaaa", boot="b00b", sw="1.0")
    box.deliver(publication(channels.STATUS, STORE, "g", "g1", status), retain=True)
    box.time.advance(0)


def send(box: EngineBox, reason: CodeReason = CodeReason.CALL, **more: object) -> object:
    request = {"pager": ANNA, "device": "b1", "input": 1, **more}
    return box.ask(SendCode(STORE, CARMEN, reason=reason, **request))  # type: ignore[arg-type]


def command(box: EngineBox) -> DeviceCommand:
    with box.db.reading() as session:
        return session.exec(select(DeviceCommand)).one()


def test_a_watch_is_called_by_the_code_of_the_place(box: EngineBox) -> None:
    watches(box, ANNA, CARMEN)
    box.press("b1", 1)
    (order,) = box.orders
    assert (order.format, order.body) == (PageFormat.CODE, codes(box)["b1", 1]["call"])
    box.press("b2", 5)
    assert [one.body for one in box.orders[1:]] == [codes(box)[ELSEWHERE]["call"]]


def test_codes_are_made_at_the_start_where_rows_came_without(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.get_one(Pager, ANNA).format = "code"
    box.restart()
    assert codes(box).keys() == {ELSEWHERE, ("b1", 1), ("b1", 2), ("b2", 1), ("b2", 2)}
    box.press("b1", 1)
    assert box.orders[0].body == codes(box)["b1", 1]["call"]


def test_a_code_is_sent_and_what_came_of_it_is_written_down(box: EngineBox) -> None:
    watches(box, ANNA)
    online(box)
    answer = send(box, CodeReason.DRILL)
    assert isinstance(answer, CommandSent)
    (order,) = box.orders
    assert (order.page, order.purpose, order.body) == (answer.id, Purpose.DRILL, codes(box)["b1", 1]["drill"])
    assert (order.routes[0].transmitter, order.routes[0].address) == ("t1", "1001")
    assert (command(box).state, command(box).name) == ("asked", "watch_code")
    with box.db.reading() as session:
        entry = session.exec(select(AuditEntry)).one()
    assert (entry.action, entry.who_id, entry.changes["code"][1]) == ("device.command", CARMEN, order.body)
    box.result(order, PageState.TRANSMITTING)
    assert command(box).state == "asked"
    box.result(order, PageState.TRANSMITTED)
    found = command(box)
    assert (found.state, found.text, found.answered_at) == ("done", "accepted", box.time.now())
    assert (box.incidents(), box.pages()) == ([], [])


def test_a_code_that_was_not_sent_says_why(box: EngineBox) -> None:
    watches(box, ANNA)
    online(box)
    send(box)
    error = ResultError(code="no-reply", text="no answer: cable?", retry=False)
    said = PageResult(page=box.orders[0].page, attempt=1, seq=1, state=PageState.UNKNOWN, error=error)
    box.deliver(publication(channels.RESULT, STORE, "g", "g1", said))
    box.time.advance(0)
    assert (command(box).state, command(box).text) == ("refused", "no answer: cable?")


@pytest.mark.parametrize("restart", [False, True])
def test_a_code_of_which_nobody_says_anything_ends_too(box: EngineBox, restart: bool) -> None:
    watches(box, ANNA)
    online(box)
    send(box)
    if restart:
        box.restart()
    box.time.advance(31)
    assert command(box).state == "no_answer"


def test_the_code_of_buttons_that_nobody_set_up_can_be_taught(box: EngineBox) -> None:
    watches(box, ANNA)
    online(box)
    send(box, device="", input=0)
    assert box.orders[0].body == codes(box)[ELSEWHERE]["call"]


def test_what_cannot_be_sent_is_refused(box: EngineBox) -> None:
    watches(box, ANNA)
    assert send(box) == Refusal(None, RefusalReason.AWAY)
    online(box)
    for more in ({"pager": BORIS}, {"pager": 99}, {"device": "b9"}, {"input": 9}):
        assert send(box, **more) == Refusal(None, RefusalReason.BAD_VALUE)
    request = SendCode(STORE, 99, ANNA, "b1", 1, CodeReason.CALL)
    assert box.ask(request) == Refusal(None, RefusalReason.UNKNOWN)
    box.link.connected = False
    assert send(box) == Refusal(None, RefusalReason.AWAY)
    assert box.orders == []


def test_a_result_of_another_gateway_counts_for_nothing(box: EngineBox) -> None:
    watches(box, ANNA)
    online(box)
    send(box)
    box.result(box.orders[0], PageState.TRANSMITTED, gateway="g2")
    assert command(box).state == "asked"


def hears(box: EngineBox, *heard: str) -> tuple[list[str], datetime | None]:
    one = TransmitterAbilities(
        id="t1",
        driver="rf-bridge",
        state="ready",
        formats=[PageFormat.CODE],
        charsets=["ascii"],
        longest=6,
        proof=Proof.ON_AIR,
        heard=[HeardCode(code=code, te_us=320) for code in heard] or None,
    )
    message = Abilities(run="aaaa", transmitters=[one])
    box.deliver(publication(channels.ABILITIES, STORE, "g", "g1", message), retain=True)
    box.time.advance(0)
    with box.db.reading() as session:
        row = session.exec(select(Transmitter)).one()
        return [code["code"] for code in row.heard], row.heard_at


def test_foreign_codes_stand_at_their_transmitter_with_the_moment(box: EngineBox) -> None:
    assert hears(box) == ([], None)
    assert hears(box, "A1B2C8") == (["A1B2C8"], box.time.now())
    first = box.time.now()
    box.time.advance(60)
    assert hears(box, "A1B2C8") == (["A1B2C8"], first)
    assert hears(box, "123451", "A1B2C8") == (["123451", "A1B2C8"], box.time.now())
    then = box.time.now()
    box.restart()
    box.time.advance(60)
    assert hears(box, "123451", "A1B2C8") == (["123451", "A1B2C8"], then), "the broker kept that"
    assert hears(box) == ([], then)
