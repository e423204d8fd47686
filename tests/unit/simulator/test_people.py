"""Staff who act by themselves, in virtual time, against a server that keeps the incident's rules."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.clock import FakeClock, VirtualLoop
from simulator.habits import OVERHEARS, Die, Habits, drawn_habits
from simulator.people import (
    LATER_S,
    LATER_TRIES,
    RETRY_S,
    TRIES,
    Asked,
    Away,
    Felt,
    People,
    PeopleEvent,
    Switched,
    Tempo,
    choose,
)
from simulator.staff import Doing, NotLetIn, NotTaken, OpenIncident, ServerSilent, Verb

TEMPO = Tempo()
NEXT = {
    ("triggered", Verb.ACKNOWLEDGE): "acknowledged",
    ("acknowledged", Verb.ARRIVE): "attended",
    ("triggered", Verb.ARRIVE): "attended",
    ("attended", Verb.CLOSE): "closed",
    ("acknowledged", Verb.CLOSE): "closed",
    ("acknowledged", Verb.PASS): "triggered",
    ("acknowledged", Verb.HELP): "acknowledged",
    ("attended", Verb.HELP): "attended",
}


class FakeServer:
    """The public API with the incident's table of moves."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.incidents: dict[int, OpenIncident] = {}
        self.did: list[tuple[float, str, int, Verb, str | None]] = []
        self.more: list[Mapping[str, object]] = []
        self.refuses: set[Verb] = set()
        self.picky = False
        """Takes nothing but an outcome."""
        self.trouble: Exception | None = None
        self.asked = 0

    def open(self, number: int, place: str) -> None:
        self.incidents[number] = OpenIncident(number, "triggered", place, place)

    def open_incidents(self, login: str) -> Sequence[OpenIncident]:
        self._answer()
        return [one for one in self.incidents.values() if one.state != "closed"]

    def act(
        self,
        login: str,
        number: int,
        verb: Verb,
        outcome: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> bool:
        self._answer()
        if self.picky and more:
            raise NotTaken("what is that?")
        one = self.incidents[number]
        after = None if verb in self.refuses else NEXT.get((one.state, verb))
        if after is None:
            return False
        self.incidents[number] = OpenIncident(number, after, one.zone, one.button)
        self.did.append((self._clock.boot(), login, number, verb, outcome))
        self.more.append(more or {})
        return True

    def _answer(self) -> None:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble


class Staff:
    def __init__(
        self,
        drawn: Callable[[str], Die] = lambda login: lambda: 0.5,
        habits: Callable[[Die], Habits] = drawn_habits,
    ) -> None:
        self.clock = FakeClock()
        self.server = FakeServer(self.clock)
        self.doing: dict[str, tuple[Doing, str]] = {}
        people = People({"1001": "anna", "1002": "jaan"}, self.server, drawn, self._told, habits)
        self.loop: VirtualLoop[PeopleEvent] = VirtualLoop(people, self.clock)
        self.loop.start()

    def _told(self, login: str, doing: Doing, place: str) -> None:
        self.doing[login] = (doing, place)

    def switch(self, on: bool = True) -> None:
        self.loop.put(Switched(on))
        self.clock.advance(0.0)

    def feels(self, address: str, text: str) -> None:
        self.loop.put(Felt(address, text))
        self.clock.advance(0.0)

    def verbs(self) -> list[tuple[str, int, str]]:
        return [(login, number, str(verb)) for _, login, number, verb, _ in self.server.did]


@pytest.fixture
def staff() -> Staff:
    made = Staff()
    made.switch()
    return made


def test_nobody_acts_until_the_switch_is_on() -> None:
    staff = Staff()
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(600)
    assert staff.server.asked == 0


def test_who_is_away_notices_nothing_and_leaves_what_was_begun(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "DAIRY")
    staff.clock.advance(TEMPO.react_s[1])
    assert staff.doing["anna"] == (Doing.WALKING, "Dairy")
    staff.loop.put(Away("anna", True))
    staff.loop.put(Away("nobody", True))
    staff.clock.advance(0.0)
    assert staff.doing["anna"] == (Doing.IDLE, "")
    staff.server.open(2, "Wine")
    staff.feels("1001", "WINE")
    staff.clock.advance(300)
    assert [verb for _, _, verb in staff.verbs()] == ["acknowledge"]

    staff.loop.put(Away("anna", False))
    staff.feels("1001", "WINE")
    staff.clock.advance(TEMPO.react_s[1])
    assert staff.doing["anna"] == (Doing.WALKING, "Wine")


def test_a_page_is_answered_step_by_step(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    began = staff.clock.boot()
    staff.feels("1001", "DAIRY 1")
    assert staff.doing["anna"][0] is Doing.READING
    staff.clock.advance(TEMPO.react_s[1])
    assert staff.doing["anna"] == (Doing.WALKING, "Dairy")
    staff.clock.advance(TEMPO.walk_s[1])
    assert staff.doing["anna"] == (Doing.TALKING, "Dairy")
    staff.clock.advance(TEMPO.talk_s[1])
    assert staff.doing["anna"] == (Doing.IDLE, "")
    assert staff.verbs() == [("anna", 1, "acknowledge"), ("anna", 1, "arrive"), ("anna", 1, "close")]
    moments = [moment - began for moment, *_ in staff.server.did]
    assert TEMPO.react_s[0] <= moments[0] <= TEMPO.react_s[1]
    assert TEMPO.walk_s[0] <= moments[1] - moments[0] <= TEMPO.walk_s[1]
    assert TEMPO.talk_s[0] <= moments[2] - moments[1] <= TEMPO.talk_s[1]
    assert staff.server.did[-1][-1] == "recovered"


def test_two_feel_the_same_page_and_one_goes(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.feels("1002", "Dairy")
    staff.clock.advance(200)
    assert [login for login, _, verb in staff.verbs() if verb == "acknowledge"] == ["anna"]
    assert staff.doing["jaan"][0] is Doing.IDLE


def test_the_place_on_the_pager_decides(staff: Staff) -> None:
    staff.server.open(1, "Wine")
    staff.server.open(2, "Dairy")
    staff.feels("1001", "DAIRY")
    staff.clock.advance(TEMPO.react_s[1])
    assert staff.verbs() == [("anna", 2, "acknowledge")]


def test_a_page_while_busy_is_answered_afterwards(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(TEMPO.react_s[1])
    staff.server.open(2, "Wine")
    staff.feels("1001", "Wine")
    staff.clock.advance(300)
    assert [(number, verb) for _, number, verb in staff.verbs()] == [
        (1, "acknowledge"), (1, "arrive"), (1, "close"), (2, "acknowledge"), (2, "arrive"), (2, "close"),
    ]  # fmt: skip


def test_switched_off_everybody_stops(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(TEMPO.react_s[1])
    staff.switch(False)
    asked = staff.server.asked
    staff.clock.advance(600)
    assert staff.server.asked == asked
    assert staff.doing["anna"][0] is Doing.IDLE


def test_somebody_on_the_board_was_faster(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(TEMPO.react_s[1])
    staff.server.incidents[1] = OpenIncident(1, "attended", "Dairy", "Dairy")
    staff.clock.advance(TEMPO.walk_s[1])
    assert staff.doing["anna"][0] is Doing.IDLE
    staff.clock.advance(600)
    assert staff.verbs() == [("anna", 1, "acknowledge")]


def test_a_silent_server_is_asked_again_and_then_given_up(staff: Staff) -> None:
    staff.server.trouble = ServerSilent("down")
    staff.feels("1001", "Dairy")
    staff.clock.advance(600)
    assert staff.server.asked == TRIES + 1
    assert staff.doing["anna"][0] is Doing.UNREACHABLE


def test_who_is_with_a_customer_says_how_it_ended_when_the_server_is_back(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(TEMPO.react_s[1] + TEMPO.walk_s[1])
    staff.server.trouble = ServerSilent("down")
    staff.clock.advance(600)
    assert staff.doing["anna"] == (Doing.TALKING, "Dairy")
    staff.server.trouble = None
    staff.clock.advance(LATER_S)
    assert staff.verbs()[-1] == ("anna", 1, "close")


def test_nobody_waits_for_ever_for_a_server(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(TEMPO.react_s[1] + TEMPO.walk_s[1])
    staff.server.trouble = ServerSilent("down")
    staff.clock.advance(LATER_S * LATER_TRIES)
    assert staff.doing["anna"][0] is Doing.UNREACHABLE


def test_a_server_that_comes_back_is_served(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.server.trouble = ServerSilent("down")
    staff.feels("1001", "Dairy")
    staff.clock.advance(TEMPO.react_s[1])
    staff.server.trouble = None
    staff.clock.advance(RETRY_S)
    assert staff.verbs() == [("anna", 1, "acknowledge")]


def test_whoever_is_not_let_in_says_so_and_stops(staff: Staff) -> None:
    staff.server.trouble = NotLetIn("anna")
    staff.feels("1001", "Dairy")
    staff.clock.advance(600)
    assert staff.server.asked == 1
    assert staff.doing["anna"][0] is Doing.SIGNED_OUT


def test_some_pages_are_not_noticed() -> None:
    staff = Staff(lambda login: lambda: OVERHEARS / 2)
    staff.switch()
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(600)
    assert staff.server.asked == 0


def test_a_pager_that_nobody_wears_moves_nobody(staff: Staff) -> None:
    staff.feels("7777", "Dairy")
    staff.clock.advance(600)
    assert staff.server.asked == 0


@given(
    st.lists(st.tuples(st.integers(1, 50), st.sampled_from(["Dairy", "Wine", "Bakery"])), max_size=8),
    st.text(max_size=20),
)
def test_choose_takes_one_that_waits_and_the_oldest_of_its_kind(
    rows: list[tuple[int, str]], text: str
) -> None:
    waiting = [OpenIncident(number, "triggered", place) for number, place in rows]
    found = choose(waiting, text)
    assert (found is None) == (not waiting)
    if found is not None:
        assert not any(one.number < found.number and one.zone == found.zone for one in waiting)


def always(**habits: float) -> Staff:
    """Everybody acts so, at every call."""
    staff = Staff(habits=lambda die: Habits(**{"overhears": 0.0, **habits}))
    staff.switch()
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    return staff


def test_somebody_without_time_passes_the_call_on(staff: Staff) -> None:
    staff = always(passes=1.0)
    staff.clock.advance(TEMPO.react_s[1] + TEMPO.hesitate_s[1])
    assert staff.verbs() == [("anna", 1, "acknowledge"), ("anna", 1, "pass")]
    assert staff.server.more[-1] == {"to": None}
    assert staff.doing["anna"] == (Doing.PASSED, "Dairy")
    staff.feels("1002", "Dairy")
    staff.clock.advance(TEMPO.react_s[1])
    assert staff.doing["jaan"] == (Doing.WALKING, "Dairy")


def test_with_nobody_to_pass_it_to_one_goes_oneself() -> None:
    staff = always(passes=1.0)
    staff.server.refuses.add(Verb.PASS)
    staff.clock.advance(300)
    assert staff.verbs() == [("anna", 1, "acknowledge"), ("anna", 1, "arrive"), ("anna", 1, "close")]


def test_help_is_asked_for_at_the_customer_and_the_talk_goes_on() -> None:
    staff = always(asks_help=1.0)
    staff.clock.advance(TEMPO.react_s[1] + TEMPO.walk_s[1] + TEMPO.help_s[1])
    assert staff.doing["anna"] == (Doing.ASKED_HELP, "Dairy")
    staff.clock.advance(TEMPO.talk_s[1])
    assert [verb for _, _, verb in staff.verbs()] == ["acknowledge", "arrive", "help", "close"]


def test_whoever_forgets_to_say_so_is_there_all_the_same() -> None:
    staff = always(forgets=1.0)
    staff.clock.advance(TEMPO.react_s[1] + TEMPO.walk_s[1])
    assert staff.doing["anna"] == (Doing.TALKING, "Dairy")
    staff.clock.advance(TEMPO.talk_s[1])
    assert [verb for _, _, verb in staff.verbs()] == ["acknowledge", "close"]


def test_what_was_wrong_and_what_was_given_is_said_at_the_end(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(300)
    assert staff.server.did[-1][-1] == "recovered"
    assert set(staff.server.more[-1]) == {"cause", "apology", "remedy", "cost_cents"}


def test_a_store_with_other_causes_still_hears_the_outcome(staff: Staff) -> None:
    staff.server.picky = True
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(300)
    assert staff.server.incidents[1].state == "closed"
    assert staff.doing["anna"][0] is Doing.IDLE


def test_a_server_that_takes_nothing_at_all_leaves_everybody_free(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.server.trouble = NotTaken("what is that?")
    staff.feels("1001", "Dairy")
    staff.clock.advance(300)
    assert staff.server.asked == 1
    assert staff.doing["anna"][0] is Doing.IDLE


def test_a_close_that_got_no_answer_says_the_same_again() -> None:
    staff = Staff(lambda login: random.Random(login).random, lambda die: Habits(overhears=0.0))
    staff.switch()
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    while staff.doing["anna"][0] is not Doing.TALKING:
        staff.clock.advance(0.5)
    heard: list[object] = []
    act = staff.server.act

    def lost(*said: object) -> bool:
        heard.append(said)
        raise ServerSilent("no answer")

    staff.server.act = lost  # type: ignore[assignment, method-assign]
    while not heard:
        staff.clock.advance(0.5)
    staff.clock.advance(2 * RETRY_S)
    assert len(heard) >= 3
    assert all(said == heard[0] for said in heard)
    staff.server.act = act  # type: ignore[method-assign]
    staff.clock.advance(RETRY_S)
    assert staff.server.incidents[1].state == "closed"


@pytest.mark.parametrize(("verb", "doing"), [(Verb.PASS, Doing.PASSED), (Verb.HELP, Doing.ASKED_HELP)])
def test_a_visitor_may_ask_somebody_on_the_way(staff: Staff, verb: Verb, doing: Doing) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(TEMPO.react_s[1])
    staff.loop.put(Asked("anna", verb))
    staff.clock.advance(0.0)
    assert staff.verbs()[-1] == ("anna", 1, str(verb))
    assert staff.doing["anna"] == (doing, "Dairy")
    staff.clock.advance(300)
    assert (staff.server.incidents[1].state == "closed") == (verb is Verb.HELP)


def test_asking_somebody_who_is_at_no_call_does_nothing(staff: Staff) -> None:
    for login in ("anna", "nobody"):
        staff.loop.put(Asked(login, Verb.PASS))
    staff.clock.advance(10)
    assert staff.server.asked == 0


ACTS = st.one_of(
    st.tuples(st.just("feel"), st.sampled_from(["1001", "1002", "9999"])),
    st.tuples(st.just("ask"), st.sampled_from([Verb.PASS, Verb.HELP, Verb.CLOSE])),
    st.tuples(st.just("open"), st.integers(1, 4)),
    st.tuples(st.just("refuse"), st.sampled_from(list(Verb))),
    st.tuples(st.just("trouble"), st.sampled_from([None, ServerSilent("x"), NotLetIn("x"), NotTaken("x")])),
    st.tuples(st.just("switch"), st.booleans()),
    st.tuples(st.just("wait"), st.floats(0.0, 40.0)),
)


@given(st.lists(ACTS, max_size=25), st.integers(0, 5))
@settings(max_examples=80, deadline=None)
def test_whatever_happens_everybody_is_free_in_the_end(acts: list[tuple[str, object]], seed: int) -> None:
    staff = Staff(lambda login: random.Random(f"{seed} {login}").random)
    staff.switch()
    for act, what in acts:
        match act, what:
            case "feel", str():
                staff.feels(what, "Dairy")
            case "ask", Verb():
                staff.loop.put(Asked("anna", what))
            case "open", int():
                staff.server.open(what, "Dairy")
            case "refuse", Verb():
                staff.server.refuses ^= {what}
            case "trouble", _:
                staff.server.trouble = what if isinstance(what, Exception) else None
            case "switch", bool():
                staff.switch(what)
            case "wait", float():
                staff.clock.advance(what)
    staff.clock.advance(2_000)
    resting = {Doing.IDLE, Doing.PASSED, Doing.SIGNED_OUT, Doing.UNREACHABLE}
    assert {doing for doing, _ in staff.doing.values()} <= resting
