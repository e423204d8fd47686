"""Figures counted by hand, and the words around them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from server.replay.compare import compare
from server.replay.figures import difference, figures, is_alike, per_person
from server.replay.people import Habits
from server.replay.report import clock, how, model, report
from server.replay.went import Rang, Replayed, Went, truth
from server.shop_file import parse_shop
from tests.unit.server.replay.month import BEGINS, call, head, policy, shop

MORNING = BEGINS + timedelta(hours=9)


def went(
    number: int, pages: list[tuple[float, str]], answer: tuple[float, str] | None = None, **more: object
) -> Went:
    fields: dict[str, object] = {"exit_after": timedelta(seconds=90), **more}
    return Went(
        id=UUID(int=number),
        place=("hall", 1),
        opened_at=MORNING + timedelta(minutes=number),
        pages=tuple(
            Rang(timedelta(seconds=after), who, f"Pager of {who}", "step", 1) for after, who in pages
        ),
        answered_after=timedelta(seconds=answer[0]) if answer else None,
        answered_by=answer[1] if answer else None,
        **fields,  # type: ignore[arg-type]
    )


CALLS = (
    went(1, [(0, "AA"), (20, "BB")], (30, "BB"), presses=3),
    went(2, [(0, "AA")], (5, "AA")),
    went(3, [(0, "AA"), (0, "pager Team")], (100, "pager Team")),
    went(4, [(0, "CC")], nobody=True, fallback=True, last_resort=True),
    went(5, [], undone=True),
)


def test_counted_by_hand() -> None:
    found = figures(Replayed(CALLS, frozenset({"AA", "DD"}), closed=2, late=1, empty_minutes=7.0))
    assert (found.calls, found.undone, found.joined, found.closed, found.late) == (5, 1, 2, 2, 1)
    assert (found.pages, found.pages_per_call) == (6, 1.2)
    assert (found.load.least, found.load.median, found.load.most) == (0, 1, 3)
    assert (found.answered, found.unanswered, found.in_time) == (3, 1, 0.5)
    assert (found.to_page.median, found.to_page.p90) == (0, 20)
    assert (found.to_answer.median, found.to_answer.p90) == (30, 100)
    assert (found.nobody_calls, found.nobody_minutes, found.fallback, found.last_resort) == (1, 7, 1, 1)
    assert per_person(Replayed(CALLS, frozenset({"AA", "DD"}))) == {"AA": 3, "BB": 1, "CC": 1, "DD": 0}


def test_of_nothing() -> None:
    found = figures(Replayed((), frozenset()))
    assert (found.calls, found.in_time, found.pages_per_call, found.to_answer.median) == (0, None, 0, None)


def test_how_far_two_ways_lie_apart() -> None:
    assert difference(CALLS[0], CALLS[0]) == 0
    assert difference(CALLS[0], CALLS[1]) == 26
    assert difference(CALLS[1], CALLS[3]) == 3595
    assert difference(CALLS[1], None) == 3600
    assert difference(None, None) == 0
    assert is_alike(CALLS[0], CALLS[0])
    assert not is_alike(CALLS[0], CALLS[1])
    assert not is_alike(CALLS[0], None)


def test_one_call_in_words() -> None:
    assert how(CALLS[0]) == "0:00 step 1: AA; 0:20 step 1: BB; answered 0:30 by BB"
    assert how(CALLS[3]) == "0:00 step 1: CC; unanswered"
    assert how(CALLS[4]) == "taken back"
    assert how(None) == "no call of its own"
    assert clock(timedelta(minutes=61, seconds=5.9)) == "61:05"


def test_the_model_is_said_in_words() -> None:
    words = "\n".join(model(Habits(9, timedelta(seconds=12), {}, timedelta(seconds=30), 0.25)))
    for part in ("a model", "within 30.0 s", "12.0 s, the median of 9 answers", "25.0% of the pages"):
        assert part in words
    assert "Nobody ever answered" in "".join(model(Habits()))


def test_a_report_of_two_shops() -> None:
    real = [
        call(1, MORNING, pages=[(0, "P1"), (0, "P3")], answer=(8, "P1")),
        call(2, MORNING + timedelta(hours=1), pages=[(0, "P1"), (0, "P3")], answer=(9, "P3")),
    ]
    people = {
        "shifts": [
            {"carrier": ["P1", "P3"], "days": "mon-sun", "from": "00:00", "to": "00:00", "zone": "Zone 1"}
        ]
    }
    table = shop(3, 2, **people)
    table["pagers"] = [{**one, "label": f"Pager of {one['carrier']}"} for one in table["pagers"]]
    slower = {**table, "policies": [policy({"after_s": 15, "target": "zone"})], "buttons": []}
    found = compare(head(table), lambda: real, [("slower", parse_shop(slower))])
    text = list(report(found))
    assert any(
        line.startswith("By the same shop's rules 2 of 2 calls go as they really did") for line in text
    )
    assert "slower does not know hall/1: presses there belong to no zone." in text
    assert "The calls that differ most from the same shop:" in text
    first = text.index("#1 2026-10-01 09:00:00 hall/1")
    assert text[first + 1 : first + 4] == [
        "  in truth   0:00 step 1: P1, P3; answered 0:08 by P1",
        "  same shop  0:00 step 1: P1, P3; answered 0:08 by P1",
        "  slower     unanswered",
    ]
    assert found.columns[2].figures.nobody_calls == 2


@pytest.mark.parametrize("seconds", [1, 30, 89, 91])
def test_truth_is_what_was_recorded(seconds: float) -> None:
    one = truth(call(7, MORNING, pages=[(0, "AA"), (20, "AA")], answer=(seconds, "AA")))
    assert (one.number, one.answered_after, one.answered_by) == (7, timedelta(seconds=seconds), "AA")
    assert one.first_page_after == timedelta()
    assert figures(Replayed((one,), frozenset())).in_time == (1.0 if seconds <= 90 else 0.0)
