"""Presses, incidents, pages one by one: what cannot be so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from broker_config.messages import PageState, PressKind, Purpose
from server.rules.account.facts import Incident, Letter, Page, Press, Report
from server.rules.account.kinds import Gap, GapKind
from server.rules.escalation import GIVE_UP
from server.rules.incidents import Outcome, State
from server.rules.pages import GRACE, TELLS
from server.rules.stand_in import REASON as STAND_IN

SETTLES = timedelta(minutes=2)
"""What should have happened so short a time ago may be happening right now."""
DAY = timedelta(days=1)
"""A unit that was switched off over night brings its presses the next day."""
ROUNDED = timedelta(seconds=2)
"""Ends of life are counted in whole seconds on their way."""
ARRIVED = frozenset({"stored", "merged", "late", "undone"})
CALLING = (PressKind.PRESS, PressKind.QUIET)
RANG = frozenset({PageState.TRANSMITTED.value, PageState.CONFIRMED.value})
FINAL = frozenset(state.value for state in PageState if state.is_final)


def of_press(one: Press, now: datetime) -> Iterator[Gap]:
    def gap(kind: GapKind, detail: str = "") -> Gap:
        return Gap(kind, one.device, f"press {one.seq}", one.at, detail)

    if one.state not in ARRIVED:
        yield gap(GapKind.STRANGE_PRESS, one.state)
    if one.incident is not None and not one.incident_here:
        yield gap(GapKind.INCIDENT_GONE)
    if one.kind == PressKind.UNDO:
        if one.ref_state is None and now - one.at > DAY:
            yield gap(GapKind.UNDO_OF_NOTHING)
        elif one.ref_state not in (None, "undone"):
            yield gap(GapKind.UNDO_IGNORED)
    if one.state == "undone" and not one.taken_back:
        yield gap(GapKind.UNDONE_BY_NOBODY)
    elif one.state == "merged" and one.incident is None:
        yield gap(GapKind.MERGED_INTO_NOTHING)
    elif one.state == "late" and one.pages and not one.stood_in:
        yield gap(GapKind.STALE, f"{one.pages} pages for a press that came too late")
    elif (
        one.state == "stored"
        and one.kind in CALLING
        and one.purpose != Purpose.CANARY
        and (one.calls or one.kind == PressKind.QUIET)
        and one.incident is None
        and not one.closed_hours
    ):
        yield gap(GapKind.UNCALLED)


def of_incident(one: Incident, now: datetime) -> Iterator[Gap]:
    def gap(kind: GapKind, detail: str = "") -> Gap:
        return Gap(kind, one.device, f"call {one.number}", one.opened_at, detail)

    closed = one.state == State.CLOSED
    if closed and (one.outcome is None or one.closed_at is None):
        yield gap(GapKind.NO_OUTCOME)
    if _contradicts(one):
        yield gap(GapKind.CONTRADICTS, one.state)
    if not closed and (one.due_at is None or one.due_at < now - SETTLES):
        words = "nothing" if one.due_at is None else f"something at {one.due_at:%Y-%m-%d %H:%M:%S} UTC"
        yield gap(GapKind.ASLEEP, f"it waits for {words}")
    if _not_told(one, now):
        yield gap(GapKind.NOT_TOLD, f"{one.pages} pages, none of them rang")
    if not one.press_here and not one.press_told:
        yield gap(GapKind.PRESS_GONE)
    if one.joined is not None and one.joined != one.presses:
        yield gap(GapKind.PRESSES_DIFFER, f"it counts {one.presses}, there are {one.joined}")
    if one.called_at is not None and not one.rang:
        yield gap(GapKind.CALLED_UNTRUE)
    if one.undone and one.state in (State.TRIGGERED, State.ACKNOWLEDGED) and not one.stood_in:
        yield gap(GapKind.UNDONE_OPEN)


def _contradicts(one: Incident) -> bool:
    match one.state:
        case State.CLOSED:
            return False
        case State.TRIGGERED:
            wrong = False
        case State.ACKNOWLEDGED:
            wrong = one.acknowledged_at is None
        case State.ATTENDED:
            wrong = one.attended_at is None
        case _:
            wrong = True
    return wrong or one.outcome is not None or one.closed_at is not None


def _not_told(one: Incident, now: datetime) -> bool:
    """Nobody felt a page, nobody came by himself, and neither board nor light said that nobody could be called."""
    touched = one.acknowledged_at is not None or one.attended_at is not None
    if one.rang or touched or one.nobody_at is not None or one.stood_in:
        return False
    if one.state == State.CLOSED:
        return one.outcome == Outcome.UNANSWERED
    first_waits = not one.pages and one.step == 0 and one.due_at is not None and one.due_at >= now - SETTLES
    return (
        one.state == State.TRIGGERED
        and not one.waiting
        and not first_waits
        and now - one.triggered_at > SETTLES
    )


def of_page(one: Page, now: datetime) -> Iterator[Gap]:
    def gap(kind: GapKind, detail: str = "") -> Gap:
        words = f"by {one.transmitter}, {one.state}" + (f": {detail}" if detail else "")
        return Gap(kind, one.gateway, f"page {one.id} of call {one.call}", one.created_at, words)

    final = one.state in FINAL
    if one.state not in set(PageState) or final is not (one.final_at is not None):
        yield gap(GapKind.PAGE_CONTRADICTS)
    elif not final and now > one.deadline_at + GRACE + SETTLES:
        yield gap(GapKind.NO_FINAL_STATE, f"its time was over at {one.deadline_at:%Y-%m-%d %H:%M:%S} UTC")
    if too_old(one):
        yield gap(GapKind.STALE, f"its time was over at {one.deadline_at:%Y-%m-%d %H:%M:%S} UTC")
    if one.owed:
        yield gap(GapKind.NOT_REPEATED)


def too_old(one: Page) -> bool:
    """Whether it rang after its time was over: it was ordered so, or the gateway says how long it kept it. It may have
    kept it since before the order, as a page of its own while it stood in; never beyond the moment it told of it."""
    if one.state not in RANG or one.ordered_at is None or one.reason == STAND_IN:
        return False
    begun = one.ordered_at + timedelta(milliseconds=one.tx_ms or 0)
    if one.final_at is not None:
        begun = min(begun, max(one.ordered_at, one.final_at))
    return begun > one.deadline_at + (ROUNDED if one.tx_ms is not None else GRACE)


@dataclass(frozen=True, slots=True)
class Unsure:
    """A page of which nobody knows whether it rang, and its call."""

    reason: str
    final_at: datetime | None
    triggered_at: datetime
    answered_at: datetime | None
    """When its call was first anybody's, or over."""
    again: bool
    """Its pager was called once more after it."""
    begun_anew: bool
    """Its call was somebody's and then nobody's again: nobody can tell how it was at that time."""
    spared: bool
    """Its wearer passed the call on, or the pager is not used any more."""


def owes_a_repeat(one: Unsure, now: datetime) -> bool:
    """What may or may not have been on the air is sent again at once while its call is nobody's."""
    if one.final_at is None or one.again or one.begun_anew or one.spared:
        return False
    if one.reason in TELLS or one.reason == STAND_IN or now - one.final_at <= SETTLES:
        return False
    answered = one.answered_at is not None and one.answered_at <= one.final_at
    return not answered and one.final_at - one.triggered_at < GIVE_UP


def of_report(one: Report, now: datetime) -> Iterator[Gap]:
    what = f"report {one.id}"
    if not one.incident:
        yield Gap(GapKind.REPORT_OF_NOTHING, one.gateway, what, one.at)
    elif not one.press_here and now - one.at > DAY:
        yield Gap(GapKind.PRESS_NEVER_CAME, one.gateway, what, one.at)


def of_letter(one: Letter, now: datetime) -> Iterator[Gap]:
    if now - one.created_at > timedelta(hours=1):
        yield Gap(GapKind.LETTER_STUCK, "", f"{one.kind} about call {one.call}", one.created_at)
