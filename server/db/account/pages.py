"""Pages: how many of each sort, those that may be a gap, and pagers that rang twice for one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from broker_config.messages import PageState
from server.db.account.period import MOST, Period, table
from server.rules.account import Double, Page, PageTally
from server.rules.account.matters import FINAL, RANG, Unsure, owes_a_repeat
from server.rules.facts import Attempt
from server.rules.journal import Action
from server.rules.pages import NO_ANSWER
from server.rules.stand_in import REASON as STAND_IN

ONCE_A_ROUND = ("step", "again", STAND_IN)
"""Reasons for which one pager rings once in one step of a call, until that begins anew."""
BEGINS_ANEW = (Action.NOT_ATTENDED.value, Action.PASSED_ON.value)
LONG_MS = 20_000
"""Longer in the gateway's hands than this: worth a look whether it was too old."""


def tallies(period: Period) -> tuple[PageTally, ...]:
    page = table("page")
    alike = (page.c.purpose, page.c.reason, page.c.state)
    found: Counter[tuple[str, str, str]] = Counter()
    for month in period.months():
        for purpose, reason, state, count in period.rows(
            _of(month, select(*alike, func.count())).group_by(*alike)
        ):
            found[purpose, reason, state] += count
    return tuple(PageTally(*key, count) for key, count in sorted(found.items()))


def addressed(period: Period) -> dict[str, tuple[int, int]]:
    page = table("page")
    sure = page.c.state.in_(RANG)
    unsure = or_(
        page.c.state == PageState.UNKNOWN.value, page.c.state.not_in(FINAL), page.c.error_code == NO_ANSWER
    )
    found: dict[str, tuple[int, int]] = {}
    for month in period.months():
        statement = select(page.c.address, func.count().filter(sure), func.count().filter(unsure))
        for address, rang, unknown in period.rows(_of(month, statement).group_by(page.c.address)):
            before = found.get(address, (0, 0))
            found[address] = (before[0] + rang, before[1] + unknown)
        for address, one in _other_attempts(period, month):
            rang, unknown = found.get(address, (0, 0))
            found[address] = (
                rang + (one.state in RANG),
                unknown + (one.state == PageState.UNKNOWN or not one.is_final),
            )
    return found


def twice(period: Period) -> int:
    """How often a page rang once more because another gateway had taken it over."""
    return sum(one.state in RANG for month in period.months() for _, one in _other_attempts(period, month))


def _other_attempts(period: Period, month: Period) -> Iterator[tuple[str, Attempt]]:
    """Of pages that several gateways had: there are few."""
    page = table("page")
    for address, others in period.rows(
        _of(month, select(page.c.address, page.c.others)).where(page.c.moves > 0)
    ):
        for one in others:
            yield address, Attempt(*one)


def suspects(period: Period) -> tuple[Page, ...]:
    page, incident = table("page"), table("incident")
    final = page.c.state.in_(FINAL)
    odd = or_(
        and_(final, page.c.final_at.is_(None)),
        and_(~final, or_(page.c.final_at.is_not(None), page.c.deadline_at < period.now)),
        and_(
            page.c.state.in_(RANG),
            or_(page.c.tx_ms > LONG_MS, page.c.ordered_at > page.c.deadline_at),
        ),
        page.c.state == PageState.UNKNOWN.value,
    )
    found: list[Page] = []
    for month in period.months():
        statement = _of(month, select(page, *_of_call(incident))).where(odd).order_by(page.c.created_at)
        for row in period.rows(statement.limit(MOST - len(found))).all():
            found.append(_page(period, row))
        if len(found) >= MOST:
            break
    return tuple(found)


def doubles(period: Period) -> tuple[Double, ...]:
    page, incident, journal = table("page"), table("incident"), table("journal")
    alike = (incident.c.number, page.c.press_id, page.c.pager_id, page.c.step)
    anew = (
        select(journal.c.id)
        .where(journal.c.incident_id == incident.c.id, journal.c.action.in_(BEGINS_ANEW))
        .exists()
    )
    found: list[Double] = []
    for month in period.months():
        statement = (
            _of(
                month,
                select(
                    *alike,
                    func.min(page.c.gateway),
                    func.min(page.c.transmitter),
                    func.count(),
                    func.max(page.c.created_at),
                ),
            )
            .where(page.c.state.in_(RANG), page.c.reason.in_(ONCE_A_ROUND))
            .group_by(incident.c.id, *alike)
            .having(func.count() > 1, ~anew)
        )
        for number, _, _, step, gateway, transmitter, times, at in period.rows(
            statement.limit(MOST - len(found))
        ):
            found.append(Double(number, gateway, transmitter, step, times, at))
        if len(found) >= MOST:
            break
    return tuple(found)


def _of(month: Period, statement: Select[Any]) -> Select[Any]:
    """Pages of incidents that were opened in this time."""
    page, incident = table("page"), table("incident")
    return (
        statement.select_from(incident)
        .join(page, page.c.incident_id == incident.c.id)
        .where(month.of(incident, "opened_at"))
    )


def _of_call(incident: Any) -> tuple[Any, ...]:
    names = ("number", "triggered_at", "acknowledged_at", "attended_at", "closed_at", "passed_ids")
    return tuple(incident.c[name].label(f"call_{name}") for name in names)


def _page(period: Period, row: Any) -> Page:
    return Page(
        id=row.id,
        call=row.call_number,
        gateway=row.gateway,
        transmitter=row.transmitter,
        reason=row.reason,
        state=row.state,
        created_at=row.created_at,
        deadline_at=row.deadline_at,
        ordered_at=row.ordered_at,
        final_at=row.final_at,
        tx_ms=row.tx_ms,
        owed=row.state == PageState.UNKNOWN and owes_a_repeat(_unsure(period, row), period.now),
    )


def _unsure(period: Period, row: Any) -> Unsure:
    """A page of which nobody knows whether it rang: there are few, so each is looked at with its call."""
    page, journal, pager = table("page"), table("journal"), table("pager")
    final_at: datetime | None = row.final_at
    again = select(page.c.id).where(
        page.c.incident_id == row.incident_id,
        page.c.pager_id.in_({row.pager_id, *(pager for pager, _ in row.members)}),
        page.c.id != row.id,
    )
    carriers = [carrier for _, carrier in row.members] or [row.carrier_id]
    if final_at is not None:
        again = again.where(page.c.created_at >= final_at)
    anew = select(journal.c.id).where(
        journal.c.incident_id == row.incident_id, journal.c.action.in_(BEGINS_ANEW)
    )
    used = select(pager.c.id).where(pager.c.id == row.pager_id, pager.c.active)
    return Unsure(
        reason=row.reason,
        final_at=final_at,
        triggered_at=row.call_triggered_at,
        answered_at=min(
            (at for at in (row.call_acknowledged_at, row.call_attended_at, row.call_closed_at) if at),
            default=None,
        ),
        again=period.rows(again.limit(1)).first() is not None,
        begun_anew=period.rows(anew.limit(1)).first() is not None,
        spared=all(carrier in row.call_passed_ids for carrier in carriers)
        or period.rows(used).first() is None,
    )
