"""The life of a page: what a result changes, when an order is repeated, when waiting ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from broker_config.messages import PageResult, PageState
from server.rules.facts import Incident, Page
from server.rules.incidents import State

ASK_AGAIN = timedelta(seconds=2)
GRACE = timedelta(seconds=10)
"""How long after its deadline a gateway may still say what became of a page."""

RANK = {
    PageState.QUEUED: 0,
    PageState.ORDERED: 1,
    PageState.HELD: 2,
    PageState.TRANSMITTING: 3,
}
PROOFS = ("none", "accepted", "on_air", "pager")
"""The weakest first."""
NO_ANSWER = "no_answer"
"""Error code of a page that was given up on."""
TAKEN = "taken"
"""Tells those who were called that somebody goes."""
UNDONE = "undone"
"""Tells those who were called that the press was taken back."""
TELLS = frozenset({TAKEN, UNDONE})
"""Reasons of pages that call nobody."""
_ALSO_WHILE_ACKNOWLEDGED = frozenset({"joined", "help", TAKEN})
_ALSO_WHILE_ATTENDED = frozenset({"help", TAKEN})


class Wish(StrEnum):
    """What the server wants of a gateway for a page without a final state."""

    ORDER = "order"
    CANCEL = "cancel"


def apply_result(page: Page, result: PageResult, now: datetime) -> Page:
    """The page after a result; the same object when the result is old, of another attempt or a step back.

    A final state never goes back; `confirmed` beats all. A better proof of the same state may come late."""
    if result.attempt != page.attempt or result.seq <= page.result_seq:
        return page
    if page.state.is_final and result.state is not PageState.CONFIRMED:
        return _better_proven(page, result)
    if not result.state.is_final and RANK[result.state] < RANK[page.state]:
        return page
    return replace(
        page,
        state=result.state,
        result_seq=result.seq,
        proof=result.proof.value
        if result.state in (PageState.TRANSMITTED, PageState.CONFIRMED)
        else page.proof,
        transmitter=result.transmitter or page.transmitter,
        held_at=page.held_at or now,
        final_at=(page.final_at if reached(page) else now) if result.state.is_final else None,
        tx_ms=result.tx_ms if result.tx_ms is not None else page.tx_ms,
        error_code=result.error.code if result.error else page.error_code,
        error_text=result.error.text if result.error else page.error_text,
    )


def _better_proven(page: Page, result: PageResult) -> Page:
    """What was transmitted is proven to have come further; the first word of it keeps its moment."""
    same = page.state is result.state is PageState.TRANSMITTED
    if not same or PROOFS.index(result.proof.value) <= PROOFS.index(page.proof):
        return page
    return replace(page, proof=result.proof.value, result_seq=result.seq)


def wish(page: Page, incident: Incident | None) -> Wish:
    """Order it, or take it back because nobody needs to be called any more."""
    if incident is None:
        return Wish.CANCEL
    if incident.state is State.CLOSED:
        return Wish.ORDER if page.reason == UNDONE else Wish.CANCEL
    if incident.state is State.ATTENDED:
        wanted = page.reason in _ALSO_WHILE_ATTENDED
    elif incident.state is State.ACKNOWLEDGED:
        wanted = page.reason in _ALSO_WHILE_ACKNOWLEDGED
    else:
        wanted = page.reason != TAKEN and not was_passed(page, incident)
    return Wish.ORDER if wanted else Wish.CANCEL


def was_passed(page: Page, incident: Incident) -> bool:
    """Everybody whom it rings had passed the call on by then."""
    if page.created_at >= incident.triggered_at:
        return False
    return all(carrier in incident.passed_ids for _, carrier in page.rings)


def ends_at(page: Page, heard_since: datetime | None = None) -> datetime:
    """From here on no gateway is asked any more; the page gets the state that is then known of it. Nothing was heard
    before `heard_since`: what the gateway said meanwhile may lie in the broker."""
    return max(page.deadline_at, heard_since or page.deadline_at) + GRACE


def end_of_waiting(page: Page, now: datetime) -> Page:
    """The final state of a page whose gateway never said one: `expired` if none ever held it, else `unknown`."""
    doubtful = (PageState.HELD, PageState.TRANSMITTING, PageState.UNKNOWN)
    elsewhere = any(one.held and PageState(one.state) in doubtful for one in page.others)
    state = PageState.UNKNOWN if page.held_at is not None or elsewhere else PageState.EXPIRED
    return replace(
        page,
        state=state,
        final_at=now,
        error_code=NO_ANSWER,
        error_text="The gateway never said what became of it.",
    )


def reached(page: Page) -> bool:
    """Whether a transmitter proved something for it."""
    return page.state in (PageState.TRANSMITTED, PageState.CONFIRMED)


def of_this_round(pages: Iterable[Page], incident: Incident) -> list[Page]:
    """Those that were called, or were still to ring, since it is nobody's (again)."""
    return [page for page in pages if page.final_at is None or page.final_at >= incident.triggered_at]


def any_hope(pages: Iterable[Page], may_come: Callable[[Page], bool] = lambda page: True) -> bool:
    """Whether somebody felt one of these calls, or may still. `may_come` says of what waits whether it can go out."""
    return any(
        page.reason != TAKEN and (reached(page) or (not page.state.is_final and may_come(page)))
        for page in pages
    )
