"""Decisions about pages that need no gateway: what a failure means, which page may live again, what a row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from broker_config.messages import PageResult, PageState, Proof, ResultError
from pager_gateway.entry import Entry
from pager_gateway.ledger import Row
from pager_gateway.standby import Lane
from pager_gateway.transmitter import SubmitResult

MOST_TRIES = 3
"""On one transmitter, when each failure says that another try could help."""
REST_S = 2.0
"""Between two tries on a transmitter that works but said "not now"."""

NO_ROUTE = ResultError(code="no-route", text="this gateway has none of these transmitters", retry=False)
RESTARTED = ResultError(
    code="restart", text="the gateway stopped while this page was with the transmitter", retry=False
)
_AGAIN = frozenset({PageState.CANCELLED, PageState.FAILED, PageState.EXPIRED})
_PROOFS = (Proof.NONE, Proof.ACCEPTED, Proof.ON_AIR, Proof.PAGER)


def after_failure(entry: Entry, result: SubmitResult, lanes: Mapping[str, Lane], now: float) -> float | None:
    """Seconds to rest before the next try, or None: it is over. Changes the entry's routes: a transmitter that
    cannot help leaves them, one that failed for now goes behind the others. A page in doubt goes to another
    transmitter or ends as unknown: the driver has repeated it as often as its bound allows."""
    here = entry.transmitter
    retry = result.state is PageState.FAILED and result.error is not None and result.error.retry
    others = tuple(way for way in entry.routes if way.transmitter != here)
    same = tuple(way for way in entry.routes if way.transmitter == here)
    if not retry or entry.tries.count(here or "") >= MOST_TRIES:
        same = ()
    entry.routes = others + same
    if not entry.routes or entry.expires_at <= now:
        return None
    if not same or any(lanes[way.transmitter].health.state == "ready" for way in others):
        return 0.0
    return REST_S


def may_live_again(known: Row, attempt: int) -> bool:
    """A later attempt of a page that was certainly not transmitted here; anything else only gets its answer."""
    return attempt > known.attempt and known.state in _AGAIN


def improves(known: Row, result: SubmitResult) -> bool:
    """Whether a word that came after the final result says more than that did."""
    if result.state is PageState.CONFIRMED:
        return known.state is not PageState.CONFIRMED
    if result.state is not PageState.TRANSMITTED or known.state is not PageState.TRANSMITTED:
        return False
    said = f'"proof":"{result.proof.value}"'.encode()
    return result.proof is not Proof.NONE and known.result is not None and said not in known.result


def row(entry: Entry, boot: str, wall: float) -> Row:
    return Row(
        entry.page,
        entry.attempt,
        entry.state,
        entry.doubted,
        entry.arrived_at,
        entry.expires_at,
        boot,
        wall,
        entry.seq,
        entry.payload,
        entry.result,
    )


def renamed(known: Row, attempt: int, seq: int, payload: bytes, state: PageState | None = None) -> Row:
    """The row of a page that is over, with a newer result."""
    return replace(known, attempt=attempt, seq=seq, result=payload, state=state or known.state)


def said(known: Row) -> tuple[Proof, ResultError | None]:
    """Proof and error of the last result of a page."""
    if known.result is None:
        return Proof.NONE, None
    last = PageResult.model_validate_json(known.result)
    return last.proof, last.error


def sent_by(known: Row) -> str | None:
    """The transmitter that its last result names."""
    return None if known.result is None else PageResult.model_validate_json(known.result).transmitter


def tombstone(page: UUID, seq: int, payload: bytes, now: float, boot: str, wall: float) -> Row:
    """A cancel that came before its order."""
    return Row(page, 1, PageState.CANCELLED, False, now, now, boot, wall, seq, None, payload)
