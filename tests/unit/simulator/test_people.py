"""Staff who act by themselves, in virtual time, against a server that keeps the incident's rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import FakeClock, VirtualLoop
from simulator.people import (
    OUTCOMES,
    OVERHEARS,
    REACT_S,
    RETRY_S,
    TALK_S,
    TRIES,
    WALK_S,
    Die,
    Doing,
    Felt,
    NotLetIn,
    OpenIncident,
    People,
    PeopleEvent,
    ServerSilent,
    Switched,
    Verb,
    choose,
)

NEXT = {
    ("triggered", Verb.ACKNOWLEDGE): "acknowledged",
    ("acknowledged", Verb.ARRIVE): "attended",
    ("triggered", Verb.ARRIVE): "attended",
    ("attended", Verb.CLOSE): "closed",
    ("acknowledged", Verb.CLOSE): "closed",
}


class FakeServer:
    """The public API with the incident's table of moves."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.incidents: dict[int, OpenIncident] = {}
        self.did: list[tuple[float, str, int, Verb, str | None]] = []
        self.trouble: Exception | None = None
        self.asked = 0

    def open(self, number: int, place: str) -> None:
        self.incidents[number] = OpenIncident(number, "triggered", place, place)

    def open_incidents(self, login: str) -> Sequence[OpenIncident]:
        self._answer()
        return [one for one in self.incidents.values() if one.state != "closed"]

    def act(self, login: str, number: int, verb: Verb, outcome: str | None = None) -> bool:
        self._answer()
        one = self.incidents[number]
        after = NEXT.get((one.state, verb))
        if after is None:
            return False
        self.incidents[number] = OpenIncident(number, after, one.zone, one.button)
        self.did.append((self._clock.boot(), login, number, verb, outcome))
        return True

    def _answer(self) -> None:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble


class Staff:
    def __init__(self, drawn: Callable[[str], Die] = lambda login: lambda: 0.5) -> None:
        self.clock = FakeClock()
        self.server = FakeServer(self.clock)
        self.doing: dict[str, tuple[Doing, str]] = {}
        people = People({"1001": "anna", "1002": "jaan"}, self.server, drawn, self._told)
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


def test_a_page_is_answered_step_by_step(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    began = staff.clock.boot()
    staff.feels("1001", "DAIRY 1")
    assert staff.doing["anna"][0] is Doing.READING
    staff.clock.advance(REACT_S[1])
    assert staff.doing["anna"] == (Doing.WALKING, "Dairy")
    staff.clock.advance(WALK_S[1])
    assert staff.doing["anna"] == (Doing.TALKING, "Dairy")
    staff.clock.advance(TALK_S[1])
    assert staff.doing["anna"] == (Doing.IDLE, "")
    assert staff.verbs() == [("anna", 1, "acknowledge"), ("anna", 1, "arrive"), ("anna", 1, "close")]
    moments = [moment - began for moment, *_ in staff.server.did]
    assert REACT_S[0] <= moments[0] <= REACT_S[1]
    assert WALK_S[0] <= moments[1] - moments[0] <= WALK_S[1]
    assert TALK_S[0] <= moments[2] - moments[1] <= TALK_S[1]
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
    staff.clock.advance(REACT_S[1])
    assert staff.verbs() == [("anna", 2, "acknowledge")]


def test_a_page_while_busy_is_answered_afterwards(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(REACT_S[1])
    staff.server.open(2, "Wine")
    staff.feels("1001", "Wine")
    staff.clock.advance(300)
    assert [(number, verb) for _, number, verb in staff.verbs()] == [
        (1, "acknowledge"), (1, "arrive"), (1, "close"), (2, "acknowledge"), (2, "arrive"), (2, "close"),
    ]  # fmt: skip


def test_switched_off_everybody_stops(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(REACT_S[1])
    staff.switch(False)
    asked = staff.server.asked
    staff.clock.advance(600)
    assert staff.server.asked == asked
    assert staff.doing["anna"][0] is Doing.IDLE


def test_somebody_on_the_board_was_faster(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.feels("1001", "Dairy")
    staff.clock.advance(REACT_S[1])
    staff.server.incidents[1] = OpenIncident(1, "attended", "Dairy", "Dairy")
    staff.clock.advance(WALK_S[1])
    assert staff.doing["anna"][0] is Doing.IDLE
    staff.clock.advance(600)
    assert staff.verbs() == [("anna", 1, "acknowledge")]


def test_a_silent_server_is_asked_again_and_then_given_up(staff: Staff) -> None:
    staff.server.trouble = ServerSilent("down")
    staff.feels("1001", "Dairy")
    staff.clock.advance(600)
    assert staff.server.asked == TRIES + 1
    assert staff.doing["anna"][0] is Doing.UNREACHABLE


def test_a_server_that_comes_back_is_served(staff: Staff) -> None:
    staff.server.open(1, "Dairy")
    staff.server.trouble = ServerSilent("down")
    staff.feels("1001", "Dairy")
    staff.clock.advance(REACT_S[1])
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


def test_shares_of_outcomes_are_whole() -> None:
    assert sum(share for share, _ in OUTCOMES) == pytest.approx(1.0)
