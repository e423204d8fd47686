"""A page on several gateways: what each was asked and has said, and which attempt counts.

The page's own columns are those of the attempt that counts; the others are kept beside it. The one that reached
something counts before the newest, and the newest before those that were asked back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from broker_config.messages import PageResult, PageState
from server.rules.facts import Attempt, Page, Way
from server.rules.pages import PROOFS, RANK, apply_result, reached

MOST = 6
"""Attempts of one page: two gateways that both keep silent are not asked in turn for ever."""
SPENT = frozenset({PageState.FAILED, PageState.EXPIRED, PageState.UNKNOWN})
"""A gateway that said one of these of a page is not asked for it again."""
_CERTAINLY_NOT = frozenset({PageState.FAILED, PageState.EXPIRED, PageState.CANCELLED})
_REACHED = frozenset({PageState.TRANSMITTED.value, PageState.CONFIRMED.value})

Able = Callable[[Way], bool]
"""Whether a page can go out that way, as far as anybody knows."""


def ways_of(page: Page) -> tuple[Way, ...]:
    return page.ways or ((page.gateway, page.transmitter),)


def routes_of(page: Page) -> tuple[str, ...]:
    """The transmitters of the gateway that is asked, the preferred one first."""
    return tuple(name for gateway, name in ways_of(page) if gateway == page.gateway) or (page.transmitter,)


def left(page: Page) -> tuple[Way, ...]:
    """The ways on which it may still go out."""
    spent = {one.gateway for one in page.others if PageState(one.state) in SPENT}
    if page.state.is_final:
        spent.add(page.gateway)
    return tuple(way for way in ways_of(page) if way[0] not in spent)


def heard(page: Page, gateway: str, result: PageResult, now: datetime) -> Page | None:
    """The page after a result; the same object when it says nothing new, None when nobody asked that gateway.

    Results count per gateway and attempt by `seq`; the page's state is the best of its attempts."""
    if (gateway, result.attempt) == (page.gateway, page.attempt):
        new = apply_result(page, result, now)
        doubted = any(one.state == PageState.UNKNOWN for one in page.others)
        if doubted and new.state in SPENT:  # it may have rung elsewhere: nothing less is said
            return replace(new, state=PageState.UNKNOWN)
        return new
    mine = [one for one in page.others if one.gateway == gateway]
    for one in mine:
        if one.number == result.attempt:
            return _other_heard(page, one, result, now)
    return page if mine or gateway == page.gateway else None


def may_have_rung_elsewhere(page: Page) -> bool:
    return any(PageState(one.state) not in _CERTAINLY_NOT for one in page.others)


def began(page: Page) -> datetime:
    """When the gateway that counts was first asked."""
    return page.attempt_at or page.ordered_at or page.created_at


def moved(page: Page, gateway: str, now: datetime, *, sendable: bool) -> Page:
    """The same page as a new attempt of that gateway."""
    numbers = [page.attempt, *(one.number for one in page.others)]
    return replace(
        page,
        gateway=gateway,
        transmitter=next(name for place, name in page.ways if place == gateway),
        attempt=max(numbers) + 1,
        attempt_at=now,
        state=PageState.ORDERED if sendable else PageState.QUEUED,
        proof="none",
        result_seq=0,
        held_at=None,
        final_at=None,
        tx_ms=None,
        error_code=None,
        error_text=None,
        others=(*page.others, _as_attempt(page)),
        moves=len(page.others) + 1,
    )


def given_up(page: Page) -> Page:
    """Nobody waits any more for what was asked back: it may have rung or not."""
    if not page.open_elsewhere:
        return page
    others = tuple(
        one if one.is_final else one._replace(state=PageState.UNKNOWN.value) for one in page.others
    )
    return replace(page, others=others)


def _other_heard(page: Page, one: Attempt, result: PageResult, now: datetime) -> Page:
    changed = _after(one, result)
    if changed is one:
        return page
    at = page.others.index(one)
    if changed.state not in _REACHED or (reached(page) and not _better(changed, page)):
        return replace(page, others=(*page.others[:at], changed, *page.others[at + 1 :]))
    # this one counts from now on, and what was asked for meanwhile is asked back
    return replace(
        page,
        gateway=changed.gateway,
        transmitter=changed.transmitter,
        attempt=changed.number,
        state=PageState(changed.state),
        proof=changed.proof,
        result_seq=changed.seq,
        held_at=page.held_at or now,
        final_at=page.final_at if reached(page) else now,
        tx_ms=result.tx_ms if result.tx_ms is not None else page.tx_ms,
        error_code=None,
        error_text=None,
        others=(*page.others[:at], *page.others[at + 1 :], _as_attempt(page)),
        body=page.body if changed.body is None else changed.body,
    )


def _after(one: Attempt, result: PageResult) -> Attempt:
    """A final state never goes back; `confirmed` beats all, and so does a better proof of the same."""
    if result.seq <= one.seq:
        return one
    new = one._replace(
        state=result.state.value,
        proof=result.proof.value if result.state.value in _REACHED else one.proof,
        seq=result.seq,
        transmitter=result.transmitter or one.transmitter,
        held=True if result.state is not PageState.CANCELLED else one.held,
        error=result.error.code if result.error else one.error,
    )
    if one.is_final:
        confirmed = result.state is PageState.CONFIRMED and one.state != PageState.CONFIRMED
        proven = one.state == result.state and PROOFS.index(new.proof) > PROOFS.index(one.proof)
        return new if confirmed or proven else one
    if not result.state.is_final and RANK[result.state] < RANK.get(PageState(one.state), 0):
        return one
    return new


def _better(one: Attempt, page: Page) -> bool:
    def rank(state: str, proof: str) -> tuple[bool, int]:
        return state == PageState.CONFIRMED, PROOFS.index(proof)

    return rank(one.state, one.proof) > rank(page.state, page.proof)


def _as_attempt(page: Page) -> Attempt:
    return Attempt(
        page.attempt,
        page.gateway,
        page.transmitter,
        page.state.value,
        page.proof,
        page.result_seq,
        page.held_at is not None,
        page.error_code,
        page.body,
    )
