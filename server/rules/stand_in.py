"""What a report of the stand-in means for pages, and until when its call still concerns anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from broker_config.messages import PageState
from broker_config.messages.fallback import ReportedPage
from server.rules.facts import Page, Policy
from server.rules.pages import NO_ANSWER, RANK

REASON = "stand_in"
WAIT = timedelta(seconds=3)
"""How long a keeper waits for the server's receipt, where a report does not say when it called."""

ONE_CALL = timedelta(seconds=60)
"""Presses of one button that are so near to each other are one call for a keeper (the plan's `merge_s`)."""

GIVEN_UP = frozenset({PageState.EXPIRED, PageState.FAILED, PageState.CANCELLED})
"""Certainly not on the air."""


def is_too_old(policy: Policy, opened_at: datetime, now: datetime) -> bool:
    """Whether a call of that moment, answered in time, would have been through its whole policy by now: then nobody
    rings for it any more."""
    steps = sum(step.after_s for step in policy.steps) + policy.repeats * policy.repeat_s
    return now - opened_at > timedelta(seconds=policy.ttl_s + steps)


def after_report(
    page: Page, said: ReportedPage, pressed_at: datetime, now: datetime, asked: datetime | None = None
) -> Page:
    """The page after a report; the same object when the report knows nothing newer. `asked`: when its gateway was last
    asked for it.

    A final state never goes back, but one that was only given up on does; `confirmed` beats all. What the stand-in
    gave up before it rang is not over once we have ordered it: the gateway transmits that order, and tells of it."""
    ordered = asked if page.reason == REASON else page.ordered_at
    ours = ordered is not None and ordered < page.deadline_at  # later none leaves
    if ours and not page.state.is_final and said.state in GIVEN_UP:
        return page
    given_up = page.error_code == NO_ANSWER
    if page.state.is_final and not given_up and said.state is not PageState.CONFIRMED:
        return page
    if page.state is PageState.CONFIRMED or said.attempt < page.attempt:
        return page
    if not said.state.is_final and (given_up or RANK.get(said.state, 0) <= RANK[page.state]):
        return page
    return replace(
        page,
        state=said.state,
        proof=said.proof.value,
        transmitter=said.transmitter or page.transmitter,
        attempt=said.attempt,
        held_at=page.held_at or page.created_at,
        final_at=moment_of(said, pressed_at, now) if said.state.is_final else None,
        error_code=said.error.code if said.error else None,
        error_text=said.error.text if said.error else None,
    )


def moment_of(said: ReportedPage, pressed_at: datetime, now: datetime) -> datetime:
    """When the page came to its state."""
    if said.since_press_ms is None:
        return now
    return min(now, pressed_at + timedelta(milliseconds=min(said.since_press_ms, 10**12)))
