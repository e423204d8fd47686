"""The account: totals always add up, and what cannot be explained is a gap with a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules import gaps
from server.rules.account import (
    Double,
    Facts,
    Gap,
    GapKind,
    Hole,
    Incident,
    IncidentTally,
    Letter,
    Page,
    PageTally,
    Press,
    PressTally,
    RefusedPresses,
    Report,
    Truth,
    Unit,
    UnitTrouble,
    draw_up,
)
from server.rules.account.kinds import WORDS

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AGO = NOW - timedelta(hours=2)


def ago(minutes: float) -> datetime:
    return NOW - minutes * MINUTE


def kinds(facts: Facts, truth: Truth | None = None) -> list[str]:
    account = draw_up(facts, truth)
    assert account.totals.adds_up
    return [gap.kind.value for gap in account.gaps]


def unit(**more: object) -> Unit:
    return replace(Unit("b1", told_at=ago(0.5), online=True), **more)  # type: ignore[arg-type]


def stored(count: int, **more: object) -> PressTally:
    return replace(PressTally("b1", "press", "call", "stored", count), **more)  # type: ignore[arg-type]


def test_an_empty_shop_is_explained() -> None:
    account = draw_up(Facts(NOW))
    assert account.explained
    assert account.totals.adds_up


def test_every_kind_says_what_it_means_and_what_to_do() -> None:
    assert WORDS.keys() == set(GapKind)
    gap = Gap(GapKind.LOST, "b1", "press 5", None)
    assert gap.meaning
    assert gap.advice


# -- numbers


def test_a_number_that_the_server_knows_to_be_missing_is_lost() -> None:
    facts = Facts(
        NOW,
        units=(unit(highest=9, known=9, told=9, missing=((4, 5),), holes=(Hole(4, 5, ago(60), ago(59)),)),),
        press_tallies=(stored(7),),
    )
    account = draw_up(facts)
    assert [(gap.kind, gap.what, gap.count) for gap in account.gaps] == [(GapKind.LOST, "press 4-5", 2)]
    assert (account.totals.made, account.totals.lost) == (9, 2)


def test_a_number_that_came_and_has_no_row_is_lost_unless_it_was_refused() -> None:
    one = unit(highest=9, known=9, told=9, holes=(Hole(4, 5, ago(60), ago(59)),))
    facts = Facts(NOW, units=(one,), press_tallies=(stored(7),))
    assert kinds(facts) == ["lost"]
    both = replace(facts, refused=(RefusedPresses("b1", ago(60), ago(58), 2),))
    assert kinds(both) == []
    assert draw_up(both).totals.refused == 2
    half = replace(facts, refused=(RefusedPresses("b1", ago(60), ago(58), 1),))
    totals = draw_up(half).totals
    assert (totals.refused, totals.lost) == (1, 1)
    assert draw_up(half).gaps[0].count == 1
    before = replace(facts, refused=(RefusedPresses("b1", ago(90), ago(80), 2),))
    assert kinds(before) == ["lost"]
    other = replace(facts, refused=(RefusedPresses("b2", ago(60), ago(58), 2),))
    assert kinds(other) == ["lost"]


def test_one_refused_message_explains_one_number() -> None:
    holes = (Hole(4, 4, ago(60), ago(59)), Hole(7, 7, ago(50), ago(49)))
    one = unit(highest=9, known=9, told=9, holes=holes)
    facts = Facts(
        NOW, units=(one,), press_tallies=(stored(7),), refused=(RefusedPresses("b1", ago(60), ago(40), 1),)
    )
    assert [gap.what for gap in draw_up(facts).gaps] == ["press 7"]


def test_what_waits_in_a_unit_that_was_just_heard_is_no_gap() -> None:
    one = unit(highest=6, highest_at=ago(1), known=6, told=9, spool=3)
    facts = Facts(NOW, units=(one,), press_tallies=(stored(6),))
    assert kinds(facts) == []
    assert draw_up(facts).totals.waiting == 3


@pytest.mark.parametrize(("online", "kind"), [(True, "stuck"), (False, "away")])
def test_what_waits_for_long_is_a_gap(online: bool, kind: str) -> None:
    one = unit(highest=6, highest_at=ago(30), known=6, told=9, spool=3, told_at=ago(25), online=online)
    facts = Facts(NOW, units=(one,), press_tallies=(stored(6),))
    assert kinds(facts) == [kind]
    assert draw_up(facts).gaps[0].count == 3


def test_a_hole_that_the_unit_has_not_spoken_of_yet_is_on_its_way() -> None:
    """The freshest came first."""
    one = unit(highest=9, known=5, above=((9, 9),), told=9, spool=3, holes=(Hole(6, 8, ago(2), ago(0)),))
    facts = Facts(NOW, units=(one,), press_tallies=(stored(6),))
    assert kinds(facts) == []
    assert draw_up(facts).totals.waiting == 3


def test_a_unit_of_which_nobody_knows_a_number() -> None:
    facts = Facts(NOW, units=(unit(spool=4), replace(unit(), device="b2")))
    assert draw_up(facts).totals.waiting == 4


def test_a_number_that_two_presses_have() -> None:
    facts = Facts(NOW, units=(unit(highest=5, known=5, twice=2),), press_tallies=(stored(7),))
    assert kinds(facts) == ["counted_again"]


def test_what_a_unit_says_of_its_own_loss() -> None:
    told = (
        UnitTrouble("b1", "presses_lost", ago(9), 4, "memory was full"),
        UnitTrouble("b2", "counter_back", ago(8), 1, "from 90 to 3"),
    )
    assert kinds(Facts(NOW, troubles=told)) == ["unit_lost", "counted_again"]


Fate = st.sampled_from(["row", "refused", "waiting", "missing", "vanished"])


@given(st.lists(Fate, max_size=40), st.integers(1, 3))
def test_whatever_becomes_of_numbers_they_add_up(fates: list[str], before: int) -> None:
    """The number `before` them has a row. `waiting` ones are what the unit made last. The server's own counter is fed
    as the engine feeds it."""
    counter = gaps.told(gaps.Counter(), before, 0, "r1")
    last = max((n for n, fate in enumerate(fates) if fate != "waiting"), default=-1)
    rows, refused, waiting, lost = [], 0, 0, 0
    for number, fate in enumerate(fates):
        seq = before + number + 1
        if fate == "waiting" and number < last:
            fate = "missing"
        if fate in ("row", "refused", "vanished"):
            counter = gaps.came(counter, seq, "r1")
        rows += [seq] if fate == "row" else []
        refused += fate == "refused"
        waiting += fate == "waiting"
        lost += fate in ("missing", "vanished")
    top = before + len(fates)
    counter = gaps.told(counter, top - waiting, 0, "r1")
    counter = gaps.told(counter, top, waiting, "r1")
    known = [(before, before), *((seq, seq) for seq in rows)]
    holes, at = [], before
    for first, end in gaps.join(known):
        if first > at + 1:
            holes.append(Hole(at + 1, first - 1))
        at = end
    one = unit(
        highest=at,
        highest_at=ago(1),
        holes=tuple(holes),
        told=top,
        spool=waiting,
        known=counter.known,
        missing=counter.missing,
        above=counter.above,
    )
    facts = Facts(
        NOW,
        units=(one,),
        press_tallies=(stored(len(rows)),),
        refused=(RefusedPresses("b1", ago(5), ago(1), refused),),
    )
    account = draw_up(facts)
    assert account.totals.adds_up
    assert account.totals.made == len(fates)
    assert account.totals.waiting == waiting
    assert (account.totals.refused, account.totals.lost) == (refused, lost)
    assert {gap.kind for gap in account.gaps} == ({GapKind.LOST} if lost else set())
    assert sum(gap.count for gap in account.gaps) == lost


# -- from outside


def test_pushes_of_hands_against_what_is_accounted_for() -> None:
    facts = Facts(
        NOW,
        units=(unit(highest=8, known=8),),
        press_tallies=(stored(5), stored(1, kind="undo"), stored(2, purpose="canary")),
    )
    assert kinds(facts, Truth(pushes={"b1": 6})) == []
    assert kinds(facts, Truth(pushes={"b1": 5}, perhaps={"b1": 3})) == []
    assert kinds(facts, Truth(pushes={"b1": 8})) == ["pushed_and_lost"]
    assert draw_up(facts, Truth(pushes={"b1": 8})).totals.lost == 2
    assert kinds(facts, Truth(pushes={"b1": 4})) == ["never_pushed"]
    assert kinds(facts, Truth(pushes={"b1": 6, "b2": 1})) == ["pushed_and_lost"]


def test_what_pagers_heard_against_what_pages_say() -> None:
    facts = Facts(NOW, addressed={"1001": (3, 1), "1002": (2, 0)})
    assert kinds(facts, Truth(rang={"1001": 4, "1002": 2})) == []
    assert kinds(facts, Truth(rang={"1001": 3, "1002": 1})) == ["never_rang"]
    assert kinds(facts, Truth(rang={"1001": 6, "1002": 2, "1003": 1})) == ["rang_untold", "rang_untold"]
    assert draw_up(facts, Truth(rang={"1001": 6, "1002": 2})).totals.doubled == 2


# -- presses

PRESS = Press(UUID(int=1), "b1", 5, AGO, "press", "call", "stored", calls=True, incident=UUID(int=9))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"incident": None}, "uncalled"),
        ({"incident": None, "calls": False}, None),
        ({"incident": None, "calls": False, "kind": "quiet"}, "uncalled"),
        ({"incident": None, "closed_hours": True}, None),
        ({"incident": None, "purpose": "canary"}, None),
        ({"incident": None, "kind": "arrive"}, None),
        ({"incident_here": False}, "incident_gone"),
        ({"state": "merged", "incident": None}, "merged_into_nothing"),
        ({"state": "late", "incident": None}, None),
        ({"state": "late", "pages": 2}, "stale"),
        ({"state": "late", "pages": 2, "stood_in": True}, None),
        ({"state": "undone", "taken_back": True}, None),
        ({"state": "undone"}, "undone_by_nobody"),
        ({"state": "odd"}, "strange_press"),
        ({"kind": "undo", "ref": UUID(int=2), "ref_state": "undone"}, None),
        ({"kind": "undo", "ref": UUID(int=2), "ref_state": "stored"}, "undo_ignored"),
        ({"kind": "undo", "ref": UUID(int=2)}, None),
        ({"kind": "undo", "ref": UUID(int=2), "at": ago(3_000)}, "undo_of_nothing"),
    ],
)
def test_a_press(changes: dict[str, object], kind: str | None) -> None:
    facts = Facts(NOW, presses=(replace(PRESS, **changes),))  # type: ignore[arg-type]
    assert kinds(facts) == ([] if kind is None else [kind])


# -- incidents

INCIDENT = Incident(
    number=42,
    device="b1",
    opened_at=AGO,
    triggered_at=AGO,
    purpose="call",
    state="closed",
    outcome="recovered",
    step=1,
    presses=1,
    due_at=None,
    closed_at=ago(100),
    acknowledged_at=ago(118),
    attended_at=ago(117),
    nobody_at=None,
    called_at=ago(119),
    stood_in=False,
    press_here=True,
    press_told=False,
    joined=1,
    undone=False,
    pages=1,
    waiting=0,
    rang=1,
)
OPEN: dict[str, object] = {
    "state": "triggered",
    "outcome": None,
    "closed_at": None,
    "acknowledged_at": None,
    "attended_at": None,
    "due_at": NOW + MINUTE,
}
SILENT: dict[str, object] = {"rang": 0, "called_at": None}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"outcome": None}, "no_outcome"),
        ({"closed_at": None}, "no_outcome"),
        (OPEN, None),
        ({**OPEN, "outcome": "recovered"}, "contradicts"),
        ({**OPEN, "state": "acknowledged"}, "contradicts"),
        ({**OPEN, "state": "attended"}, "contradicts"),
        ({**OPEN, "state": "odd"}, "contradicts"),
        ({**OPEN, "state": "acknowledged", "acknowledged_at": ago(1)}, None),
        ({**OPEN, "due_at": None}, "asleep"),
        ({**OPEN, "due_at": ago(1)}, None),
        ({**OPEN, "due_at": ago(10)}, "asleep"),
        ({**OPEN, **SILENT}, "not_told"),
        ({**OPEN, **SILENT, "triggered_at": ago(1)}, None),
        ({**OPEN, **SILENT, "waiting": 1}, None),
        ({**OPEN, **SILENT, "nobody_at": ago(1)}, None),
        ({**OPEN, **SILENT, "stood_in": True}, None),
        ({**OPEN, **SILENT, "pages": 0, "step": 0}, None),
        ({**OPEN, **SILENT, "pages": 0, "step": 1}, "not_told"),
        (
            {**SILENT, "outcome": "unanswered", "acknowledged_at": None, "attended_at": None},
            "not_told",
        ),
        ({"outcome": "unanswered", "acknowledged_at": None, "attended_at": None}, None),
        ({"press_here": False}, "press_gone"),
        ({"press_here": False, "press_told": True}, None),
        ({"presses": 3}, "presses_differ"),
        ({"presses": 3, "joined": None}, None),
        ({"rang": 0}, "called_untrue"),
        ({**OPEN, "undone": True}, "undone_open"),
        ({**OPEN, "undone": True, "state": "attended", "attended_at": AGO}, None),
    ],
)
def test_an_incident(changes: dict[str, object], kind: str | None) -> None:
    facts = Facts(NOW, incidents=(replace(INCIDENT, **changes),))  # type: ignore[arg-type]
    assert kinds(facts) == ([] if kind is None else [kind])


def test_a_hole_in_the_numbers_of_calls() -> None:
    facts = Facts(NOW, incident_holes=(Hole(7, 8, AGO),))
    (gap,) = draw_up(facts).gaps
    assert (gap.kind, gap.what, gap.count) == (GapKind.CALL_GONE, "call 7-8", 2)


# -- pages

PAGE = Page(
    UUID(int=3),
    42,
    "g1",
    "t1",
    "step",
    "transmitted",
    AGO,
    AGO + 2 * MINUTE,
    AGO,
    AGO + MINUTE,
    tx_ms=900,
)
UNFINISHED: dict[str, object] = {"state": "held", "final_at": None}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"final_at": None}, "page_contradicts"),
        ({"state": "odd"}, "page_contradicts"),
        (UNFINISHED, "no_final_state"),
        ({**UNFINISHED, "deadline_at": ago(1)}, None),
        ({**UNFINISHED, "final_at": AGO, "deadline_at": NOW}, "page_contradicts"),
        ({"tx_ms": 119_000}, None),
        ({"tx_ms": 125_000, "final_at": AGO + 3 * MINUTE}, "stale"),
        ({"tx_ms": 125_000}, None),  # it was kept since before the order, by a gateway that stood in
        ({"tx_ms": 125_000, "final_at": AGO + 3 * MINUTE, "reason": "stand_in"}, None),
        ({"tx_ms": None, "ordered_at": AGO + 3 * MINUTE}, "stale"),
        ({"state": "expired", "tx_ms": None, "ordered_at": AGO + 3 * MINUTE}, None),
        ({"state": "unknown", "owed": True}, "not_repeated"),
    ],
)
def test_a_page(changes: dict[str, object], kind: str | None) -> None:
    facts = Facts(NOW, pages=(replace(PAGE, **changes),))  # type: ignore[arg-type]
    assert kinds(facts) == ([] if kind is None else [kind])


def test_a_double_a_report_a_letter() -> None:
    facts = Facts(
        NOW,
        doubles=(Double(42, "g1", "t1", 1, 2, AGO),),
        reports=(
            Report(UUID(int=1), "g1", AGO, incident=False, press_here=True),
            Report(UUID(int=2), "g1", ago(3_000), incident=True, press_here=False),
            Report(UUID(int=3), "g1", AGO, incident=True, press_here=False),
        ),
        letters=(Letter(42, "mail", AGO), Letter(43, "mail", ago(1))),
    )
    assert sorted(kinds(facts)) == ["doubled", "letter_stuck", "press_never_came", "report_of_nothing"]
    assert draw_up(facts).totals.doubled == 1


def test_the_totals_of_incidents_and_pages() -> None:
    facts = Facts(
        NOW,
        incident_tallies=(
            IncidentTally("call", "closed", "unanswered", 2),
            IncidentTally("call", "triggered", None, 3),
        ),
        page_tallies=(
            PageTally("call", "step", "transmitted", 5),
            PageTally("call", "unknown", "transmitted", 1),
            PageTally("call", "step", "unknown", 1),
            PageTally("call", "taken", "transmitted", 4),
        ),
    )
    totals = draw_up(facts).totals
    assert (totals.incidents, totals.unanswered) == (5, 2)
    assert (totals.paged, totals.transmitted, totals.doubled) == (7, 6, 1)


def test_gaps_are_told_in_the_order_of_time() -> None:
    late, early = (replace(PRESS, at=at, state="odd", seq=seq) for at, seq in ((ago(1), 2), (ago(9), 1)))
    gone = UnitTrouble("b9", "presses_lost", ago(5), 1, "")
    facts = Facts(NOW, presses=(late, early), troubles=(gone,))
    assert [gap.what for gap in draw_up(facts).gaps] == ["press 1", "presses", "press 2"]
