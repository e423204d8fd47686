"""What gateways say of their transmitters, and what the engine makes of it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Connected
from broker_config.messages import (
    Abilities,
    DeviceState,
    DeviceStatus,
    LightState,
    PageState,
    Proof,
)
from broker_config.messages.page import TransmitterAbilities
from broker_config.topics import parse
from server.db.tables import Device, Pager, Policy, PolicyStep, Transmitter
from server.engine.events import FromLink
from tests import small_shop
from tests.engine_box import EngineBox
from tests.small_shop import STORE


@pytest.fixture
def two(box: EngineBox) -> EngineBox:
    """t1 at g1, and t2 at g2 for the same pagers."""
    with box.db.transaction() as session:
        small_shop.add_standby(session, "g2")
    box.restart()
    return box


def say(box: EngineBox, gateway: str, name: str, state: str = "ready", **more: object) -> None:
    values = {"driver": "tap", "formats": [], "charsets": [], "longest": 80, "proof": Proof.ACCEPTED, **more}
    one = TransmitterAbilities.model_validate({"id": name, "state": state, **values}, strict=False)
    told = Abilities(run="aa11", transmitters=[one])
    box.deliver(publication(channels.ABILITIES, STORE, "g", gateway, told), retain=True)
    box.time.advance(0)


def come(box: EngineBox, gateway: str, state: DeviceState = DeviceState.ONLINE) -> None:
    status = DeviceStatus(state=state, run="aa11", boot="bb22", sw="test")
    box.deliver(publication(channels.STATUS, STORE, "g", gateway, status), retain=True)
    box.time.advance(0)


def reconnect(box: EngineBox) -> None:
    """The broker says in the next moment what it has kept."""
    box.loop.put(FromLink(STORE, Connected(1, True, box.time.boot())))
    box.time.advance(0)


def asked(box: EngineBox) -> list[tuple[str, int]]:
    """(gateway, attempt) of every order."""
    places = [
        parse(one.topic).device
        for one in box.link.published
        if channels.BY_TAIL.get((parse(one.topic).kind, parse(one.topic).tail)) is channels.ORDER
    ]
    return list(zip(places, [order.attempt for order in box.orders], strict=True))


def taken_back(box: EngineBox) -> list[str]:
    """The gateways that were told to drop a page."""
    return [parse(one.topic).device for one in box.link.published if one.topic.endswith("/cancel")]


def test_a_pattern_is_asked_for_only_where_it_is_offered(box: EngineBox) -> None:
    with box.db.transaction() as session:
        session.get_one(Policy, 1).priority = 1
    box.restart()
    say(box, "g1", "t1", alerts=4)
    box.press()
    assert box.orders[-1].alert == 2
    say(box, "g1", "t1", alerts=1)
    box.press(number=2)
    assert box.orders[-1].alert == 1


def test_air_time_is_written_down(box: EngineBox) -> None:
    say(box, "g1", "t1", air_s=12, ceiling_s_per_h=360)
    with box.db.reading() as session:
        row = session.get_one(Transmitter, 1)
    assert (row.state, row.air_s, row.ceiling_s) == ("ready", 12, 360)


def test_the_order_goes_to_the_other_and_a_cancel_to_the_first(two: EngineBox) -> None:
    two.press()
    two.time.advance(4.1)
    assert asked(two) == [("g1", 1), ("g1", 1), ("g2", 2)]
    assert taken_back(two)[0] == "g1"
    two.result(two.orders[-1], PageState.TRANSMITTED, "g2")
    assert two.lights == [LightState.CALLED]
    before = len(taken_back(two))
    two.time.advance(4)
    assert len(taken_back(two)) > before, "as long as the first one does not answer"
    two.result(two.orders[0], PageState.CANCELLED, "g1")
    before = len(taken_back(two))
    two.time.advance(10)
    assert len(taken_back(two)) == before


def test_an_answer_to_a_cancel_is_not_answered_by_a_cancel(two: EngineBox) -> None:
    """The first one still has it on the air: it is asked every two seconds, not with each word of it."""
    two.press()
    two.time.advance(4.1)
    two.result(two.orders[-1], PageState.TRANSMITTED, "g2")
    before = len(taken_back(two))
    for _ in range(5):
        two.result(two.orders[0], PageState.TRANSMITTING, "g1")
    assert len(taken_back(two)) == before


def test_a_cancel_that_was_not_answered_is_said_again_after_a_restart(two: EngineBox) -> None:
    two.press()
    two.time.advance(4.1)
    two.result(two.orders[-1], PageState.TRANSMITTED, "g2")
    two.restart()
    before = len(taken_back(two))
    two.time.advance(3)
    assert taken_back(two)[before:] and set(taken_back(two)[before:]) == {"g1"}


def test_a_result_of_a_gateway_that_was_never_asked_changes_nothing(two: EngineBox) -> None:
    two.press()
    two.result(two.orders[0], PageState.TRANSMITTED, "g2")
    assert two.pages()[0].state == "ordered"


def test_nobody_is_asked_while_the_server_itself_is_cut_off(two: EngineBox) -> None:
    two.press()
    two.link.connected = False
    two.time.advance(30)
    two.link.connected = True
    assert {(page.gateway, page.attempt) for page in two.pages()} == {("g1", 1)}


def test_a_gateway_that_comes_back_has_its_time_to_answer(two: EngineBox) -> None:
    come(two, "g1", DeviceState.ONLINE)
    two.press()
    two.time.advance(3)
    come(two, "g1")
    two.time.advance(3)
    assert {gateway for gateway, _ in asked(two)} == {"g1"}


def test_what_was_away_before_a_restart_is_still_away_after_it(two: EngineBox) -> None:
    with two.db.transaction() as session:
        session.get_one(Device, 1).state = "offline"
    two.restart()
    two.press()
    assert asked(two) == [("g2", 1)]


def test_a_word_that_the_broker_kept_is_no_sign_of_life(two: EngineBox) -> None:
    come(two, "g1")
    two.press()
    two.time.advance(4.1)
    assert asked(two)[-1] == ("g2", 2)
    two.result(two.orders[-1], PageState.TRANSMITTED, "g2")
    reconnect(two)
    come(two, "g1")
    two.press(number=2)
    assert asked(two)[-1] == ("g2", 1)
    two.time.advance(1.5)
    come(two, "g1")
    two.press(device="b2")
    assert asked(two)[-1] == ("g1", 1)


def test_who_kept_silent_before_a_restart_does_so_after_it(two: EngineBox) -> None:
    come(two, "g1")
    two.press()
    two.time.advance(4.1)
    two.result(two.orders[-1], PageState.TRANSMITTED, "g2")
    two.restart()
    come(two, "g1")
    two.press(number=2)
    assert asked(two)[-1] == ("g2", 1)
    two.result(two.orders[0], PageState.CANCELLED, "g1")
    two.press(device="b2")
    assert asked(two)[-1] == ("g1", 1)


def test_ordered_at_one_that_turns_out_to_be_away_it_moves_at_once_and_is_no_repeat(two: EngineBox) -> None:
    two.press()
    come(two, "g1", DeviceState.OFFLINE)
    assert asked(two) == [("g1", 1), ("g2", 2)]
    assert two.orders[1].body == two.orders[0].body


def test_what_waits_too_long_is_ordered_elsewhere_only_when_its_gateway_has_let_go(two: EngineBox) -> None:
    two.press()
    for _ in range(5):
        two.result(two.orders[-1], PageState.HELD)
        two.time.advance(2.1)
    assert {gateway for gateway, _ in asked(two)} == {"g1"}
    assert set(taken_back(two)) == {"g1"}
    two.result(two.orders[-1], PageState.CANCELLED)
    assert asked(two)[-1] == ("g2", 2)
    assert two.orders[-1].body == two.orders[0].body


def test_what_went_out_after_all_is_not_ordered_elsewhere(two: EngineBox) -> None:
    two.press()
    for _ in range(5):
        two.result(two.orders[-1], PageState.HELD)
        two.time.advance(2.1)
    assert taken_back(two)
    two.result(two.orders[-1], PageState.TRANSMITTED)
    two.time.advance(30)
    assert {page.gateway for page in two.pages() if page.reason == "step" and page.step == 1} == {"g1"}


def test_what_was_let_go_of_with_nobody_left_to_take_it_is_called_for_anew(two: EngineBox) -> None:
    """The other gateway went in the very moment."""
    two.press()
    for _ in range(5):
        two.result(two.orders[-1], PageState.HELD)
        two.time.advance(2.1)
    come(two, "g2", DeviceState.OFFLINE)
    two.result(two.orders[-1], PageState.CANCELLED)
    assert asked(two)[-1] == ("g1", 1)
    assert two.orders[-1].page != two.orders[0].page
    assert two.orders[-1].body == two.orders[0].body


def test_which_says_that_it_repeats_if_the_first_one_is_in_doubt(two: EngineBox) -> None:
    two.press()
    two.time.advance(4.1)
    two.result(two.orders[0], PageState.UNKNOWN, "g1")
    second = two.orders[-1]
    assert second.attempt == 2
    two.result(second, PageState.CANCELLED, "g2")
    assert two.orders[-1].page != second.page
    assert two.orders[-1].body.endswith("REPEATED")


def test_one_that_answers_and_never_gets_done_is_left_in_the_end(two: EngineBox) -> None:
    with two.db.transaction() as session:
        for step in session.exec(select(PolicyStep).where(PolicyStep.position != 1)):
            session.delete(step)
        session.get_one(Policy, 1).repeats = 0
    two.restart()
    two.press()
    first = two.orders[0]
    for _ in range(22):
        two.result(first, PageState.TRANSMITTING)
        two.time.advance(2.1)
    orders = zip(two.orders, asked(two), strict=True)
    moved = next(order for order, (place, _) in orders if place == "g2" and order.page == first.page)
    page = next(page for page in two.pages() if page.id == first.page)
    assert page.attempt_at is not None
    assert 25 <= (page.attempt_at - page.created_at).total_seconds() <= 30
    assert moved.body.endswith("REPEATED")


def test_no_gateway_has_kept_silent_while_the_server_stood_still(two: EngineBox) -> None:
    two.press()
    two.result(two.orders[0], PageState.TRANSMITTING)
    two.loop.freeze()
    two.time.advance(9)
    two.loop.thaw()
    two.time.advance(3)
    assert {gateway for gateway, _ in asked(two)} == {"g1"}


def test_a_pager_that_only_beeps_hurries_when_it_may_be_a_repeat(two: EngineBox) -> None:
    with two.db.transaction() as session:
        for pager in session.exec(select(Pager)):
            pager.format = "tone"
    two.restart()
    two.press()
    two.time.advance(4.1)
    assert [order.alert for order in two.orders if order.attempt == 2] == [2]
    assert two.orders[0].alert == 1
