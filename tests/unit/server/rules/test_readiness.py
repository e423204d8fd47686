"""One line per device: what is wrong with it, and whether the whole path holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from server.rules.canaries import Canary, CanaryState
from server.rules.coverage import Span as Row
from server.rules.facts import Button, Carrier, Duty, DutyKind, Pager, Policy, Shift, Span, Step, Store
from server.rules.readiness import (
    NOT_TRIED_AFTER,
    SILENT_AFTER,
    Cause,
    DeviceFact,
    Facts,
    LinkFact,
    Mood,
    Thing,
    TransmitterFact,
    link_of,
    readiness,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AGO = NOW - timedelta(minutes=3)
DAY = tuple(Span(day, time(9), time(21)) for day in range(7))


def store(**more: Any) -> Store:
    """Two buttons on b1, one on b2, a gateway with a transmitter, one person on the floor all day."""
    zone = more.pop("zone", ZoneInfo("Europe/Tallinn"))
    buttons = {
        place: Button(number, *place, 1, "DAIRY", "Shelf", "red")
        for number, place in enumerate([("b1", 1), ("b1", 2), ("b2", 1)], start=1)
    }
    values: dict[str, Any] = {
        "id": "s1",
        "zone": zone,
        "buttons": buttons,
        "carriers": {1: Carrier(1, "AT", "staff"), 2: Carrier(2, "BK", "shift_lead")},
        "shifts": tuple(Shift(who, None, day, time(0), time(0)) for who in (1, 2) for day in range(7)),
        "pagers": tuple(
            Pager(who, "P", who, "g1", "t1", f"100{who}", "text", "ascii", 40, 1, "en") for who in (1, 2)
        ),
        "devices": {"b1": "b", "b2": "b", "g1": "g", "srv": "s"},
        "accounts": {},
        "keeper": "g1",
    }
    return Store(**{**values, **more})


def canary(device: str = "b1", number: int = 1, **more: Any) -> Canary:
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "store_id": "s1",
        "device": device,
        "input": number,
        "asked_at": AGO,
        "gateway": "g1",
        "transmitter": "t1",
        "press_id": UUID(int=2),
        "pressed_at": AGO,
        "page_id": UUID(int=3),
        "final_at": AGO,
        "state": CanaryState.GOOD,
        "dialogue": True,
    }
    return Canary(**{**values, **more})


def no_press(device: str = "b1", number: int = 1, cause: str = "no_press") -> Canary:
    return canary(
        device, number, press_id=None, pressed_at=None, page_id=None, state=CanaryState.BAD, cause=cause
    )


def facts(**more: Any) -> Facts:
    """Everything works."""
    inputs = {("b1", 1): canary(), ("b1", 2): canary("b1", 2), ("b2", 1): canary("b2", 1)}
    values: dict[str, Any] = {
        "store": store(),
        "devices": tuple(
            DeviceFact(device, kind, "", "online", AGO)
            for device, kind in (("b1", "b"), ("b2", "b"), ("g1", "g"), ("srv", "s"))
        ),
        "transmitters": (TransmitterFact("g1", "t1", "ready", None),),
        "inputs": inputs,
        "senders": {("g1", "t1"): canary()},
        "link": LinkFact(None, 0.01),
    }
    return Facts(**{**values, **more})


def causes(given: Facts, now: datetime = NOW) -> list[tuple[str, Cause | None]]:
    return [(line.key, line.cause) for line in readiness(given, now).bad]


def device(given: Facts, name: str, **changes: Any) -> Facts:
    return replace(
        given,
        devices=tuple(replace(one, **changes) if one.device == name else one for one in given.devices),
    )


def test_everything_works() -> None:
    found = readiness(facts(), NOW)
    assert found.covered
    assert found.open
    assert [(line.thing, line.mood) for line in found.lines] == [
        (Thing.SERVER, Mood.GOOD),
        (Thing.UNIT, Mood.GOOD),
        (Thing.UNIT, Mood.GOOD),
        (Thing.GATEWAY, Mood.GOOD),
        (Thing.TRANSMITTER, Mood.GOOD),
        (Thing.PEOPLE, Mood.GOOD),
    ]


@pytest.mark.parametrize(("state", "cause"), [("offline", Cause.OFFLINE), ("unknown", Cause.NEVER_SEEN)])
def test_a_unit_that_is_away(state: str, cause: Cause) -> None:
    given = device(facts(), "b2", state=state)
    assert causes(given) == [("b2", cause)]
    assert readiness(given, NOW).bad[0].since == AGO


@pytest.mark.parametrize("name", ["b2", "g1"])
def test_a_certificate_that_ends_soon_is_worth_knowing_and_the_path_holds(name: str) -> None:
    soon = NOW + timedelta(days=3)
    found = readiness(device(facts(), name, certificate_ends=soon), NOW)
    assert found.covered
    assert [(one.key, one.mood, one.cause, one.since) for one in found.lines if one.cause] == [
        (name, Mood.WARN, Cause.CERTIFICATE, soon)
    ]


@pytest.mark.parametrize("name", ["b2", "g1"])
def test_who_is_away_since_its_certificate_ended_is_told_by_that(name: str) -> None:
    ended = NOW - timedelta(days=3)
    away = device(facts(), name, state="offline", certificate_ends=ended)
    assert causes(away)[0] == (name, Cause.CERTIFICATE)
    soon = device(facts(), name, state="offline", certificate_ends=NOW + timedelta(days=3))
    assert causes(soon)[0] == (name, Cause.OFFLINE)


def test_a_unit_that_is_set_up_and_unknown() -> None:
    given = facts()
    gone = replace(given, devices=tuple(one for one in given.devices if one.device != "b2"))
    assert causes(gone) == [("b2", Cause.NEVER_SEEN)]


def test_a_gateway_that_is_away_is_told_once() -> None:
    given = device(facts(), "g1", state="offline")
    assert causes(given) == [("g1", Cause.OFFLINE)]
    line = next(one for one in readiness(given, NOW).lines if one.thing is Thing.TRANSMITTER)
    assert (line.mood, line.cause) == (Mood.WARN, Cause.OFFLINE)


def test_a_dead_transmitter_with_its_own_words() -> None:
    given = facts(transmitters=(TransmitterFact("g1", "t1", "dead", "no carrier"),))
    line = readiness(given, NOW).bad[0]
    assert (line.key, line.cause, line.said) == ("g1/t1", Cause.DEAD, "no carrier")


def test_an_input_that_makes_no_press() -> None:
    given = facts(inputs={**facts().inputs, ("b1", 2): no_press("b1", 2)})
    line = readiness(given, NOW).bad[0]
    assert (line.key, line.cause, line.inputs) == ("b1", Cause.NO_PRESS, (2,))


def test_a_refusal_in_the_units_own_words() -> None:
    said = "refused:input 16 is no button here"
    line = readiness(facts(inputs={**facts().inputs, ("b1", 2): no_press("b1", 2, said)}), NOW).bad[0]
    assert (line.cause, line.said) == (Cause.REFUSED, "input 16 is no button here")


def test_a_walk_that_failed_behind_the_button_proves_the_button() -> None:
    failed = canary(state=CanaryState.BAD, dialogue=False, cause="failed:no answer")
    given = facts(inputs={**facts().inputs, ("b1", 1): failed}, senders={("g1", "t1"): failed})
    assert causes(given) == [("g1/t1", Cause.FAILED)]
    assert readiness(given, NOW).bad[0].said == "no answer"


def test_a_gateway_that_never_said_anything() -> None:
    silent = canary(state=CanaryState.BAD, dialogue=False, cause="no_result")
    assert causes(facts(senders={("g1", "t1"): silent})) == [("g1/t1", Cause.NO_RESULT)]


@pytest.mark.parametrize(("extra", "is_bad"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_an_old_proof_is_none(extra: timedelta, is_bad: bool) -> None:
    old = NOW - NOT_TRIED_AFTER - extra
    given = facts(
        inputs={**facts().inputs, ("b2", 1): canary("b2", 1, asked_at=old)},
        senders={("g1", "t1"): canary(asked_at=old)},
    )
    bad = [("b2", Cause.NOT_TRIED), ("g1/t1", Cause.NOT_TRIED)]
    assert causes(given) == (bad if is_bad else [])


def test_in_opening_hours_what_was_never_tried_is_bad() -> None:
    given = facts(inputs={}, senders={})
    assert [cause for _, cause in causes(given)] == [Cause.NOT_TRIED] * 3


def test_a_closed_shop_needs_neither_proof_nor_people() -> None:
    closed = store(opening=DAY, shifts=())
    given = facts(store=closed, inputs={}, senders={})
    assert causes(given, NOW.replace(hour=3)) == []
    assert not readiness(given, NOW.replace(hour=3)).open
    assert ("people", Cause.NOBODY) in causes(given, NOW)


def test_what_failed_last_stays_bad_over_night() -> None:
    given = facts(store=store(opening=DAY), inputs={**facts().inputs, ("b1", 1): no_press()})
    assert causes(given, NOW.replace(hour=3)) == [("b1", Cause.NO_PRESS)]


def test_nobody_on_the_floor() -> None:
    assert causes(facts(store=store(shifts=()))) == [("people", Cause.NOBODY)]
    assert causes(facts(store=store(pagers=()))) == [("people", Cause.NO_PAGER)]
    off = tuple(
        Duty(who, DutyKind.BREAK, None, AGO, NOW + timedelta(hours=1), number)
        for number, who in enumerate((1, 2))
    )
    assert causes(facts(store=store(duties=off))) == [("people", Cause.NOBODY)]


def test_people_are_counted_for_each_step_and_each_once() -> None:
    steps = (Step(1, 0, "zone"), Step(2, 20, "role", "shift_lead"), Step(3, 20, "role", "manager"))
    policy = Policy(7, 120, 90, 120, 30, 5, steps)
    found = readiness(facts(store=store(policies={7: policy})), NOW)
    assert [one.people for one in found.steps] == [2, 1, 0]
    assert found.people == 2


def test_a_pager_of_a_group_is_somebody() -> None:
    group = Policy(7, 120, 90, 120, 30, 5, (Step(1, 0, "group", pager_id=1),))
    assert readiness(facts(store=store(policies={7: group}, shifts=())), NOW).people == 1


def test_an_empty_shop_says_what_is_missing() -> None:
    bare = store(buttons={}, pagers=(), carriers={}, shifts=(), keeper=None)
    given = Facts(bare, (), (), {}, {}, LinkFact())
    assert causes(given) == [
        ("", Cause.NO_BUTTON),
        ("", Cause.NO_TRANSMITTER),
        ("people", Cause.NO_PAGER),
    ]


def test_a_missing_keeper_is_a_hint() -> None:
    given = facts(store=store(keeper=None))
    assert causes(given) == []
    line = next(one for one in readiness(given, NOW).lines if one.thing is Thing.GATEWAY)
    assert (line.mood, line.cause) == (Mood.WARN, Cause.NO_KEEPER)
    line = next(one for one in readiness(facts(plan=False), NOW).lines if one.thing is Thing.GATEWAY)
    assert (line.mood, line.cause) == (Mood.WARN, Cause.NO_PLAN)


@pytest.mark.parametrize(
    ("link", "cause"),
    [
        (LinkFact(Cause.NO_LINK), Cause.NO_LINK),
        (LinkFact(None, 2.5), Cause.SLOW_BROKER),
        (LinkFact(Cause.SERVER_OFF), Cause.SERVER_OFF),
    ],
)
def test_the_servers_own_way(link: LinkFact, cause: Cause) -> None:
    assert causes(facts(link=link)) == [("srv", cause)]


def test_the_way_of_the_server_as_it_was_written_down() -> None:
    assert link_of(None, NOW).trouble is Cause.SERVER_OFF
    assert link_of(Row(AGO, AGO, True), AGO + SILENT_AFTER).trouble is None
    assert link_of(Row(AGO, AGO, True), AGO + SILENT_AFTER * 1.01).trouble is Cause.SERVER_OFF
    slow = Row(AGO, NOW, False, (("slow_broker", "srv"),))
    assert link_of(slow, NOW).trouble is Cause.SLOW_BROKER


class TestTransmitterWithAStandby:
    DEAD = TransmitterFact("g1", "t1", "dead", "no carrier", standby=("g1", "t2"))

    def test_the_path_holds_while_that_one_lives(self) -> None:
        given = facts(transmitters=(self.DEAD, TransmitterFact("g1", "t2", "ready", None)))
        line = next(one for one in readiness(given, NOW).lines if one.key == "g1/t1")
        assert (line.mood, line.cause, line.said) == (Mood.WARN, Cause.DEAD, "no carrier")

    def test_not_when_that_one_is_dead_too(self) -> None:
        given = facts(transmitters=(self.DEAD, TransmitterFact("g1", "t2", "dead", None)))
        assert ("g1/t1", Cause.DEAD) in causes(given)


@pytest.mark.parametrize(
    ("air_s", "ceiling_s", "near"),
    [(79, 100, False), (80, 100, True), (None, 100, False), (500, None, False)],
)
def test_nearly_all_its_air_time_is_used(air_s: int | None, ceiling_s: int | None, near: bool) -> None:
    one = TransmitterFact("g1", "t1", "ready", None, "tap", ceiling_s, air_s)
    line = next(
        one for one in readiness(facts(transmitters=(one,)), NOW).lines if one.thing is Thing.TRANSMITTER
    )
    assert (line.cause is Cause.NEAR_CEILING) is near
    assert line.mood is (Mood.WARN if near else Mood.GOOD)
