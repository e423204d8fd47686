"""Commands: a canary that nobody notices, a drill that everybody sees, and a plain answer to each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from broker_config.channels import COMMAND, STAND_IN
from broker_config.messages import (
    Command,
    CommandName,
    PressKind,
    Purpose,
    ReceiptResult,
    StandIn,
    StandInState,
)
from firmware_bridge.answers import KEPT, Commands
from firmware_bridge.intents import Intent
from firmware_bridge.light import Shown
from firmware_bridge.spool import Spool
from tests.unit.firmware_bridge.desk import KEY, Desk


def never(_: CommandName) -> str | None:
    return "not here"


def command(desk: Desk, name: CommandName, **args: JsonValue) -> Command:
    made = Command(id=uuid4(), name=name, args=args)
    desk.deliver(COMMAND, made)
    return made


def test_a_canary_of_every_button_goes_out_like_any_press_and_nobody_sees_it() -> None:
    desk = Desk()
    desk.connect()
    command(desk, CommandName.CANARY)
    assert sorted((body["input"], body["kind"], body["purpose"]) for body in desk.sent()) == [
        (1, "press", "canary"),
        (2, "press", "canary"),
    ]
    assert desk.sent("cmd/answer")[0]["ok"] is True
    assert desk.sent("cmd/answer")[0]["text"] == "2 presses"
    assert len(desk.spool) == 2
    desk.advance(30)
    assert {desk.shown(1), desk.shown(2)} == {Shown.IDLE}
    for press_id in set(desk.ids()):
        desk.receipt(press_id, ReceiptResult.REFUSED)
    desk.advance(1)
    assert {desk.shown(1), desk.shown(2)} == {Shown.IDLE}
    assert len(desk.spool) == 0


def test_a_canary_changes_nothing_that_a_customer_sees_of_the_own_press() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    mine = desk.ids()[0]
    command(desk, CommandName.CANARY, input=1)
    canary = next(press_id for press_id in desk.ids() if press_id != mine)
    desk.receipt(canary)
    assert desk.shown() is Shown.SENDING
    desk.deliver(STAND_IN, StandIn(press=canary, input=1, state=StandInState.CALLED))
    assert desk.shown() is Shown.SENDING
    desk.receipt(mine)
    assert desk.shown() is Shown.RECEIVED


def test_a_canary_is_no_news_in_telemetry() -> None:
    desk = Desk()
    desk.connect()
    command(desk, CommandName.CANARY)
    desk.advance(70)
    assert "last_press_s" not in desk.sent("telemetry")[0]


def test_the_same_command_twice_is_done_once_and_answered_twice() -> None:
    desk = Desk()
    desk.connect()
    made = command(desk, CommandName.CANARY, input=2)
    desk.deliver(COMMAND, made)
    assert len(desk.spool) == 1
    assert [body["ok"] for body in desk.sent("cmd/answer")] == [True, True]


def test_a_drill_is_shown_as_a_press_is() -> None:
    desk = Desk()
    desk.connect()
    command(desk, CommandName.DRILL, input=2)
    (body,) = desk.sent()
    assert (body["input"], body["kind"], body["purpose"]) == (2, "press", "drill")
    assert (desk.shown(1), desk.shown(2)) == (Shown.IDLE, Shown.SENDING)
    desk.receipt(desk.ids()[0])
    assert desk.shown(2) is Shown.RECEIVED


@pytest.mark.parametrize(
    ("name", "args", "text"),
    [
        (CommandName.CANARY, {"input": 9}, "input '9' is no button here: 1, 2"),
        (CommandName.CANARY, {"input": [1, KEY]}, "input '3' is no button here: 1, 2"),
        (CommandName.CANARY, {"input": True}, "input 'True' is no button"),
        (CommandName.CANARY, {"input": []}, "say which input: 1, 2"),
        (CommandName.DRILL, {}, "say which input: 1, 2"),
        (CommandName.DRILL, {"input": "1"}, "input '1' is no button"),
        (CommandName.DRILL, {"input": {"n": 1}}, "is no button"),
        (CommandName.IDENTIFY, {"input": KEY}, "input '3' is no button here: 1, 2"),
        (CommandName.IDENTIFY, {"input": []}, "say which input"),
        (CommandName.ROTATE, {}, "nothing here would start it again"),
        (CommandName.RESTART, {}, "nothing here would start it again"),
    ],
)
def test_what_cannot_be_done_is_said_and_makes_no_press(
    name: CommandName, args: dict[str, JsonValue], text: str
) -> None:
    desk = Desk()
    desk.connect()
    command(desk, name, **args)
    (answer,) = desk.sent("cmd/answer")
    assert answer["ok"] is False
    assert text in answer["text"]
    assert len(desk.spool) == 0


def test_an_only_button_need_not_be_named_for_a_drill() -> None:
    done = Commands([4], never).take(Command(id=uuid4(), name=CommandName.DRILL))
    assert done.intents == (Intent(4, purpose=Purpose.DRILL),)
    assert done.answer.text == "1 press"


def test_an_input_that_is_named_twice_gets_one_canary() -> None:
    asked = Command(id=uuid4(), name=CommandName.CANARY, args={"input": [2, 1, 2]})
    assert [intent.input for intent in Commands([1, 2], never).take(asked).intents] == [1, 2]


def test_only_so_many_answers_are_remembered() -> None:
    commands = Commands([1], never)
    first = Command(id=uuid4(), name=CommandName.CANARY)
    commands.take(first)
    for _ in range(KEPT - 1):
        commands.take(Command(id=uuid4(), name=CommandName.PROBE))
    assert commands.take(first).intents == ()
    commands.take(Command(id=uuid4(), name=CommandName.PROBE))
    assert commands.take(first).intents != ()


SILENT = st.one_of(
    st.tuples(st.just("intent"), st.sampled_from([PressKind.ARRIVE, PressKind.QUIET])),
    st.tuples(st.just("canary"), st.sampled_from([1, 2])),
    st.tuples(st.just("key"), st.just(KEY)),
    st.tuples(st.just("receipt"), st.sampled_from(list(ReceiptResult))),
    st.tuples(st.just("stand-in"), st.sampled_from(list(StandInState))),
    st.tuples(st.just("wait"), st.sampled_from([0.5, 11.0, 70.0])),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("restart"), st.just(None)),
)


@given(st.lists(SILENT, max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_lamp_ever_speaks_of_a_canary_or_of_staff(acts: list[tuple[str, Any]]) -> None:
    spool = Spool(":memory:")
    desk = Desk(spool)
    shown: set[Shown] = set()
    for act, what in acts:
        match act:
            case "intent":
                desk.means(Intent(1, what))
            case "canary":
                command(desk, CommandName.CANARY, input=what)
            case "key":
                desk.press(what)
            case "receipt" if desk.ids():
                desk.receipt(desk.ids()[-1], what)
            case "stand-in" if desk.ids():
                desk.deliver(STAND_IN, StandIn(press=desk.ids()[-1], input=1, state=what))
            case "wait":
                desk.advance(what)
            case "link" if what is not desk.link.up:
                (desk.connect if what else desk.disconnect)()
            case "restart":
                desk = Desk(spool, now=desk.now + 1)
        shown |= {pattern.shown for pattern in desk.patterns.values()}
    assert shown <= {Shown.IDLE}
