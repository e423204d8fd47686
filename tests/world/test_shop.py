"""The world's shop: a shop file comes alive in virtual time, and hands can do to it what they can to a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from server import in_world
from server.in_world import Snapshot
from simulator.staff import Doing, NotTaken, ServerSilent, Verb
from simulator.stage import BROKER, SERVER, Cable, Network, NoSuchThing, Power
from simulator.world.shop import EXAMPLE, WorldShop
from simulator.world.staff import WorldStaffApi
from simulator.world.stage import WorldStage

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MATI, OFFICE = "1234002", "1234091"


@pytest.fixture(scope="module")
def ready() -> Iterator[Snapshot]:
    """Tables are made once for all tests in here."""
    db = in_world.shop_database(EXAMPLE)
    yield Snapshot(db)
    db.close()


@pytest.fixture
def world(ready: Snapshot) -> Iterator[WorldShop]:
    ready.restore()
    made = WorldShop(start=NOON, db=ready.db)
    made.open()
    yield made
    made.close()


@pytest.fixture
def stage(world: WorldShop) -> WorldStage:
    return WorldStage(world)


@pytest.fixture
def api(world: WorldShop) -> WorldStaffApi:
    return WorldStaffApi(world.server, world.db, world.plan.store)


def test_a_shop_file_comes_alive(world: WorldShop, stage: WorldStage) -> None:
    assert list(stage.parts) == [BROKER, SERVER, "g1", "b1", "b2", "b3", "b4", "b5"]
    stage.hand("b2.3", "press")
    world.advance(2)
    world.air.pager(MATI).expects("DAIRY")


def test_staff_act_by_themselves_until_it_is_over(
    world: WorldShop, stage: WorldStage, api: WorldStaffApi
) -> None:
    stage.staff(True)
    stage.hand("b2.3", "press")
    world.advance(15)
    assert Doing.WALKING in world.doing.values()
    world.advance(600)
    assert api.open_incidents("mati") == []


def test_staff_are_refused_as_by_the_api(world: WorldShop, stage: WorldStage, api: WorldStaffApi) -> None:
    stage.hand("b2.3", "press")
    world.advance(2)
    (one,) = api.open_incidents("mati")
    assert (one.number, one.state, one.zone, one.button) == (1, "triggered", "Dairy", "Milk fridge")
    assert api.act("mati", 1, Verb.ACKNOWLEDGE)
    assert not api.act("olga", 1, Verb.ACKNOWLEDGE)
    assert not api.act("mati", 2, Verb.ARRIVE)
    assert api.act("mati", 1, Verb.ARRIVE)
    with pytest.raises(NotTaken):
        api.act("mati", 1, Verb.CLOSE, "recovered", {"cause": "the moon"})
    with pytest.raises(NotTaken):
        api.act("mati", 1, Verb.CLOSE, "drill")
    more = {"cause": "goods", "apology": True, "remedy": "coupon", "cost_cents": 250}
    assert api.act("mati", 1, Verb.CLOSE, "recovered", more)
    assert api.open_incidents("mati") == []


@pytest.mark.parametrize("verb", [Power.KILL, Power.STOP, Power.FREEZE])
def test_a_server_that_is_not_there_is_silent(
    world: WorldShop, stage: WorldStage, api: WorldStaffApi, verb: Power
) -> None:
    stage.power(SERVER, verb)
    with pytest.raises(ServerSilent):
        api.open_incidents("mati")


@pytest.mark.parametrize("part", [BROKER, SERVER, "g1", "b2"])
@pytest.mark.parametrize(
    ("down", "up"), [(Power.KILL, Power.START), (Power.STOP, Power.START), (Power.FREEZE, Power.THAW)]
)
def test_every_part_goes_and_comes_back(
    world: WorldShop, stage: WorldStage, part: str, down: Power, up: Power
) -> None:
    stage.power(part, up)  # nothing to do yet
    stage.power(part, down)
    world.advance(30)
    stage.power(part, down)
    stage.power(part, up)
    world.advance(30)
    assert stage.runs(part)
    stage.hand("b2.3", "press")
    world.advance(5)
    assert world.air.pager(MATI).inbox


def test_a_press_in_a_standstill_of_its_unit_counts_when_it_goes_on(
    world: WorldShop, stage: WorldStage
) -> None:
    stage.power("b2", Power.FREEZE)
    stage.hand("b2.3", "press")
    world.advance(40)
    world.air.pager(MATI).expects_nothing()
    stage.power("b2", Power.THAW)
    world.advance(10)
    world.air.pager(MATI).expects("DAIRY")


@pytest.mark.parametrize("part", [SERVER, "g1", "b2"])
def test_a_way_that_was_cut_is_there_again(world: WorldShop, stage: WorldStage, part: str) -> None:
    stage.network(part, Network.CUT)
    world.advance(60)
    stage.network(part, Network.MEND)
    world.advance(15)
    stage.hand("b2.3", "press")
    world.advance(5)
    assert world.air.pager(MATI).inbox


@pytest.mark.parametrize(("spoil", "mend"), [(Cable.PULL, Cable.PLUG), (Cable.GARBLE, Cable.CLEAN)])
def test_a_cable_that_was_spoilt_carries_again(
    world: WorldShop, stage: WorldStage, spoil: Cable, mend: Cable
) -> None:
    stage.cable("t1", spoil)
    world.advance(20)
    stage.cable("t1", mend)
    world.advance(60)
    world.air.pager(MATI).inbox.clear()
    stage.hand("b2.3", "press")
    world.advance(20)
    assert world.air.pager(MATI).inbox


def test_a_line_that_is_garbled_lets_hardly_anything_through(world: WorldShop, stage: WorldStage) -> None:
    stage.cable("t2", Cable.PULL)  # else the standby takes it
    stage.cable("t1", Cable.GARBLE)
    stage.hand("b2.3", "press")
    world.advance(10)
    assert not world.air.pager(MATI).inbox


def test_who_has_taken_the_pager_off_notices_nothing(world: WorldShop, stage: WorldStage) -> None:
    stage.staff(True)
    for one in world.plan.people:
        stage.away(one.login, True)
    stage.hand("b2.3", "press")
    world.advance(30)
    assert set(world.doing.values()) <= {Doing.IDLE}


def test_what_is_not_there_is_named(stage: WorldStage) -> None:
    wrongs: list[Callable[[], None]] = [
        lambda: stage.power("b9", Power.KILL),
        lambda: stage.network(BROKER, Network.CUT),
        lambda: stage.cable("t9", Cable.PULL),
        lambda: stage.hand("b2.9", "press"),
        lambda: stage.hand("b2", "press"),
        lambda: stage.away("nobody", True),
    ]
    for wrong in wrongs:
        with pytest.raises(NoSuchThing):
            wrong()


def test_a_purpose_has_a_stream_of_its_own(ready: Snapshot) -> None:
    one, other = (WorldShop(seed=5, start=NOON, db=ready.db) for _ in range(2))
    assert [one.stream("people").random(), one.stream("disk").random()] == [
        other.stream("people").random(),
        other.stream("disk").random(),
    ]
    assert one.stream("people").random() != one.stream("disk").random()


def test_people_who_have_accounts_keep_them(ready: Snapshot) -> None:
    plan, db = in_world.shop_plan(EXAMPLE), ready.db
    had = in_world.members(db, plan.store)
    with db.transaction() as session:
        in_world.add_people(session, plan)
    assert in_world.members(db, plan.store) == had
    assert had["marika"].sees_quiet
    assert had["rein"].sees_quiet
    assert not had["anna"].sees_quiet
