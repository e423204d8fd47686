"""Each expectation against small endings: one that meets it, one that does not, and one with nothing to look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator.scenarios.checks import CHECKS, judge
from simulator.scenarios.ending import (
    Books,
    Call,
    Ending,
    FaultSeen,
    Light,
    Look,
    PageSent,
    Press,
    Push,
    Ring,
    Spot,
    Trouble,
    spots_of,
)
from simulator.scenarios.expectations import Expect, That

MILK = Spot("b2.3", "Milk fridge", "Dairy")
WINE = Spot("b3.1", "Wine shelf", "Wine")
FACE = Spot("b5.2", "Way out", "Entrance", "green")
TEXT = "DAIRY MILK FRIDGE CALL"
FIGURES: dict[That, dict[str, Any]] = {
    That.PRESSED: {"at_least": 1},
    That.ANSWERED: {"within": 5.0},
    That.TAKEN_BACK: {"at_least": 1},
    That.STOOD_IN: {"at_least": 1},
    That.TOLD_NOBODY: {"within": 10.0},
    That.BACK_WITHIN: {"within": 5.0},
    That.FAULT: {"kind": "flood"},
    That.ONE_CALL: {"at_most": 1},
    That.FEW_RINGS: {"at_most": 1},
    That.OUTCOME: {"outcome": "recovered", "share": 0.5},
    That.NOT_READY: {"cause": "dead", "within": 20.0},
    That.COUNTED: {"at_least": 1},
    That.LETTERS_STUCK: {"at_least": 1},
}
CLOSED = Call(1, "closed", "recovered", (PageSent(TEXT, 10.5, "transmitted"),))
SIMPLE = Ending(
    pushes=(Push(MILK, 10.0),),
    rings=(Ring("1001", TEXT, 11.0),),
    books=Books((Press("b2.3", 10.1, "stored", call=1),), (CLOSED,)),
)
IN_TROUBLE = replace(SIMPLE, troubles=(Trouble("server", 5.0, 100.0),))
BACK = replace(
    SIMPLE,
    troubles=(Trouble("cable t1", 1.0, 9.0),),
    looks=(Look(6.0, False, frozenset({"dead"})), Look(200.0, True)),
    lights=(Light("b2.3", "nobody", 12.0),),
)
HAMMERED = replace(SIMPLE, pushes=(Push(MILK, 10.0, hammered=True),))
UNDONE = replace(
    SIMPLE,
    pushes=(Push(MILK, 10.0, undone=True),),
    books=Books((Press("b2.3", 10.1, "undone", call=1),), (CLOSED,)),
)

GOOD: dict[That, Ending] = {
    That.PRESSED: SIMPLE,
    That.ANSWERED: SIMPLE,
    That.NOBODY_LOST: SIMPLE,
    That.NOTHING_STALE: SIMPLE,
    That.HONEST_LIGHT: replace(SIMPLE, lights=(Light("b2.3", "called", 11.1),)),
    That.TAKEN_BACK: UNDONE,
    That.STOOD_IN: IN_TROUBLE,
    That.ONE_EACH: IN_TROUBLE,
    That.TOLD_NOBODY: replace(BACK, troubles=(Trouble("cable t1", 1.0, 50.0),)),
    That.BACK_WITHIN: BACK,
    That.FAULT: replace(SIMPLE, books=replace(SIMPLE.books, faults=(FaultSeen("b2", "flood", 12.0),))),
    That.ONE_CALL: HAMMERED,
    That.FEW_RINGS: HAMMERED,
    That.OUTCOME: SIMPLE,
    That.CLOSED: SIMPLE,
    That.NOT_READY: BACK,
    That.READY: BACK,
    That.COUNTED: Ending(pushes=(Push(FACE, 3.0),), books=Books((Press("b5.2", 3.1, "stored"),))),
    That.LETTERS_STUCK: replace(SIMPLE, books=Books(calls=(replace(CLOSED, letters=("failed",)),))),
}
TWICE = replace(CLOSED, number=2)
DOUBLED = (Press("b2.3", 10.1, "stored", call=1), Press("b2.3", 10.4, "stored", call=2))
BAD: list[tuple[That, Ending]] = [
    (That.ANSWERED, replace(SIMPLE, rings=(Ring("1001", TEXT, 16.0),))),
    (That.ANSWERED, replace(SIMPLE, rings=(Ring("1001", "WINE WINE SHELF CALL", 11.0),))),
    (That.ANSWERED, replace(SIMPLE, pushes=(Push(MILK, 10.0), Push(WINE, 20.0)))),
    (That.NOBODY_LOST, replace(SIMPLE, rings=())),
    (That.NOBODY_LOST, replace(SIMPLE, books=Books(calls=(CLOSED,)))),
    (That.NOTHING_STALE, replace(SIMPLE, rings=(Ring("1001", TEXT, 200.0),))),
    (
        That.NOTHING_STALE,
        replace(
            SIMPLE,
            rings=(Ring("1001", TEXT, 300.0),),
            books=Books(
                (Press("b2.3", 10.1, "late", call=1),),
                (replace(CLOSED, pages=(PageSent(TEXT, 299.0, "transmitted"),)),),
            ),
        ),
    ),
    (That.HONEST_LIGHT, replace(SIMPLE, lights=(Light("b2.3", "called", 10.2),), rings=())),
    (That.TAKEN_BACK, replace(UNDONE, books=SIMPLE.books)),
    (That.STOOD_IN, replace(IN_TROUBLE, rings=(Ring("1001", TEXT, 101.0),))),
    (That.ONE_EACH, replace(IN_TROUBLE, books=Books(DOUBLED, (CLOSED, TWICE)))),
    (That.ONE_EACH, replace(IN_TROUBLE, books=Books((Press("b2.3", 60.0, "stored", call=1),), (CLOSED,)))),
    (That.TOLD_NOBODY, replace(GOOD[That.TOLD_NOBODY], lights=(Light("b2.3", "nobody", 25.0),))),
    (That.BACK_WITHIN, replace(BACK, troubles=(Trouble("cable t1", 1.0),))),
    (That.BACK_WITHIN, replace(BACK, rings=(Ring("1001", TEXT, 19.0),))),
    (That.ONE_CALL, replace(HAMMERED, books=Books(DOUBLED, (CLOSED, TWICE)))),
    (That.FEW_RINGS, replace(HAMMERED, rings=(Ring("1", TEXT, 11.0), Ring("2", TEXT, 11.0)))),
    (That.OUTCOME, replace(SIMPLE, books=Books(calls=(replace(CLOSED, outcome="unanswered"),)))),
    (That.CLOSED, replace(SIMPLE, books=Books(calls=(CLOSED, Call(2, "triggered", None))))),
    (That.NOT_READY, replace(BACK, looks=(Look(40.0, False, frozenset({"dead"})),))),
    (That.READY, replace(BACK, looks=(Look(200.0, False, frozenset({"dead"})),))),
    (That.COUNTED, replace(GOOD[That.COUNTED], books=Books())),
    (That.COUNTED, replace(GOOD[That.COUNTED], rings=(Ring("1001", "ENTRANCE WAY OUT CALL", 4.0),))),
    (That.LETTERS_STUCK, replace(SIMPLE, books=Books(calls=(replace(CLOSED, letters=("sent",)),)))),
]


def expect(that: That) -> Expect:
    return Expect(that=that, **FIGURES.get(that, {}))


def test_every_kind_has_a_check_and_an_ending_that_meets_it() -> None:
    assert set(CHECKS) == set(That) == set(GOOD)


@pytest.mark.parametrize("that", That)
def test_an_ending_that_is_as_expected(that: That) -> None:
    assert judge(expect(that), GOOD[that]).ok


@pytest.mark.parametrize(("that", "ending"), BAD)
def test_an_ending_that_is_not(that: That, ending: Ending) -> None:
    assert not judge(expect(that), ending).ok


@pytest.mark.parametrize("that", That)
def test_a_day_on_which_nothing_happened_proves_nothing(that: That) -> None:
    assert not judge(expect(that), Ending()).ok


def test_a_press_that_joins_a_call_needs_no_wrist_of_its_own() -> None:
    ending = replace(
        SIMPLE,
        pushes=(Push(MILK, 10.0), Push(MILK, 40.0)),
        books=Books((*SIMPLE.books.presses, Press("b2.3", 40.1, "merged", call=1)), (CLOSED,)),
    )
    assert judge(expect(That.ANSWERED), ending).ok


def test_a_place_is_known_by_its_label_or_by_what_a_short_display_leaves() -> None:
    assert MILK.named_in("DAIRY MILK FRIDGE CALL")
    assert MILK.named_in("DAIRY CALL")
    assert not MILK.named_in("WINE WINE SHELF CALL")
    tills = spots_of([("b4.2", "Tills 1-4", "Checkout", "red"), ("b4.3", "Tills 5-8", "Checkout", "red")])
    assert [one.named_in("CHECKOUT TILLS 5-8 CALL") for one in tills] == [False, True]
    assert [one.named_in("CHECKOUT CALL") for one in tills] == [True, True]
