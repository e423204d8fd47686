"""Whatever people, pagers and processes do, in whatever order: the four promises hold after every step."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from broker_config import channels
from broker_config.codec import decode, publication
from broker_config.messages import (
    DeviceState,
    DeviceStatus,
    Light,
    LightState,
    PageCancel,
    PageOrder,
    PageState,
    Press,
    PressKind,
    Purpose,
    ReceiptResult,
)
from broker_config.topics import parse
from server.db.connect import Database
from server.db.tables import Incident, Page, Pager, PolicyStep
from server.requests import (
    Acknowledge,
    Arrive,
    Close,
    Ending,
    NeedHelp,
    PassOn,
    Refusal,
    SetDuty,
    ShopChanged,
)
from server.rules.facts import DutyKind
from server.rules.incidents import SAID_BY_STAFF
from server.rules.pages import TELLS
from tests import small_shop
from tests.databases import upgraded
from tests.engine_box import EngineBox
from tests.small_shop import ANNA, BORIS, CARMEN, DMITRI, STORE

PEOPLE = st.sampled_from((ANNA, BORIS, CARMEN, DMITRI))
INPUTS = st.sampled_from((1, 2))
LATE_MS = 500_000
SETTLED = timedelta(minutes=190)
OPEN = ("triggered", "acknowledged", "attended")


@cache
def _shop() -> bytes:
    """A database with the shop in it, made once."""
    db = Database("sqlite://")
    upgraded(db)
    with db.transaction() as session:
        small_shop.fill(session, units=1, tell_others=True)
        session.get_one(Pager, DMITRI).fallback = True
    with db.write_engine.connect() as made:
        found: bytes = made.connection.driver_connection.serialize()  # type: ignore[union-attr]
    db.close()
    return found


class FourPromises(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.db = Database("sqlite://")
        with self.db.write_engine.connect() as made:
            made.connection.driver_connection.deserialize(_shop())  # type: ignore[union-attr]
        self.box = EngineBox(self.db)
        self.sent: dict[UUID, str] = {}
        """Presses that were handed over, and whether they were fresh."""
        self.answered: set[UUID] = set()
        """Orders to which the gateway has said something final."""
        self.heard: set[UUID] = set()
        """Presses that came while the link could carry a receipt."""
        self.read = 0
        self.orders: dict[UUID, PageOrder] = {}
        self.cancelled: set[UUID] = set()
        self.shown: dict[int, LightState] = {}
        """What the buttons show, by what was published so far."""

    @initialize()
    def begin(self) -> None:
        self.box.time.advance(1)

    # what happens

    @rule(number=INPUTS, kind=st.sampled_from(("press", "press", "press", "quiet", "arrive")))
    def press(self, number: int, kind: str) -> None:
        self.sends(kind, self.box.press("b1", number, kind=PressKind(kind)))

    @rule(number=INPUTS)
    def late_press(self, number: int) -> None:
        before = len(self.box.link.published)
        self.sends("late", self.box.press("b1", number, age_ms=LATE_MS))
        assert not any(one.topic.endswith("/order") for one in self.box.link.published[before:])

    @rule(number=INPUTS)
    def drill(self, number: int) -> None:
        self.sends("drill", self.box.press("b1", number, purpose=Purpose.DRILL))

    @rule(data=st.data())
    def the_same_press_again(self, data: st.DataObject) -> None:
        if self.sent:
            which = data.draw(st.sampled_from(sorted(self.sent)))
            row = next(one for one in self.box.presses() if one.id == which)
            incidents, said = len(self.box.incidents()), len(self.box.link.published)
            self.box.press(
                "b1",
                row.input,
                id=which,
                seq=row.seq,
                kind=row.kind,
                purpose=row.purpose,
                ref=row.ref,
                try_=2,
            )
            assert len(self.box.incidents()) == incidents
            assert not any(one.topic.endswith("/order") for one in self.box.link.published[said:])

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        mine = sorted(key for key, kind in self.sent.items() if kind == "press")
        if mine:
            which = data.draw(st.sampled_from(mine))
            row = next(one for one in self.box.presses() if one.id == which)
            self.sends("undo", self.box.press("b1", row.input, kind=PressKind.UNDO, ref=which))

    @rule(data=st.data(), who=PEOPLE, what=st.integers(0, 4), to=st.none() | PEOPLE)
    def somebody_acts(self, data: st.DataObject, who: int, what: int, to: int | None) -> None:
        open_ones = [one for one in self.box.incidents() if one.state in OPEN]
        if not open_ones:
            return
        self.box.time.advance(
            0.001
        )  # what came before somebody's act is told from what came after it by its moment
        one = data.draw(st.sampled_from(open_ones))
        outcome = data.draw(st.sampled_from(SAID_BY_STAFF))
        before = self._state(one)
        answer = self.box.ask(
            (
                Acknowledge(one.id, who),
                PassOn(one.id, who, to),
                NeedHelp(one.id, who),
                Arrive(one.id, who),
                Close(one.id, who, Ending(outcome)),
            )[what]
        )
        if isinstance(answer, Refusal):
            assert self._state(self._incident(one.id)) == before, "it was refused, and yet something changed"

    @rule(who=PEOPLE, kind=st.sampled_from((None, *DutyKind)), minutes=st.integers(1, 240))
    def duty(self, who: int, kind: DutyKind | None, minutes: int) -> None:
        until = self.box.time.now() + timedelta(minutes=minutes) if kind is not None else None
        assert not isinstance(self.box.ask(SetDuty(STORE, who, who, kind, until)), Refusal)

    @rule(step=st.sampled_from((1, 2, 3)), after=st.integers(0, 60), most=st.none() | st.integers(1, 2))
    def the_policy_is_changed(self, step: int, after: int, most: int | None) -> None:
        with self.db.transaction() as session:
            row = session.get_one(PolicyStep, step)
            row.after_s, row.most = after, most
        self.box.ask(ShopChanged(STORE, None, "policy"))

    @rule(
        data=st.data(),
        state=st.sampled_from(
            (PageState.TRANSMITTED, PageState.TRANSMITTED, PageState.FAILED, PageState.UNKNOWN)
        ),
        twice=st.booleans(),
    )
    def the_gateway_answers(self, data: st.DataObject, state: PageState, twice: bool) -> None:
        """Only what was ordered and is not over; a result may come twice, and long after the deadline."""
        open_orders = [one for one in self.orders.values() if one.page not in self.answered]
        if open_orders:
            order = data.draw(st.sampled_from(open_orders))
            if order.page in self.cancelled and data.draw(st.booleans()):
                state = PageState.CANCELLED
            self.answered.add(order.page)
            self.box.result(order, state)
            if twice:
                self.box.result(order, PageState.FAILED)

    @rule(seconds=st.sampled_from((0.4, 2, 9, 21, 65, 130)))
    def time_goes_on(self, seconds: float) -> None:
        self.box.time.advance(seconds)

    @rule()
    def the_server_is_started_again(self) -> None:
        self.box.restart()

    @rule(up=st.booleans())
    def the_link(self, up: bool) -> None:
        """With the subscriptions come the retained words of the devices."""
        self.box.link.connected = up
        if up:
            here = DeviceStatus(state=DeviceState.ONLINE, run="aa11", boot="bb22", sw="test")
            self.box.deliver(publication(channels.STATUS, STORE, "b", "b1", here), retain=True)
            self.box.time.advance(0)

    # what must always hold

    @invariant()
    def the_promises_hold(self) -> None:
        self.listen()
        self.incidents, self.pages = self.box.incidents(), self._pages()
        self.no_press_is_lost()
        self.every_press_is_answered()
        self.nothing_is_doubled()
        self.nothing_claims_more_than_is_known()

    def sends(self, kind: str, made: Press) -> None:
        self.sent[made.id] = kind
        if self.box.link.connected:
            self.heard.add(made.id)

    def listen(self) -> None:
        """What the server has said since the last look: a page is one text for one address, however often ordered."""
        new, self.read = self.box.link.published[self.read :], len(self.box.link.published)
        for one in new:
            place = parse(one.topic)
            channel = channels.BY_TAIL[place.kind, place.tail]
            if channel is channels.ORDER:
                order = decode(PageOrder, one.payload, channel.max_bytes)
                had = self.orders.setdefault(order.page, order)
                assert (had.routes, had.body) == (order.routes, order.body)
                assert order.exp_s <= 120
            elif channel is channels.CANCEL:
                self.cancelled.add(decode(PageCancel, one.payload, channel.max_bytes).page)
            elif channel is channels.LIGHT:
                light = decode(Light, one.payload, channel.max_bytes)
                self.shown[light.input] = light.state

    def no_press_is_lost(self) -> None:
        rows = {row.id: row for row in self.box.presses()}
        assert set(rows) == set(self.sent)
        for key, kind in self.sent.items():
            if kind == "late":
                assert rows[key].state in ("late", "undone")
            elif kind == "press":
                assert rows[key].incident_id is not None or rows[key].state == "undone"

    def every_press_is_answered(self) -> None:
        """Somebody is called, or may still be, or it is said that nobody can be; and some moment will look again."""
        now, pages = self.box.time.now(), self.pages
        for one in self.incidents:
            if one.state not in OPEN:
                assert one.outcome is not None
                continue
            assert one.due_at is not None, "nobody will ever look at it again"
            if one.state != "triggered":
                continue
            mine = [page for page in pages.get(one.id, []) if page.reason not in TELLS]
            hope = any(page.state == "transmitted" or page.final_at is None for page in mine)
            waits = one.due_at - now <= timedelta(seconds=61) and one.step < 3
            assert hope or one.nobody_at is not None or waits, "nobody was called and nobody was told"

    def nothing_is_doubled(self) -> None:
        """No wrist waits for two calls of one incident that may both still be ordered."""
        now = self.box.time.now()
        states = {one.id: one for one in self.incidents}
        for key, pages in self.pages.items():
            if states[key].state != "triggered":
                continue
            waiting = Counter(
                one.pager_id
                for one in pages
                if one.final_at is None
                and one.reason not in TELLS
                and one.created_at >= states[key].triggered_at
                and one.deadline_at > now + timedelta(seconds=1)
            )
            assert max(waiting.values(), default=0) <= 1

    def nothing_claims_more_than_is_known(self) -> None:
        pages = self.pages
        for number, light in self.shown.items():
            here = [one for one in self.incidents if one.input == number and not one.quiet]
            if light is LightState.COMING and self.box.link.connected:
                assert any(one.state == "acknowledged" for one in here)
            if light is LightState.CALLED and self.box.link.connected:
                called = [one for one in here if one.state == "triggered"]
                assert any(page.proof == "accepted" for one in called for page in pages.get(one.id, []))
        for one in self.incidents:
            proven = [page for page in pages.get(one.id, []) if page.proof != "none"]
            assert one.called_at is None or proven
            assert one.acknowledged_at is None or one.acknowledged_by_id is not None
            assert one.outcome != "recovered" or one.closed_by_id is not None

    def teardown(self) -> None:
        """Left alone, everything ends with a word that is true."""
        self.box.link.connected = True
        self.box.time.advance(SETTLED.total_seconds())
        assert all(one.state == "closed" and one.outcome for one in self.box.incidents())
        assert all(one.final_at is not None for pages in self._pages().values() for one in pages)
        known = {one.id for one in self.box.receipts if one.result is not ReceiptResult.REFUSED}
        assert self.heard <= known
        self.box.close()
        self.db.close()

    def _incident(self, key: UUID) -> Incident:
        return next(one for one in self.box.incidents() if one.id == key)

    def _state(self, one: Incident) -> tuple[object, ...]:
        return (one.state, one.step, one.priority, one.due_at, one.acknowledged_by_id, tuple(one.passed_ids))

    def _pages(self) -> dict[UUID, list[Page]]:
        found: dict[UUID, list[Page]] = {}
        for page in self.box.pages():
            found.setdefault(page.incident_id, []).append(page)
        return found


FourPromises.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestFourPromises = FourPromises.TestCase


@pytest.mark.long
def test_the_four_promises_for_long() -> None:
    run_state_machine_as_test(
        FourPromises, settings=settings(FourPromises.TestCase.settings, max_examples=100)
    )
