"""The stand-in's decisions by themselves, and whatever order of presses, receipts, undos, plans and results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from broker_config.messages import PageState, Proof, StandInState
from pager_gateway.call import Call, Heard
from pager_gateway.stand_in import FROZEN_S, Ring, StandIn, Tell, Withdraw
from simulator.clock import MONDAY_NOON
from tests.unit.pager_gateway.keeper_rig import ANNA, BORIS, SLOTS, UNIT, page_of, plan

CALLED, FAILED = StandInState.CALLED, StandInState.FAILED
HELD, TRANSMITTING, TRANSMITTED = PageState.HELD, PageState.TRANSMITTING, PageState.TRANSMITTED
NOW = 1_000.0


def make() -> StandIn:
    ids = count(10**6)
    return StandIn(lambda: UUID(int=next(ids)))


def press(
    number: int = 1, came_at: float = NOW, *, age_s: float = 0.1, ttl_s: float = 120, button: int = 1
) -> Heard:
    pushed = came_at - age_s
    return Heard(UUID(int=number), UNIT, button, came_at, pushed, pushed + ttl_s)


def rings(core: StandIn) -> list[Call]:
    return [one.call for one in core.actions() if isinstance(one, Ring)]


def tells(core: StandIn) -> list[tuple[int, StandInState]]:
    return [(one.press.int, one.state) for one in core.actions() if isinstance(one, Tell)]


def land(core: StandIn, call: Call, state: PageState, at: float = NOW + 4) -> None:
    for page in list(call.pages):
        core.page(page, state, Proof.NONE, None, at)


def test_without_a_plan_nothing_waits() -> None:
    core = make()
    core.press(press())
    assert core.due() is None
    core.plan = plan(ANNA, keeper=False)
    core.press(press())
    assert core.due() is None


def test_it_rings_when_the_wait_is_over_and_not_before() -> None:
    core = make()
    core.plan = plan(ANNA, BORIS, wait_ms=2_000)
    core.press(press())
    assert core.due() == NOW + 2
    core.tick(NOW + 1.9, MONDAY_NOON)
    assert rings(core) == []
    core.tick(NOW + 2, MONDAY_NOON)
    (call,) = rings(core)
    assert set(call.pages) == {page_of(UUID(int=1), ANNA), page_of(UUID(int=1), BORIS)}
    assert call.stood_in_ms == 2_100
    assert core.due() is None


def test_the_press_that_was_pushed_first_opens_the_call_though_it_came_last() -> None:
    core = make()
    core.plan = plan(ANNA)
    core.press(press(2, age_s=1))
    core.press(press(1, age_s=9))
    core.tick(NOW + 3, MONDAY_NOON)
    (call,) = rings(core)
    assert call.press == UUID(int=1)
    assert call.presses == {UUID(int=1), UUID(int=2)}


def test_what_was_due_while_the_process_stood_still_waits_for_the_button_to_say_it_again() -> None:
    core = make()
    core.plan = plan(ANNA)
    core.press(press())
    core.tick(NOW + 3 + FROZEN_S + 0.1, MONDAY_NOON)
    assert rings(core) == []
    again = NOW + 8
    core.press(press(came_at=again, age_s=8))
    core.tick(again + 3 + FROZEN_S + 5, MONDAY_NOON)
    assert [call.press for call in rings(core)] == [UUID(int=1)], "a slow machine rings in the end"


def test_a_call_that_reached_nobody_takes_no_later_press() -> None:
    core = make()
    core.plan = plan(ANNA)
    core.press(press(1))
    core.tick(NOW + 3, MONDAY_NOON)
    (call,) = rings(core)
    land(core, call, PageState.FAILED)
    assert tells(core) == [(1, FAILED)]
    core.press(press(2, NOW + 10))
    core.tick(NOW + 13, MONDAY_NOON)
    assert [one.press for one in rings(core)] == [UUID(int=2)]


def test_one_transmitted_page_is_enough_and_it_is_said_once() -> None:
    core = make()
    core.plan = plan(ANNA, BORIS)
    core.press(press())
    core.tick(NOW + 3, MONDAY_NOON)
    (call,) = rings(core)
    first, second = call.pages
    core.page(first, PageState.FAILED, Proof.NONE, None, NOW + 4)
    assert tells(core) == []
    core.page(second, TRANSMITTED, Proof.ACCEPTED, None, NOW + 5)
    core.page(second, TRANSMITTED, Proof.ON_AIR, None, NOW + 6)
    core.page(second, PageState.FAILED, Proof.NONE, None, NOW + 7)
    assert tells(core) == [(1, CALLED)]
    assert call.pages[second].proof is Proof.ON_AIR
    assert call.pages[second].since_press_ms == 5_100


def test_an_undo_of_one_of_two_presses_keeps_the_call_and_of_both_takes_it_back() -> None:
    core = make()
    core.plan = plan(ANNA)
    core.press(press(1))
    core.press(press(2, NOW + 1))
    core.tick(NOW + 4, MONDAY_NOON)
    assert len(rings(core)) == 1
    core.undo(UNIT, UUID(int=1))
    assert core.actions() == []
    core.undo(UNIT, UUID(int=2))
    assert core.actions() == [Withdraw(page_of(UUID(int=1)))]


def test_a_unit_cannot_take_back_the_press_of_another_one() -> None:
    core = make()
    core.plan = plan(ANNA)
    core.undo("b9", UUID(int=1))
    core.press(press())
    core.undo("b9", UUID(int=1))
    core.tick(NOW + 3, MONDAY_NOON)
    assert len(rings(core)) == 1
    core.undo("b9", UUID(int=1))
    assert core.actions() == []


def test_what_the_ledger_knows_is_not_called_again_and_merged_only_within_a_boot() -> None:
    def stored() -> Call:
        call = Call(UUID(int=77), UUID(int=1), UNIT, 1, NOW, NOW + 120, "no receipt")
        call.pages[call.add(SLOTS[ANNA])].state = TRANSMITTED
        call.presses.add(call.press)
        call.live[call.press] = None
        return call

    for same in (True, False):
        core = make()
        core.plan = plan(ANNA)
        core.load([stored()], of_this_boot=same)
        core.press(press(1, NOW + 10))
        assert tells(core) == [(1, CALLED)]
        core.press(press(2, NOW + 20))
        core.tick(NOW + 23, MONDAY_NOON)
        found = core.actions()
        if same:
            assert found == [Tell(UUID(int=2), UNIT, 1, CALLED)]
        else:
            assert [type(one) for one in found] == [Ring]


def test_memory_is_bounded() -> None:
    core = make()
    core.plan = plan(ANNA, merge_s=0)
    for number in range(1, 30_001):
        now = NOW + number
        core.receipt(UUID(int=10**9 + number), now)
        core.undo(UNIT, UUID(int=2 * 10**9 + number))
        if number % 3 == 0:
            core.press(press(number, now))
            core.tick(now + 3, MONDAY_NOON)
            for call in rings(core):
                land(core, call, TRANSMITTED, now)
        core.actions()
    sizes = [len(each) for each in (core._receipts, core._undone, core._calls, core._pages, core._waiting)]
    assert max(sizes) <= 10_001


def test_the_age_of_a_call_after_a_reboot() -> None:
    call = Call(UUID(int=1), UUID(int=2), UNIT, 1, NOW, NOW + 120, "no receipt", pressed_wall=50_000.0)
    assert call.age_s(NOW + 7, None) == (7, True)
    call.same_boot = False
    assert call.age_s(40.0, 50_300.0) == (300, True)
    assert call.age_s(40.0, None) == (40, False)
    assert call.age_s(40.0, 49_000.0) == (40, True), "a clock that was set back"


class Alone(RuleBasedStateMachine):
    """The world around the core: a unit with three buttons (one without slots), a server that gives receipts when it
    likes, a gateway that enters pages once per id and lands them as chance has it. Checked after every step:
    a page is entered once; nothing is begun or told for a press after its receipt; nobody rings for what was taken
    back. At the end every fresh press without receipt was called, is one with a call, or was told that it failed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.core = make()
        self.count = 0
        self.presses: dict[UUID, Heard] = {}
        self.receipts: dict[UUID, float] = {}
        self.undone: set[UUID] = set()
        self.entered: Counter[UUID] = Counter()
        self.pages: dict[UUID, PageState] = {}
        self.calls: list[Call] = []
        self.told: dict[UUID, list[StandInState]] = {}
        self.planless: set[UUID] = set()

    @initialize()
    def begin(self) -> None:
        self.core.plan = plan(ANNA)

    # the world

    @rule(button=st.integers(1, 3), age_s=st.floats(0, 100), ttl_s=st.sampled_from([30.0, 120.0]))
    def somebody_presses(self, button: int, age_s: float, ttl_s: float) -> None:
        self.count += 1
        heard = press(self.count, self.now, age_s=age_s, ttl_s=ttl_s, button=button)
        self.presses[heard.id] = heard
        self.comes_in(heard)

    @precondition(lambda self: self.presses)
    @rule(data=st.data())
    def it_comes_again(self, data: st.DataObject) -> None:
        heard = data.draw(st.sampled_from(list(self.presses.values())))
        self.comes_in(Heard(heard.id, UNIT, heard.input, self.now, heard.pressed_at, heard.expires_at))

    def comes_in(self, heard: Heard) -> None:
        if heard.expires_at > self.now:
            self.core.press(heard)
            self.obey()

    @precondition(lambda self: self.count)
    @rule(data=st.data())
    def the_server_has_it(self, data: st.DataObject) -> None:
        which = UUID(int=data.draw(st.integers(1, self.count + 2)))
        self.receipts.setdefault(which, self.now)
        self.core.receipt(which, self.now)
        self.obey()

    @precondition(lambda self: self.count)
    @rule(data=st.data())
    def it_is_taken_back(self, data: st.DataObject) -> None:
        which = UUID(int=data.draw(st.integers(1, self.count + 2)))
        self.undone.add(which)
        self.core.undo(UNIT, which)
        self.obey()

    @rule(addresses=st.sampled_from([(ANNA,), (ANNA, BORIS)]), merge_s=st.sampled_from([0, 5, 60]))
    def a_plan_comes(self, addresses: tuple[str, ...], merge_s: int) -> None:
        self.core.plan = plan(*addresses, merge_s=merge_s)

    @precondition(lambda self: any(not state.is_final for state in self.pages.values()))
    @rule(data=st.data())
    def a_page_goes_on(self, data: st.DataObject) -> None:
        page = data.draw(st.sampled_from([page for page, one in self.pages.items() if not one.is_final]))
        states = [TRANSMITTING, TRANSMITTED, PageState.FAILED, PageState.EXPIRED, PageState.UNKNOWN]
        self.land(page, data.draw(st.sampled_from(states)))

    def land(self, page: UUID, state: PageState) -> None:
        self.pages[page] = state
        self.core.page(page, state, Proof.NONE, None, self.now)
        self.obey()

    @rule(seconds=st.floats(0.01, 40))
    def time_passes(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.core.due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.tick()
        self.now = until
        self.tick()

    @rule(seconds=st.floats(0.5, 30))
    def the_process_stands_still(self, seconds: float) -> None:
        self.now += seconds
        self.tick()

    def tick(self) -> None:
        self.core.tick(self.now, MONDAY_NOON + timedelta(seconds=self.now - NOW))
        self.obey()

    # the gateway

    def obey(self) -> None:
        while actions := self.core.actions():
            for action in actions:
                if isinstance(action, Ring):
                    self.ring(action)
                elif isinstance(action, Withdraw):
                    if self.pages[action.page] is HELD:
                        self.pages[action.page] = PageState.CANCELLED
                        self.core.page(action.page, PageState.CANCELLED, Proof.NONE, None, self.now)
                else:
                    assert action.press not in self.receipts, "the light is the server's"
                    assert action.press not in self.undone
                    assert action.press in self.presses
                    self.told.setdefault(action.press, []).append(action.state)
                    if action.state is CALLED:
                        assert any(call.rang for call in self.of(action.press))

    def ring(self, ring: Ring) -> None:
        heard = self.presses[ring.call.press]
        assert ring.call.press not in self.receipts
        assert ring.call.press not in self.undone
        assert heard.input == 1
        assert heard.expires_at > self.now
        self.calls.append(ring.call)
        for page in ring.orders:
            self.entered[page] += 1
            self.pages[page] = HELD

    def of(self, number: UUID) -> Iterable[Call]:
        return (call for call in self.calls if number in call.presses)

    @invariant()
    def no_page_is_entered_twice(self) -> None:
        assert all(times == 1 for times in self.entered.values())

    @invariant()
    def nothing_goes_on_after_a_receipt_or_an_undo(self) -> None:
        for call in self.calls:
            if call.press in self.receipts or call.presses <= self.undone:
                assert all(self.pages[page] is not HELD for page in call.pages)

    def teardown(self) -> None:
        self.time_passes(10)
        fresh = [one for one in self.presses.values() if one.expires_at > self.now + 4]
        for heard in fresh:  # the unit sends again what has no receipt
            self.comes_in(Heard(heard.id, UNIT, heard.input, self.now, heard.pressed_at, heard.expires_at))
        self.time_passes(4)
        for page, state in list(self.pages.items()):
            if not state.is_final:
                self.land(page, TRANSMITTED)
        self.time_passes(10)
        for heard in fresh:
            mine = heard.input == 1 and heard.id not in self.receipts and heard.id not in self.undone
            assert not mine or heard.id in self.told, (
                f"press {heard.id.int} was neither called for nor said to have failed"
            )


TestAlone = Alone.TestCase
TestAlone.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
