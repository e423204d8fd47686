"""Which presses never came: found exactly, whatever order they come in and whenever the server starts anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.gaps import MOST, Counter, Range, came, forgiven, in_words, join, read, told, write

RUN = "aaaa"


def after(*numbers: int, known: int | None = 0) -> Counter:
    counter = Counter(known)
    for number in numbers:
        counter = came(counter, number, RUN)
    return counter


def numbers(ranges: tuple[Range, ...]) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def test_in_order_nothing_is_remembered() -> None:
    assert after(1, 2, 3) == Counter(3, run=RUN)


def test_the_freshest_first_is_no_gap() -> None:
    counter = told(after(9, 1, 2, 3), 9, spool=5, run=RUN)
    assert (counter.known, counter.missing, counter.above) == (3, (), ((9, 9),))
    for number in (4, 5, 6, 7, 8):
        counter = came(counter, number, RUN)
    assert told(counter, 9, 0, RUN) == Counter(9, run=RUN)


def test_an_empty_spool_makes_a_gap_of_what_is_not_here() -> None:
    counter = told(after(1, 2, 5, 6, 9), 10, spool=0, run=RUN)
    assert (counter.known, counter.missing, counter.above) == (10, ((3, 4), (7, 8), (10, 10)), ())
    assert counter.lost == 5
    assert in_words(counter.missing) == "3-4, 7-8, 10"


def test_the_unit_speaks_of_before_the_newest_press() -> None:
    counter = told(after(1, 3, 6), 3, spool=0, run=RUN)
    assert (counter.known, counter.missing, counter.above) == (3, ((2, 2),), ((6, 6),))


def test_a_gap_is_filled_later() -> None:
    counter = told(after(1, 6), 6, spool=0, run=RUN)
    assert counter.missing == ((2, 5),)
    for number, left in (
        (3, ((2, 2), (4, 5))),
        (3, ((2, 2), (4, 5))),
        (2, ((4, 5),)),
        (5, ((4, 4),)),
        (4, ()),
    ):
        counter = came(counter, number, RUN)
        assert counter.missing == left


def test_what_came_before_the_server_knew_the_unit_is_nobodys_gap() -> None:
    assert told(after(500, 498, known=None), 500, 0, RUN) == Counter(500, run=RUN)
    assert told(Counter(), 500, 0, RUN) == Counter(500, run=RUN)
    assert told(Counter(), 500, 3, RUN) == Counter()
    assert told(Counter(7), 0, 0, RUN) == Counter(7)


def test_of_a_new_unit_every_press_counts() -> None:
    counter = came(told(Counter(), 0, 0, RUN), 3, RUN)
    assert told(counter, 3, 0, RUN).missing == ((1, 2),)


def test_a_counter_that_goes_back() -> None:
    counter = after(*range(1, 51))
    once = told(counter, 3, 0, "bbbb")
    assert once.went_back == 0
    twice = told(once, 4, 1, "bbbb")
    assert (twice.went_back, twice.known, twice.missing, twice.above) == (1, 4, (), ())
    assert told(came(twice, 5, "bbbb"), 7, 0, "bbbb").missing == ((6, 7),)


@pytest.mark.parametrize("run", [RUN, "bbbb"])
def test_a_word_that_a_press_overtook_is_not_going_back(run: str) -> None:
    counter = came(after(1, 2), 3, run)
    counter = told(counter, 2, 0, RUN)
    counter = told(counter, 3, 0, run)
    assert (counter.went_back, counter.known, counter.doubt) == (0, 3, "")


def test_memory_is_bounded() -> None:
    counter = after(*range(2, 10 * MOST, 2))
    assert len(counter.above) <= MOST
    counter = told(counter, 2**53, 0, RUN)
    assert len(counter.missing) <= MOST
    assert counter.known == 2**53
    assert len(write(counter)["missing"]) <= MOST


def test_what_was_told_for_long_enough() -> None:
    counter = forgiven(told(after(1), 3, 0, RUN))
    assert counter == Counter(3, run=RUN)
    assert came(counter, 2, RUN) == counter


def test_in_words_of_many() -> None:
    assert in_words([(n, n) for n in range(1, 30, 2)], 3) == "…, 25, 27, 29"


ranges_of = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)).map(lambda one: (one[0], sum(one))))


@given(ranges_of)
def test_joined_ranges_hold_the_same_numbers(ranges: list[Range]) -> None:
    joined = join(ranges)
    assert numbers(joined) == numbers(tuple(ranges))
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(joined))


@dataclass
class Told:
    """A unit and a server: what the unit made, what the server stored, and the server's memory."""

    made: int = 0
    waiting: list[int] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    stored: list[int] = field(default_factory=list)
    counter: Counter = field(default_factory=lambda: Counter(0))
    row: Counter = field(default_factory=lambda: Counter(0))

    def press(self) -> None:
        self.made += 1
        self.waiting.append(self.made)

    def deliver(self, which: int, *, settled: bool) -> None:
        number = self.waiting[which % len(self.waiting)]
        self.stored.append(number)
        self.counter = came(self.counter, number, RUN)
        if settled:
            self.waiting.remove(number)

    def lose(self, which: int) -> None:
        number = self.waiting.pop(which % len(self.waiting))
        if number not in self.stored:
            self.lost.add(number)

    def late(self, which: int) -> None:
        """It was on its way all the time."""
        number = sorted(self.lost)[which % len(self.lost)]
        self.lost.remove(number)
        self.stored.append(number)
        self.counter = came(self.counter, number, RUN)

    def tell(self) -> None:
        self.counter = told(self.counter, self.made, len(self.waiting), RUN)

    def restart(self) -> None:
        known = self.row.known
        self.counter = read(known, write(self.row))
        missing = numbers(self.counter.missing)
        for number in sorted({one for one in self.stored if known is None or one > known or one in missing}):
            self.counter = came(self.counter, number, RUN)


moves = st.lists(
    st.tuples(
        st.sampled_from(
            ("press", "press", "deliver", "deliver", "twice", "lose", "late", "tell", "write", "restart")
        ),
        st.integers(0, 50),
    ),
    max_size=80,
)


@given(moves)
def test_gaps_are_exactly_what_was_never_delivered(moves: list[tuple[str, int]]) -> None:
    """Any order, doubled, lost on the unit, and a server that starts anew from its rows in between."""
    world = Told()
    for move, which in moves:
        match move:
            case "press":
                world.press()
            case "deliver" | "twice" if world.waiting:
                world.deliver(which, settled=move == "deliver")
            case "lose" if world.waiting:
                world.lose(which)
            case "late" if world.lost:
                world.late(which)
            case "tell":
                world.tell()
            case "write":
                world.row = world.counter
            case "restart":
                world.restart()
        assert numbers(world.counter.missing) <= world.lost
    while world.waiting:
        world.deliver(0, settled=True)
    world.tell()
    assert numbers(world.counter.missing) == world.lost
    assert world.counter.known == world.made
    assert world.counter.above == ()
