"""The schedule in virtual time: tries, pauses, the end of each letter, and who may hold up whom."""

from __future__ import annotations

import logging
import queue
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.channels_out import core as schedule
from server.channels_out.core import (
    GIVE_UP_S,
    MOST,
    PACE,
    PLACES,
    REMEMBERED,
    RETRY_AFTER_S,
    TRY_S,
    ChannelsCore,
    Event,
    Pace,
)
from server.channels_out.letter import Letter, Outcome, Told, Tried
from simulator.clock import FakeClock, VirtualLoop
from tests.unit.server.channels_out.letters import HandSender, letter

SENT = Outcome(True)
AGAIN = Outcome(False, "the receiver answered 503")
NEVER = Outcome(False, "the receiver answered 404", final=True)


class Box:
    """The core on a virtual clock. `answers` says how each next try ends at once; without one it hangs."""

    def __init__(self, pace: Pace = PACE) -> None:
        self.time = FakeClock()
        self.sender = HandSender()
        self.sender.on_start = self._start
        self.told: list[Told] = []
        self.deaf = False
        self.answers: list[Outcome] = []
        self.moments: list[float] = []
        self._zero = self.time.boot()
        start = self.time.now()
        self.core = ChannelsCore(
            self.sender,
            self._tell,
            boot=lambda moment: self._zero + (moment - start).total_seconds(),
            utc=lambda boot: start + timedelta(seconds=boot - self._zero),
            pace=pace,
        )
        self.loop: VirtualLoop[Event] = VirtualLoop(self.core, self.time)

    def letter(self, target: str = "boss@shop.example", kind: str = "mail", late_s: float = 0) -> Letter:
        return letter(target, kind, at=self.time.now() - timedelta(seconds=late_s))  # type: ignore[arg-type]

    def put(self, *events: Event) -> None:
        for event in events:
            self.loop.put(event)
        self.time.advance(0)

    def _start(self, notice: UUID, number: int) -> None:
        self.moments.append(self.time.boot() - self._zero)
        if self.answers:
            self.loop.put(Tried(notice, number, self.answers.pop(0)))

    def _tell(self, told: Told) -> None:
        if self.deaf:
            raise queue.Full
        self.told.append(told)

    def ends(self) -> list[tuple[UUID, bool, str | None, int]]:
        return [(told.notice, told.ok, told.error, told.tries) for told in self.told]


def test_the_first_try_is_at_once_and_the_end_is_told_once() -> None:
    box = Box()
    box.answers = [SENT]
    one = box.letter()
    box.put(one)
    assert box.ends() == [(one.notice, True, None, 1)]
    assert box.told[0].at == box.time.now()
    assert box.core.due() is None
    box.time.advance(1_000)
    assert len(box.told) == 1


def test_pauses_between_the_tries_and_the_end_after_the_fourth() -> None:
    box = Box()
    box.answers = [AGAIN] * 5
    one = box.letter()
    box.put(one)
    box.time.advance(1_000)
    assert box.moments == [0, 5, 35, 155]
    assert box.ends() == [(one.notice, False, AGAIN.error, 4)]
    assert len(RETRY_AFTER_S) == 3


def test_what_cannot_help_is_not_repeated() -> None:
    box = Box()
    box.answers = [AGAIN, NEVER]
    one = box.letter()
    box.put(one)
    box.time.advance(1_000)
    assert box.ends() == [(one.notice, False, NEVER.error, 2)]


def test_a_try_that_hangs_is_cut_and_counts_as_failed() -> None:
    box = Box()
    one = box.letter()
    box.put(one)
    box.time.advance(TRY_S - 0.1)
    assert not box.sender.cuts
    box.time.advance(0.1)
    assert box.sender.cuts == [(one.notice, 1)]
    box.answers = [SENT]
    box.time.advance(RETRY_AFTER_S[0])
    assert box.ends() == [(one.notice, True, None, 2)]


def test_nothing_is_tried_ten_minutes_after_it_was_written() -> None:
    box = Box()
    old, nearly = box.letter(late_s=GIVE_UP_S), box.letter("b@shop.example", late_s=GIVE_UP_S - 3)
    box.answers = [AGAIN]
    box.put(old, nearly)
    assert sorted(box.ends()) == sorted(
        [
            (nearly.notice, False, AGAIN.error, 1),  # the next try would begin too late: said at once
            (old.notice, False, schedule.OLD, 0),
        ]
    )
    assert box.core.due() is None


def test_a_letter_from_the_future_has_no_more_time_than_others() -> None:
    """The wall clock was set back by an hour between two starts of the server."""
    box = Box(Pace(give_up_s=RETRY_AFTER_S[0] + 1))
    box.answers = [AGAIN, AGAIN]
    box.put(box.letter(late_s=-3_600))
    box.time.advance(GIVE_UP_S)
    assert [(told.ok, told.tries) for told in box.told] == [(False, 2)]


def test_a_hanging_target_does_not_hold_up_another_one_nor_the_other_kind() -> None:
    box = Box()
    hung = box.letter("https://hung.example/", "webhook")
    box.put(hung)
    box.answers = [SENT, SENT]
    fine, mail = box.letter("https://fine.example/", "webhook"), box.letter()
    box.put(fine, mail)
    assert {told.notice for told in box.told} == {fine.notice, mail.notice}


def test_one_try_at_a_time_per_target() -> None:
    box = Box()
    first, second = box.letter(), box.letter()
    box.put(first, second)
    assert box.sender.started == [(first.notice, 1)]
    box.put(Tried(first.notice, 1, SENT))
    assert box.sender.started == [(first.notice, 1), (second.notice, 1)]


def test_places_of_a_kind_are_limited_and_given_on_in_order() -> None:
    box = Box()
    letters = [box.letter(f"https://h{number}.example/", "webhook") for number in range(PLACES + 2)]
    box.put(*letters)
    assert [notice for notice, _ in box.sender.started] == [each.notice for each in letters[:PLACES]]
    box.put(Tried(letters[2].notice, 1, SENT))
    assert box.sender.started[-1] == (letters[PLACES].notice, 1)


def test_a_doubled_letter_is_sent_once_and_told_again_once_it_ended() -> None:
    box = Box()
    one = box.letter()
    box.put(one, one)
    box.put(one)
    assert box.sender.started == [(one.notice, 1)]
    box.put(Tried(one.notice, 1, SENT))
    box.put(one)
    assert box.sender.started == [(one.notice, 1)]
    assert box.told[0] == box.told[1]


def test_what_ended_long_ago_is_forgotten() -> None:
    box = Box()
    box.answers = [SENT] * (REMEMBERED + 2)
    letters = [box.letter() for _ in range(REMEMBERED + 1)]
    for one in letters:
        box.put(one)
    box.put(letters[0], letters[-1])
    again = [notice for notice, _ in box.sender.started[len(letters) :]]
    assert again == [letters[0].notice]


def test_late_foreign_and_doubled_outcomes_change_nothing() -> None:
    box = Box()
    one = box.letter()
    box.put(Tried(one.notice, 1, NEVER), one)
    box.time.advance(TRY_S + RETRY_AFTER_S[0])
    assert box.sender.started == [(one.notice, 1), (one.notice, 2)]
    box.put(Tried(one.notice, 1, NEVER))  # of the try that was cut
    assert not box.told
    box.put(Tried(one.notice, 2, SENT), Tried(one.notice, 2, NEVER))
    assert box.ends() == [(one.notice, True, None, 2)]


def test_a_late_success_ends_the_letter_and_the_try_that_runs() -> None:
    box = Box()
    one = box.letter()
    box.put(one)
    box.time.advance(TRY_S + RETRY_AFTER_S[0])
    box.put(Tried(one.notice, 1, SENT))
    assert box.ends() == [(one.notice, True, None, 2)]
    assert box.sender.cuts == [(one.notice, 1), (one.notice, 2)]


def test_an_answer_at_the_last_moment_counts() -> None:
    box = Box()
    one = box.letter()
    box.put(one)
    box.time.call_later(TRY_S, lambda: box.loop.put(Tried(one.notice, 1, SENT)))
    box.time.advance(TRY_S)
    box.time.advance(1_000)
    assert box.ends() == [(one.notice, True, None, 1)]


def test_too_many_letters_are_told_not_kept() -> None:
    box = Box()
    box.put(*(box.letter() for _ in range(MOST)))
    extra = box.letter()
    box.put(extra)
    assert box.ends() == [(extra.notice, False, schedule.FULL, 0)]


def test_a_word_is_kept_while_nobody_can_take_it() -> None:
    box = Box()
    box.deaf = True
    box.answers = [SENT, SENT]
    one, two = box.letter(), box.letter("b@shop.example")
    box.put(one, two)
    box.time.advance(10)
    assert not box.told
    box.deaf = False
    box.time.advance(schedule.TELL_AGAIN_S)
    assert [told.notice for told in box.told] == [one.notice, two.notice]
    assert box.core.due() is None


def test_no_name_no_path_and_no_word_of_the_letter_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    box = Box()
    box.answers = [AGAIN, SENT, NEVER]
    box.put(box.letter("maria.tamm@shop.example"))
    box.time.advance(5)
    box.put(box.letter("https://hooks.example/T0/secret?key=1", "webhook"))
    assert "...@shop.example" in caplog.text
    assert "https://hooks.example/..." in caplog.text
    assert not [word for word in ("maria", "secret", "key=1", "Fitting", "Nobody") if word in caplog.text]


@given(
    plan=st.lists(
        st.tuples(
            st.integers(0, 7),  # target
            st.sampled_from(["mail", "webhook"]),
            st.lists(st.sampled_from([SENT, AGAIN, NEVER, None]), max_size=5),
            st.sampled_from([0.0, 0.0, 1.0, 7.0, 100.0, 700.0]),  # seconds until the next letter
            st.floats(0, 700),  # age when it is put
        ),
        max_size=16,
    )
)
def test_every_letter_ends_once_and_in_time(
    plan: list[tuple[int, str, list[Outcome | None], float, float]],
) -> None:
    box = Box()
    lines: dict[UUID, list[Outcome | None]] = {}
    written: dict[UUID, float] = {}
    running: dict[UUID, Letter] = {}
    letters: dict[UUID, Letter] = {}

    def start(notice: UUID, number: int) -> None:
        assert number <= len(RETRY_AFTER_S) + 1
        assert box.time.boot() < written[notice] + GIVE_UP_S
        running[notice] = letters[notice]
        assert max(Counter((each.kind, each.target) for each in running.values()).values()) == 1
        assert max(Counter(each.kind for each in running.values()).values()) <= PLACES
        outcome = lines[notice].pop(0) if lines[notice] else None
        if outcome is not None:
            box.time.call_later(1, lambda: ended(notice, number, outcome))

    def ended(notice: UUID, number: int, outcome: Outcome) -> None:
        del running[notice]
        box.loop.put(Tried(notice, number, outcome))

    box.sender.on_start = start
    box.sender.on_cut = lambda notice, number: running.pop(notice)
    for target, kind, outcomes, pause, age in plan:
        one = box.letter(f"{target}", kind, age)
        letters[one.notice] = one
        lines[one.notice], written[one.notice] = list(outcomes), box.time.boot() - age
        box.put(one)
        box.time.advance(pause)
    box.time.advance(2 * GIVE_UP_S)
    assert Counter(told.notice for told in box.told) == Counter(dict.fromkeys(lines, 1))
    assert box.core.due() is None
    for told in box.told:
        assert told.ok == (told.error is None)
