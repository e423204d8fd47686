"""Which transmitter is taken: order of preference, who may be trusted, who has air."""

from __future__ import annotations

from uuid import UUID

import pytest

from broker_config.messages import PageFormat, Proof, TransmitterAbilities
from pager_gateway.airtime import AirLimits
from pager_gateway.standby import MEMORY_S, NOT_ASKED_S, SHY_MOST_S, SHY_S, Lane, choose, obstacle
from pager_gateway.transmitter import Health

READY, DEAD, UNKNOWN = Health("ready"), Health("dead", "no carrier: cable?"), Health("unknown")
BOTH = ("tx-1", "tx-2")
NOW = 1_000.0


def lane(name: str, health: Health = READY, limits: AirLimits | None = None) -> Lane:
    abilities = TransmitterAbilities(
        id=name,
        driver="tap",
        state="unknown",
        formats=[PageFormat.TEXT],
        charsets=["ascii"],
        longest=240,
        proof=Proof.ACCEPTED,
    )
    return Lane(abilities, 1, lambda event: None, limits=limits or AirLimits(), health=health, since=NOW)


def take(one: Lane) -> None:
    one.in_hand[UUID(int=1)] = (PageFormat.TEXT, 5, "1234001")


def pair(first: Health = READY, second: Health = READY) -> dict[str, Lane]:
    return {"tx-1": lane("tx-1", first), "tx-2": lane("tx-2", second)}


def fall_and_rise(one: Lane, at: float) -> None:
    one.hear(DEAD, at)
    one.hear(READY, at + 1)


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        (READY, READY, "tx-1"),
        (DEAD, READY, "tx-2"),
        (READY, DEAD, "tx-1"),
        (DEAD, DEAD, None),
        (UNKNOWN, READY, "tx-2"),
        (UNKNOWN, UNKNOWN, "tx-1"),
        (UNKNOWN, DEAD, "tx-1"),
    ],
)
def test_the_first_that_is_known_to_be_there(first: Health, second: Health, chosen: str | None) -> None:
    assert choose(BOTH, pair(first, second), NOW) == chosen


def test_the_order_is_that_of_the_routes() -> None:
    assert choose(("tx-2", "tx-1"), pair(), NOW) == "tx-2"
    assert choose(("tx-9", "tx-2"), pair(), NOW) == "tx-2"


def test_a_busy_one_lets_the_standby_help_and_two_busy_ones_let_it_wait() -> None:
    lanes = pair()
    take(lanes["tx-1"])
    assert choose(BOTH, lanes, NOW) == "tx-2"
    take(lanes["tx-2"])
    assert choose(BOTH, lanes, NOW) is None


def test_one_that_cannot_be_asked_counts_as_ready_after_a_while() -> None:
    """A box with implied login says nothing before its first page: it would never be the first choice."""
    lanes = pair(UNKNOWN)
    assert choose(BOTH, lanes, NOW + NOT_ASKED_S - 0.1) == "tx-2"
    assert lanes["tx-1"].better_at(NOW) == NOW + NOT_ASKED_S
    assert choose(BOTH, lanes, NOW + NOT_ASKED_S) == "tx-1"


def test_after_its_first_fall_it_is_preferred_again_soon() -> None:
    lanes = pair()
    fall_and_rise(lanes["tx-1"], NOW)
    assert choose(BOTH, lanes, NOW + 1) == "tx-2"
    assert lanes["tx-1"].better_at(NOW + 1) == NOW + 1 + SHY_S
    assert choose(BOTH, lanes, NOW + 1 + SHY_S) == "tx-1"


def test_one_that_flaps_must_stay_up_longer_and_longer_but_not_for_ever() -> None:
    one, at, waits = lane("tx-1"), NOW, []
    for _ in range(10):
        fall_and_rise(one, at)
        waits.append(one.steady_at - at - 1)
        at += 10
    assert waits == [min(SHY_MOST_S, SHY_S * 2**count) for count in range(10)]
    fall_and_rise(one, at + MEMORY_S)
    assert one.steady_at == at + MEMORY_S + 1 + SHY_S


def test_one_that_flaps_is_still_better_than_none() -> None:
    lanes = pair(READY, DEAD)
    for count in range(5):
        fall_and_rise(lanes["tx-1"], NOW + count)
    assert choose(BOTH, lanes, NOW + 6) == "tx-1"


def test_a_page_waits_for_a_trusted_one_that_is_busy() -> None:
    lanes = pair()
    for count in range(5):
        fall_and_rise(lanes["tx-1"], NOW + count)
    take(lanes["tx-2"])
    assert choose(BOTH, lanes, NOW + 6) is None


def test_one_that_is_there_late_is_trusted_at_once() -> None:
    """Power comes to the box after the gateway: that is no fall."""
    one = lane("tx-1", UNKNOWN)
    fall_and_rise(one, NOW)
    assert one.ranks(NOW + 1) == 0


def test_without_air_it_is_passed_over_and_the_page_knows_why() -> None:
    lanes = {"tx-1": lane("tx-1", limits=AirLimits(ceiling_s_per_h=10)), "tx-2": lane("tx-2")}
    lanes["tx-1"].air.add(9.5, NOW)
    assert lanes["tx-1"].has_room_at(0.5, NOW) == NOW
    at = lanes["tx-1"].has_room_at(1.0, NOW)
    assert NOW + 3_600 < at <= NOW + 3_610
    lanes["tx-1"].room_at = at
    assert choose(BOTH, lanes, NOW) == "tx-2"
    assert choose(BOTH[:1], lanes, NOW) is None
    assert lanes["tx-1"].better_at(NOW) == at
    error = obstacle(BOTH, lanes)
    assert error is not None
    assert (error.code, error.text) == ("ceiling", "tx-1: its air time of 10 s an hour is used up")


def test_what_stood_in_the_way() -> None:
    assert obstacle(BOTH, pair()) is None
    error = obstacle(BOTH, pair(READY, DEAD))
    assert error is not None
    assert (error.code, error.text, error.retry) == ("dead", "tx-2: no carrier: cable?", True)


def test_only_news_is_news() -> None:
    one = lane("tx-1")
    assert not one.hear(READY, NOW + 1)
    assert one.heard_at == NOW + 1
    assert one.hear(Health("ready", "its clock is off"), NOW + 2)
    assert one.since == NOW
