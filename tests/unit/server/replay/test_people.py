"""What people would have done: as they did then, else as people of the record do, never by chance."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest

from server.replay.lines import CallLine, DeedPart, PagePart
from server.replay.people import ENOUGH, Habits, chance, habits, reaction, rest
from server.replay.rounds import NOTHING_KNOWN, story
from tests.unit.server.replay.month import BEGINS, call

CALL = UUID(int=77)


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def known(**fields: object) -> Habits:
    usual: dict[str, object] = {"answers": 9, "reaction": seconds(12), "patience": seconds(30)}
    return Habits(**{**usual, **fields})  # type: ignore[arg-type]


def with_deeds(one: CallLine, *deeds: tuple[float, dict[str, object]]) -> CallLine:
    made = tuple(
        DeedPart.model_validate({"at": one.opened_at + seconds(at), "staff": True, **deed})
        for at, deed in deeds
    )
    return one.model_copy(update={"deeds": made})


def test_a_person_answers_as_then() -> None:
    real = story(call(1, BEGINS, pages=[(0, "AA"), (20, "BB"), (30, "BB")], answer=(34, "BB")))
    assert reaction(known(), CALL, real, 0, "BB") == seconds(14)


def test_whom_a_page_reached_and_who_did_not_answer_does_not() -> None:
    real = story(call(1, BEGINS, pages=[(0, "AA"), (20, "BB")], answer=(34, "BB")))
    assert reaction(known(), CALL, real, 0, "AA") is None
    unanswered = story(call(1, BEGINS, pages=[(0, "AA")]))
    assert reaction(known(), CALL, unanswered, 0, "AA") is None


def test_whom_a_colleague_beat_answers_later_than_that_one() -> None:
    real = story(call(1, BEGINS, pages=[(0, "AA"), (0, "BB")], answer=(5, "BB")))
    assert reaction(known(), CALL, real, 0, "AA") == seconds(12)
    real = story(call(1, BEGINS, pages=[(0, "AA"), (0, "BB")], answer=(15, "BB")))
    assert reaction(known(), CALL, real, 0, "AA") == seconds(16)


def test_a_page_that_reached_nobody_says_nothing() -> None:
    page = PagePart(at=BEGINS, pager="Pager 1", who="AA", reason="step", reached=False)
    real = story(call(1, BEGINS).model_copy(update={"pages": (page,)}))
    assert reaction(known(), CALL, real, 0, "AA") == seconds(12)


def test_somebody_who_was_not_called_takes_their_own_median_or_that_of_all() -> None:
    own = known(own={"CC": seconds(7)})
    assert reaction(own, CALL, NOTHING_KNOWN, 0, "CC") == seconds(7)
    assert reaction(own, CALL, NOTHING_KNOWN, 0, "DD") == seconds(12)
    assert reaction(known(unanswered=1.0), CALL, NOTHING_KNOWN, 0, "DD") is None
    assert reaction(known(reaction=None), CALL, NOTHING_KNOWN, 0, "DD") is None


def test_the_share_of_silence_is_kept_whoever_is_asked() -> None:
    asked = [
        reaction(known(unanswered=0.3), UUID(int=number), NOTHING_KNOWN, 0, "DD") for number in range(4000)
    ]
    assert 0.27 < asked.count(None) / 4000 < 0.33


def test_a_later_round_and_one_that_never_was() -> None:
    line = with_deeds(
        call(1, BEGINS, pages=[(0, "AA"), (15, "BB")]),
        (10, {"did": "acknowledged", "by": "AA"}),
        (15, {"did": "passed_on", "by": "AA"}),
        (24, {"did": "acknowledged", "by": "BB"}),
        (60, {"did": "attended", "by": "BB"}),
        (90, {"did": "closed", "by": "BB", "outcome": "recovered"}),
    )
    real = story(line)
    assert len(real.rounds) == 2
    assert reaction(known(), CALL, real, 0, "AA") == seconds(10)
    assert reaction(known(), CALL, real, 1, "BB") == seconds(9)
    assert reaction(known(), CALL, real, 0, "BB") == seconds(9)  # was not asked in that round
    assert reaction(known(), CALL, real, 5, "AA") == seconds(10)
    assert [(after, deed.did) for after, deed in rest(known(), real)] == [
        (seconds(36), "attended"),
        (seconds(66), "closed"),
    ]


def test_without_a_page_it_is_somebody_in_the_shop_or_who_heard_the_pager_of_a_group() -> None:
    real = story(call(1, BEGINS, answer=(9, "AA")))
    assert real.rounds[0].first is not None
    assert (real.rounds[0].first.key, real.rounds[0].first.after) == (None, seconds(9))
    group = PagePart(at=BEGINS + seconds(3), pager="Team", reason="step")
    real = story(call(1, BEGINS, answer=(9, "AA")).model_copy(update={"pages": (group,)}))
    assert real.rounds[0].first is not None
    assert (real.rounds[0].first.key, real.rounds[0].first.after) == ("pager Team", seconds(6))


def test_what_follows_an_answer_that_never_was_takes_the_median() -> None:
    unanswered = story(call(1, BEGINS, pages=[(0, "AA")]))
    assert rest(known(), unanswered) == ()
    used = rest(known(arriving=seconds(30), closing=seconds(20)), unanswered)
    assert [(after, deed.did) for after, deed in used] == [
        (seconds(30), "attended"),
        (seconds(30), "closed"),
    ]


def test_habits_of_a_record() -> None:
    found = habits(
        [
            *(call(one, BEGINS, pages=[(0, "AA")], answer=(10 + one, "AA")) for one in range(ENOUGH)),
            call(10, BEGINS, pages=[(0, "BB"), (0, "AA")], answer=(40, "BB")),
            call(11, BEGINS, pages=[(0, "BB")]),
            call(12, BEGINS, pages=[(0, "BB"), (0, "AA")], answer=(2, "AA")),
        ]
    )
    assert found.answers == 7
    assert found.reaction == seconds(12)
    assert found.own == {"AA": seconds(11)}
    assert found.patience == seconds(40)
    assert found.unanswered == pytest.approx(1 / 8)  # BB in 11; AA in 10 and BB in 12 were beaten
    assert (found.arriving, found.closing) == (seconds(40), seconds(160))


def test_a_record_without_an_answer() -> None:
    found = habits([call(1, BEGINS, pages=[(0, "AA")])])
    assert (found.answers, found.reaction, found.unanswered) == (0, None, 1.0)
    assert habits([]) == Habits()


def test_chance_is_the_same_in_every_process() -> None:
    code = "from uuid import UUID; from server.replay.people import chance; print(chance(UUID(int=77), 'AB'))"
    for seed in ("1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert float(said.stdout) == chance(CALL, "AB")
    assert chance(CALL, "AB") != chance(CALL, "AC")
    assert 0 <= chance(CALL, "AB") < 1
