"""Who gets what waits: channels that take one transmission at a time, and those that take pages into one that runs."""

from __future__ import annotations

from uuid import UUID

from broker_config.messages import PageFormat, Proof, TransmitterAbilities
from pager_gateway.airtime import AirLimits
from pager_gateway.entry import Entry, Wanted, ways
from pager_gateway.page_queue import PageQueue
from pager_gateway.share import Share
from pager_gateway.standby import Lane
from pager_gateway.transmitter import Health

NOW = 1_000.0


class Desk:
    """One lane or several, in the order in which every page prefers them."""

    def __init__(self, *lanes: Lane) -> None:
        self.lanes = {one.id: one for one in lanes}
        self.queue = PageQueue()
        self.share = Share(self.queue, self.lanes)
        self._number = 0

    def wait(self, count: int, *, letters: int = 24, priority: int = 2) -> list[UUID]:
        pages = []
        for _ in range(count):
            self._number += 1
            page = UUID(int=self._number)
            wanted = Wanted(page, 0, PageFormat.TEXT, "ascii", "x" * letters, 1, priority)
            routes = ways(*((name, str(1_234_000 + self._number)) for name in self.lanes))
            self.queue.put(Entry(wanted, None, self._number, NOW, NOW + 600, routes))
            pages.append(page)
        return pages

    def out(self) -> dict[str, list[UUID]]:
        found: dict[str, list[UUID]] = {}
        for lane, entries in self.share.out(NOW):
            found.setdefault(lane.id, []).extend(entry.page for entry in entries)
        return found


def lane(name: str = "tx-1", *, joins: bool, batch: int = 32, ceiling: int | None = None) -> Lane:
    abilities = TransmitterAbilities(
        id=name,
        driver="pocsag-mmdvm",
        state="unknown",
        formats=[PageFormat.TEXT],
        charsets=["ascii"],
        longest=240,
        packing=True,
        proof=Proof.ON_AIR,
    )
    health = Health("ready")
    return Lane(
        abilities, batch, lambda event: None, limits=AirLimits(ceiling), health=health, since=NOW, joins=joins
    )


def test_one_that_joins_nothing_gets_no_more_while_it_has_some() -> None:
    desk = Desk(lane(joins=False))
    desk.wait(1)
    assert len(desk.out()["tx-1"]) == 1
    desk.wait(3)
    assert desk.out() == {}


def test_one_that_joins_gets_more_until_its_hands_are_full_and_one_more_as_one_is_done() -> None:
    one = lane(joins=True)
    desk = Desk(one)
    desk.wait(1)
    assert len(desk.out()["tx-1"]) == 1
    desk.wait(40)
    desk.out()
    held = len(one.in_hand)
    assert 6 < held < 20, "eight seconds of them"
    assert desk.out() == {}
    one.in_hand.popitem()
    assert len(desk.out()["tx-1"]) == 1
    assert len(one.in_hand) == held


def test_the_urgent_get_the_next_place() -> None:
    one = lane(joins=True)
    desk = Desk(one)
    desk.wait(40)
    desk.out()
    urgent = desk.wait(1, priority=1)
    one.in_hand.popitem()
    assert desk.out() == {"tx-1": urgent}


def test_no_more_than_it_can_hold() -> None:
    one = lane(joins=True, batch=2)
    desk = Desk(one)
    desk.wait(1, letters=1)
    desk.out()
    desk.wait(5, letters=1)
    assert len(desk.out()["tx-1"]) == 1


def test_the_standby_helps_when_its_hands_are_full() -> None:
    desk = Desk(lane("tx-1", joins=True), lane("tx-2", joins=True))
    desk.wait(60)
    found = desk.out()
    assert len(found["tx-1"]) > 6
    assert len(found["tx-2"]) > 6
    assert desk.out() == {}


def test_what_it_has_in_hand_counts_against_the_ceiling() -> None:
    """It is not told yet: only what is on the air is. The lane is not closed for that: it waits for its hands."""
    one = lane(joins=True, ceiling=20)
    desk = Desk(one)
    one.air.add(14.0, NOW)
    desk.wait(40)
    assert 1 <= len(desk.out()["tx-1"]) <= 4, "each is reckoned as if it went alone"
    assert desk.out() == {}
    assert one.room_at is None
    one.in_hand.clear()
    one.air.add(6.0, NOW)
    assert desk.out() == {}
    assert one.room_at is not None
