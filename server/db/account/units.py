"""Button units: the numbers that have a row, against what their counters tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from broker_config.messages import FaultKind
from server.db.account.period import MOST, Period, table
from server.rules import gaps
from server.rules.account import Hole, RefusedPresses, Unit, UnitTrouble
from server.rules.faults import OwnFault

MEANS_LOSS = (OwnFault.COUNTER_BACK.value, FaultKind.PRESSES_LOST.value)


def read(period: Period) -> tuple[Unit, ...]:
    press, device = table("press"), table("device")
    statement = (
        select(press.c.device, func.min(press.c.seq), func.max(press.c.seq), func.max(press.c.pressed_at))
        .where(period.of(press, "pressed_at"))
        .group_by(press.c.device)
    )
    spans = {name: (low, high, at) for name, low, high, at in period.rows(statement)}
    rows = period.rows(select(device).where(device.c.store_id == period.store, device.c.kind == "b"))
    devices = {row.device: row for row in rows}
    return tuple(
        _unit(period, name, spans.get(name), devices.get(name))
        for name in sorted(spans.keys() | devices.keys())
    )


def _unit(period: Period, name: str, span: tuple[int, int, Any] | None, device: Any) -> Unit:
    """`device`: its row, None for one that is not in the shop any more."""
    unit = Unit(name)
    if span is not None:
        unit = _numbered(period, unit, *span)
    elif period.to_now:
        unit = replace(unit, highest=_highest(period, name, None))
    if device is None:
        return unit
    counter, told = gaps.read(device.seq_known, device.counter), device.telemetry
    unit = replace(unit, known=counter.known, missing=counter.missing, above=counter.above)
    if not period.to_now:  # what it tells is about now
        return unit
    return replace(
        unit,
        told=max(int(told.get("seq", 0)), counter.top),
        spool=int(told.get("spool", 0)),
        told_at=device.telemetry_at,
        online=device.state == "online",
    )


def _numbered(period: Period, unit: Unit, low: int, high: int, at: Any) -> Unit:
    """From the last number before the period on: what is missing at its edge belongs to it."""
    before = _highest(period, unit.device, low)
    here = (period, unit.device, low if before is None else before, high)
    rows, numbers = _count(*here)
    return replace(
        unit,
        highest=high,
        highest_at=at,
        holes=_holes(*here) if numbers < high - here[2] + 1 else (),
        twice=rows - numbers,
        twice_at=_first_twice(*here) if rows > numbers else None,
    )


def _highest(period: Period, name: str, below: int | None) -> int | None:
    press = table("press")
    here = select(func.max(press.c.seq)).where(press.c.store_id == period.store, press.c.device == name)
    found: int | None = period.rows(here if below is None else here.where(press.c.seq < below)).scalar_one()
    return found


def _here(period: Period, name: str, low: int, high: int) -> tuple[Any, ...]:
    press = table("press")
    return (press.c.store_id == period.store, press.c.device == name, press.c.seq.between(low, high))


def _count(period: Period, name: str, low: int, high: int) -> tuple[int, int]:
    """Rows, and numbers among them."""
    seq = table("press").c.seq
    found = period.rows(
        select(func.count(), func.count(seq.distinct())).where(*_here(period, name, low, high))
    ).one()
    return found[0], found[1]


def _holes(period: Period, name: str, low: int, high: int) -> tuple[Hole, ...]:
    press = table("press")
    pairs = (
        select(
            press.c.seq,
            press.c.pressed_at,
            func.lead(press.c.seq).over(order_by=press.c.seq).label("next"),
            func.lead(press.c.pressed_at).over(order_by=press.c.seq).label("next_at"),
        )
        .where(*_here(period, name, low, high))
        .subquery()
    )
    found = period.rows(select(pairs).where(pairs.c.next > pairs.c.seq + 1).order_by(pairs.c.seq).limit(MOST))
    return tuple(Hole(row.seq + 1, row.next - 1, row.pressed_at, row.next_at) for row in found)


def _first_twice(period: Period, name: str, low: int, high: int) -> Any:
    press = table("press")
    return period.rows(
        select(func.max(press.c.pressed_at))
        .where(*_here(period, name, low, high))
        .group_by(press.c.seq)
        .having(func.count() > 1)
        .order_by(press.c.seq)
        .limit(1)
    ).scalar_one()


def refused(period: Period) -> tuple[RefusedPresses, ...]:
    row = table("refused")
    found = period.rows(
        select(row.c.device, row.c.first_at, row.c.last_at, row.c.count)
        .where(period.of(row, "last_at"), row.c.device != "", row.c.topic.like("%/press"))
        .order_by(row.c.first_at)
    )
    return tuple(RefusedPresses(one.device, one.first_at, one.last_at, one[3]) for one in found)


def troubles(period: Period) -> tuple[UnitTrouble, ...]:
    row = table("fault")
    found = period.rows(
        select(row.c.device, row.c.kind, row.c.since, row.c["count"], row.c.text)
        .where(period.of(row, "since"), row.c.kind.in_(MEANS_LOSS))
        .order_by(row.c.since)
        .limit(MOST)
    )
    return tuple(UnitTrouble(*one) for one in found)
