"""A unit's credentials are stolen, and the thief says what the broker must let pass: the server knows better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from broker_config import channels, codec
from broker_config.link import LinkSetup, Publication
from broker_config.messages import Press
from server import intake
from server.db.connect import Database
from tests.databases import upgraded
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, STORE

PRESS = {
    "run": "feed",
    "boot": "beef",
    "seq": 1,
    "input": 1,
    "age_ms": 5,
    "ttl_s": 120,
    "exp_s": 120,
    "sw": "1",
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    db = Database("sqlite://")
    upgraded(db)
    made = Shop(db, tmp_path)
    yield made
    made.server.kill()
    db.close()


@pytest.fixture(params=[True, False], ids=["guarded", "unguarded"])
def guarded(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


class Thief:
    """Has the credentials of b2 and a radio that heard what b1 said."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        name = f"{STORE}.b2"
        self.link = shop.broker.link(LinkSetup(name, name, "pw"))
        self.link.open(lambda event: None)
        shop.clock.advance(1)

    def press(self, *, retain: bool = False, **fields: object) -> Press:
        made = Press.model_validate({**PRESS, "id": uuid4(), **fields})
        packet = codec.publication(channels.PRESS, STORE, "b", "b2", made)
        self.say(packet, retain=retain)
        return made

    def say(self, packet: Publication, *, retain: bool = False) -> None:
        assert self.link.publish(replace(packet, retain=retain)) is not None
        self.shop.clock.advance(2)


def rung(shop: Shop) -> int:
    return len(shop.pager(ADDRESS[ANNA]).history)


def test_a_press_that_the_broker_keeps_for_everybody_to_come(
    shop: Shop, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retained, it would ring at each start of the server."""
    if not guarded:
        monkeypatch.setattr(intake, "receive", lambda one: codec.receive(replace(one, retain=False)))
    Thief(shop).press(retain=True)
    assert rung(shop) == (0 if guarded else 1)
    assert len(shop.presses()) == (0 if guarded else 1)


def test_a_press_that_was_heard_before(shop: Shop, guarded: bool) -> None:
    """Recorded, and played again later with a young age: its id is known. The id is the guard: who has a unit's
    credentials and makes up a new one cannot be told from the unit."""
    thief = Thief(shop)
    first = thief.press()
    shop.acknowledge(ANNA)
    shop.arrive(ANNA)
    shop.close(ANNA)
    shop.clock.advance(200)
    before = rung(shop)
    thief.press(**(first.model_dump() if guarded else {**first.model_dump(), "id": uuid4()}))
    assert rung(shop) - before == (0 if guarded else 1)


def test_a_press_that_was_held_back(shop: Shop, guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older than its time to live it is history: stored, and nobody is called."""
    if not guarded:
        monkeypatch.setattr(intake, "age_ms", lambda *_: 0)
    Thief(shop).press(age_ms=130_000, try_=3)
    assert len(shop.presses()) == 1
    assert rung(shop) == (0 if guarded else 1)
