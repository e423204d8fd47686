"""After some hours of trouble the account explains everything; each gap that is planted then is found and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from broker_config.link import Publication
from server.db.account import read_facts
from server.db.privacy.sweeps import SWEEPS, quiet_edge
from server.db.tables import Device, Fault, Incident, Notice, Page, PressRow, Refused, StandInReport
from server.rules.account import Account, Truth, draw_up
from server.rules.incidents import Outcome
from server.rules.retention import Kind, Stretch
from tests.conftest import ENGINES
from tests.databases import Databases
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, CARMEN, STORE

MINUTE = timedelta(minutes=1)
JUST_AFTER = tuple(timedelta(seconds=one) for one in (0.001, 1, 3, 10, 100))


class Story:
    """Some hours in which a bit of everything happens, and how often hands pushed."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.pushes: Counter[str] = Counter()

    def live(self) -> None:
        shop, wait = self.shop, self.shop.clock.advance
        self.press("b1", 1)
        wait(5)
        self.press("b1", 1)
        wait(5)
        shop.acknowledge(ANNA, 1)
        wait(20)
        shop.arrive(ANNA, 1)
        shop.close(ANNA, 1)
        self.press("b1", 2)
        shop.button("b1", 2).undo()
        self.pushes["b1"] += 1
        wait(10)
        self.press("b2", 2)  # the gateway dies with the page on the wire
        wait(0.09)
        shop.gateway.kill()
        wait(5)
        shop.gateway.start()
        wait(30)
        self.say_nonsense("b2")
        wait(30)
        shop.server.kill()  # the stand-in calls
        self.press("b1", 2)
        wait(30)
        shop.server.start()
        wait(60)
        for incident in shop.incidents():
            if incident.state != "closed":
                shop.close(CARMEN, incident.number, Outcome.NOT_RECOVERED)
        self.press("b2", 1)  # nobody answers
        wait(3_700)
        shop.broker.kill()  # it comes too late
        self.press("b2", 2)
        wait(400)
        shop.broker.start()
        wait(300)
        self.press("b1", 1)
        wait(200)

    def press(self, unit: str, number: int) -> None:
        self.shop.button(unit, number).press()
        self.pushes[unit] += 1

    def say_nonsense(self, unit: str) -> None:
        """The next press of this unit breaks the contract; its number can be read."""
        link: Any = self.shop.units[unit].link
        publish = link.publish

        def garbled(one: Publication) -> int:
            token: int = publish(
                replace(one, payload=one.payload.replace(b'"kind":"press"', b'"kind":"odd"'))
            )
            return token

        link.publish = garbled
        self.press(unit, 1)
        self.shop.clock.advance(10)
        link.publish = publish


@pytest.fixture(scope="module", params=ENGINES)
def story(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """One for all tests here: what they plant is rolled back."""
    db, remove = databases.make(request.param)
    made = Story(Shop(db, tmp_path_factory.mktemp("shop")))
    made.live()
    yield made
    made.shop.server.kill()
    remove()


def account(story: Story, session: Session, truth: Truth | None = None, **more: Any) -> Account:
    return draw_up(read_facts(session, STORE, story.shop.clock.now(), **more), truth)


def test_trouble_is_explained(story: Story) -> None:
    rang = {address: len(story.shop.pager(address).history) for address in ADDRESS.values()}
    with story.shop.db.reading() as session:
        found = account(story, session, Truth(story.pushes, rang=rang))
    assert found.gaps == ()
    totals = found.totals
    assert totals.adds_up
    assert totals.made == story.pushes.total() == 10
    assert (totals.merged, totals.late, totals.undone, totals.refused) == (1, 1, 1, 1)
    assert (totals.waiting, totals.lost, totals.unanswered) == (0, 0, 1)
    assert totals.doubled == 1
    assert totals.transmitted == sum(rang.values()) - 1  # of the first try of the doubled one nobody knows


def test_a_period_in_parts_tells_the_same(story: Story) -> None:
    now = story.shop.clock.now()
    edges = [None, *(now - hours * 60 * MINUTE for hours in (1.2, 0.5, 0.1)), None]
    with story.shop.db.reading() as session:
        whole = account(story, session).totals
        parts = [account(story, session, first=first, last=last).totals for first, last in pairwise(edges)]
    assert all(part.adds_up for part in parts)
    for name in ("made", "stored", "late", "refused", "incidents", "paged", "transmitted"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name


def sweep(session: Session, kind: Kind, before: datetime) -> int:
    """What is older goes, as at night."""
    after, total = None, 0
    while True:
        some, after = SWEEPS[kind](session.connection(), Stretch(STORE, after, before))
        if not some:
            session.expire_all()
            return total
        total += some


def test_wherever_the_edge_of_what_is_kept_falls_there_is_no_gap(story: Story) -> None:
    """Judged some days later, when nothing may be on its way any more."""
    now = story.shop.clock.now()
    went = moved = 0

    def gaps(session: Session) -> set[tuple[Any, ...]]:
        found = draw_up(read_facts(session, STORE, now + 3 * 24 * 60 * MINUTE)).gaps
        return {(one.kind, one.device, one.what) for one in found}

    with story.shop.db.transaction() as session:
        before = gaps(session)
        for kind in (Kind.STAFF, Kind.LETTERS, Kind.REFUSED):
            sweep(session, kind, now)
            assert gaps(session) <= before
        pressed = session.exec(select(PressRow.pressed_at)).all()
        for moment in sorted({at + later for at in pressed for later in JUST_AFTER}):
            edge = quiet_edge(session.connection(), STORE, moment)
            moved += edge != moment
            if edge is not None and sweep(session, Kind.CALLS, edge):
                went += 1
                assert gaps(session) <= before, moment
        assert went > 2
        assert moved > 5
        assert len(session.exec(select(PressRow)).all()) <= 2
        session.rollback()


# -- what is planted


def first(session: Session, table: type[SQLModel], **columns: object) -> Any:
    return session.exec(select(table).filter_by(**columns)).first()


def change(table: type[SQLModel], wanted: dict[str, object], **columns: object) -> Callable[[Session], None]:
    def plant(session: Session) -> None:
        row = first(session, table, **wanted)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)
        session.flush()

    return plant


def call_of(session: Session, number: int) -> Incident:
    return session.exec(select(Incident).where(Incident.number == number)).one()


def lose_a_press(session: Session) -> None:
    """The joined one: in the middle of its unit's numbers."""
    session.delete(first(session, PressRow, state="merged"))


def lose_the_first_press(session: Session) -> None:
    session.delete(session.get_one(PressRow, call_of(session, 5).press_id))


def lose_a_call(session: Session) -> None:
    session.delete(call_of(session, 2))


def leave_with_presses(session: Session) -> None:
    unit = first(session, Device, device="b2")
    told = dict(unit.telemetry)
    unit.telemetry = {**told, "seq": told["seq"] + 3, "spool": 3}
    unit.telemetry_at, unit.state = unit.telemetry_at - 60 * MINUTE, "offline"
    session.add(unit)


def miss_numbers(session: Session) -> None:
    """The unit told of two more, with nothing in its spool."""
    unit = first(session, Device, device="b2")
    known = unit.seq_known
    unit.seq_known, unit.counter = known + 2, {**unit.counter, "missing": [[known + 1, known + 2]]}
    session.add(unit)


def number_twice(session: Session) -> None:
    row = first(session, PressRow, device="b2", state="late")
    twin = PressRow(**{**row.model_dump(), "id": uuid4()})
    session.add(twin)


def own_loss(session: Session) -> None:
    at = call_of(session, 3).opened_at
    session.add(Fault(store_id=STORE, device="b1", kind="presses_lost", since=at, told_at=at, count=2))


def forget_to_repeat(session: Session) -> None:
    again = first(session, Page, reason="unknown")
    session.delete(again)
    for row in session.exec(select(Page).where(Page.incident_id == again.incident_id)):
        if row.state != "unknown":
            session.delete(row)
    call = session.get_one(Incident, again.incident_id)
    call.called_at = None
    session.add(call)


def ring_unmarked(session: Session) -> None:
    again = first(session, Page, reason="unknown", state="transmitted")
    page = session.exec(
        select(Page).where(Page.incident_id == again.incident_id, Page.state == "unknown")
    ).one()
    page.state, again.reason, again.step = "transmitted", "step", page.step
    session.add_all([page, again])


def page_for_the_late_one(session: Session) -> None:
    page = first(session, Page, reason="step", state="transmitted")
    page.press_id = first(session, PressRow, state="late").id
    session.add(page)


def leave_open(session: Session) -> None:
    call = call_of(session, 2)
    call.state, call.outcome, call.closed_at = "triggered", None, None
    call.due_at = call.opened_at + 60 * MINUTE * 24
    session.add(call)


def call_untruly(session: Session) -> None:
    for page in session.exec(select(Page).where(Page.incident_id == call_of(session, 1).id)):
        page.state = "failed"
        session.add(page)


def call_nobody(session: Session) -> None:
    call = session.exec(select(Incident).where(Incident.outcome == "unanswered")).one()
    for page in session.exec(select(Page).where(Page.incident_id == call.id)):
        page.state, page.error_code = "failed", "no_carrier"
        session.add(page)
    call.called_at = None
    session.add(call)


def never_bring_the_press(session: Session) -> None:
    report = session.exec(select(StandInReport)).one()
    report.press_id, report.received_at = uuid4(), report.received_at - 3 * 24 * 60 * MINUTE
    session.add(report)


def keep_a_letter(session: Session) -> None:
    call = call_of(session, 1)
    session.add(
        Notice(
            id=uuid4(),
            store_id=STORE,
            incident_id=call.id,
            kind="mail",
            target="x@example.org",
            state="queued",
            created_at=call.opened_at,
        )
    )


def forget_the_undo(session: Session) -> None:
    session.delete(first(session, PressRow, kind="undo"))


def ignore_the_undo(session: Session) -> None:
    row = first(session, PressRow, state="undone")
    row.state = "stored"
    session.add(row)


def age_a_page(session: Session) -> None:
    page = first(session, Page, state="transmitted", reason="step")
    assert page.ordered_at is not None
    page.tx_ms, page.final_at = 400_000, page.ordered_at + timedelta(seconds=400)
    session.add(page)


def hide_the_refusal(session: Session) -> None:
    for row in session.exec(select(Refused).where(col(Refused.device) == "b2")):
        session.delete(row)


def shut_without_a_word(session: Session) -> None:
    """A press that opened nothing, as outside the opening hours, and the journal says nothing of that."""
    row = first(session, PressRow, state="late")
    row.state = "stored"
    session.add(row)


NAMES = ("Anna", "AT", "Dairy", "DAIRY", "Shelf", *ADDRESS.values())
"""Of people, places and pagers: in no gap."""
PLANTS: dict[str, tuple[Callable[[Session], None], set[str]]] = {
    "a press is gone": (lose_a_press, {"lost", "presses_differ"}),
    "the press of a call is gone": (lose_the_first_press, {"lost", "press_gone", "presses_differ"}),
    "a call is gone": (lose_a_call, {"call_gone", "incident_gone"}),
    "a unit went away with presses": (leave_with_presses, {"away"}),
    "numbers are missing": (miss_numbers, {"lost"}),
    "a number stands for two presses": (number_twice, {"counted_again"}),
    "a unit lost presses by its own word": (own_loss, {"unit_lost"}),
    "an unknown page is not repeated": (forget_to_repeat, {"not_repeated"}),
    "a pager rang twice, unmarked": (ring_unmarked, {"doubled"}),
    "a late press was paged": (page_for_the_late_one, {"stale"}),
    "a page rang after its time": (age_a_page, {"stale"}),
    "a page without an end": (
        change(Page, {"state": "transmitted", "reason": "repeat"}, state="held", final_at=None),
        {"no_final_state"},
    ),
    "a page that is over at no time": (
        change(Page, {"state": "transmitted", "reason": "repeat"}, final_at=None),
        {"page_contradicts"},
    ),
    "a call is open and rings nobody": (leave_open, {"undone_open"}),
    "a call closed without outcome": (change(Incident, {"number": 1}, outcome=None), {"no_outcome"}),
    "a call that says two things": (
        change(Incident, {"number": 1}, state="attended", closed_at=None),
        {"contradicts", "asleep"},
    ),
    "nobody was called and nobody was told": (call_nobody, {"not_told"}),
    "the light said called": (call_untruly, {"called_untrue"}),
    "the press of a report never came": (never_bring_the_press, {"press_never_came"}),
    "a report of nothing": (change(StandInReport, {}, incident_id=None), {"report_of_nothing"}),
    "a letter was kept": (keep_a_letter, {"letter_stuck"}),
    "an undo is gone": (forget_the_undo, {"undone_by_nobody", "lost"}),
    "an undo was ignored": (ignore_the_undo, {"undo_ignored"}),
    "a refusal is gone": (hide_the_refusal, {"lost"}),
    "a press opened nothing": (shut_without_a_word, {"uncalled"}),
    "a press joined nothing": (
        change(PressRow, {"state": "merged"}, incident_id=None),
        {"merged_into_nothing", "presses_differ"},
    ),
    "a state that does not exist": (change(PressRow, {"state": "late"}, state="odd"), {"strange_press"}),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_gap_is_found(story: Story, name: str) -> None:
    plant, expected = PLANTS[name]
    db = story.shop.db
    with Session(db.write_engine) as session:
        let_anything_in(session, sqlite=db.is_sqlite)
        plant(session)
        session.flush()
        found = account(story, session)
        session.rollback()
    assert found.totals.adds_up
    assert {gap.kind.value for gap in found.gaps} == expected
    words = " ".join(f"{one.device} {one.what} {one.detail}" for one in found.gaps)
    assert not [name for name in NAMES if name in words]


def let_anything_in(session: Session, *, sqlite: bool) -> None:
    """Foreign keys do not hold until the end, which never comes."""
    words = "PRAGMA defer_foreign_keys=ON" if sqlite else "SET LOCAL session_replication_role = replica"
    session.execute(text(words))
