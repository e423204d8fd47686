"""What the engine remembers of devices as rows: read at the start, written in groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Delete, Integer, Update, and_, bindparam, delete, insert, or_, update
from sqlalchemy.engine import Connection
from sqlmodel import Session, SQLModel, col, select

from broker_config.messages import PressKind, Purpose, Telemetry
from server.db import tables
from server.db.upsert import upsert
from server.engine.vitals import Unit, Vital, VitalRows
from server.rules.faults import Faults, OpenFault
from server.rules.gaps import Counter, came, read
from server.rules.wishes import Wish

SAMPLES_KEPT = timedelta(hours=25)
FAULTS_KEPT = timedelta(days=90)
COMMANDS_KEPT = timedelta(days=30)
TIDIED = 500


def read_vitals(session: Session, store_id: str) -> tuple[dict[str, Vital], dict[str, Wish]]:
    """Of every device of a store but the servers, and the settings of devices that are not in it any more."""
    row = tables.Device
    devices = session.exec(select(row).where(row.store_id == store_id, row.kind != "s")).all()
    wishes = _wishes(session, store_id)
    faults = _open_faults(session, store_id)
    counters = {one.device: read(one.seq_known, one.counter) for one in devices}
    pressed = {one.device: one.pressed_at for one in devices}
    for press in _newer_presses(session, store_id, counters):
        counters[press.device] = came(counters[press.device], press.seq, press.run)
        if press.purpose != Purpose.CANARY.value and press.kind != PressKind.QUIET.value:
            pressed[press.device] = max(pressed[press.device] or press.pressed_at, press.pressed_at)
    found = {
        one.device: Vital(
            kind=one.kind,
            state=one.state,
            since=one.changed_at,
            run=one.run,
            heard_at=one.heard_at,
            telemetry=_telemetry(one.telemetry),
            telemetry_at=one.telemetry_at,
            pressed_at=pressed[one.device],
            counter=counters[one.device],
            faults=faults.get(one.device, {}),
            wish=wishes.pop(one.device, Wish()),
        )
        for one in devices
    }
    return found, wishes


def open_commands(session: Session, store_id: str) -> list[tables.DeviceCommand]:
    """Those that have no answer yet."""
    row = tables.DeviceCommand
    return list(session.exec(select(row).where(row.store_id == store_id, row.state == "asked")))


def write_vitals(at: Connection, rows: VitalRows, now: datetime) -> None:
    if rows.columns:
        _write_columns(at, rows.columns)
    if rows.samples:
        at.execute(insert(_table("device_sample")), rows.samples)
        _delete_old(at, "device_sample", "at", now - SAMPLES_KEPT, 2 * len(rows.samples))
    for unit, before, after in rows.faults:
        _write_faults(at, unit, before, after, now)
    for unit, wish in rows.wishes.items():
        _write_wish(at, unit, wish)
    for key, command in rows.commands.items():
        table = _table("device_command")
        if "name" in command:
            at.execute(insert(table).values(id=key, **command))
        else:
            at.execute(update(table).where(table.c.id == key).values(**command))
    if rows.tidied:
        _delete_old(at, "fault", "ended_at", now - FAULTS_KEPT, TIDIED)
        _delete_old(at, "device_command", "asked_at", now - COMMANDS_KEPT, TIDIED)


def _write_columns(at: Connection, columns: dict[Unit, dict[str, Any]]) -> None:
    at.execute(
        _move_device(tuple(next(iter(columns.values())))),
        [
            {"of_store": store, "of_device": device}
            | {f"new_{name}": value for name, value in values.items()}
            for (store, device), values in columns.items()
        ],
    )


@cache
def _move_device(names: tuple[str, ...]) -> Update:
    """Built once: SQLAlchemy takes longer for that than SQLite for its work."""
    table = _table("device")
    return (
        update(table)
        .where(table.c.store_id == bindparam("of_store"), table.c.device == bindparam("of_device"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )


def _write_faults(at: Connection, unit: Unit, before: Faults, after: Faults, now: datetime) -> None:
    table = _table("fault")
    for number, kind in before.keys() - after.keys():
        here = _open_fault(table, unit, number, kind)
        at.execute(update(table).where(here).values(ended_at=now))
    for (number, kind), fault in after.items():
        values: dict[str, Any] = {"told_at": fault.told_at, "count": fault.count, "text": fault.text}
        if (number, kind) not in before:
            key = {"store_id": unit[0], "device": unit[1], "input": number, "kind": kind}
            new = upsert(at, table).values(**key, since=fault.since, **values)
            at.execute(new.on_conflict_do_nothing())  # it was written, and the answer to that was lost
        elif before[number, kind] != fault:
            at.execute(update(table).where(_open_fault(table, unit, number, kind)).values(**values))


def _open_fault(table: Any, unit: Unit, number: int, kind: str) -> Any:
    return and_(
        table.c.store_id == unit[0],
        table.c.device == unit[1],
        table.c.input == number,
        table.c.kind == kind,
        table.c.ended_at.is_(None),
    )


def _write_wish(at: Connection, unit: Unit, columns: dict[str, Any] | None) -> None:
    table = _table("device_settings")
    here = and_(table.c.store_id == unit[0], table.c.device == unit[1])
    if columns is None:
        at.execute(delete(table).where(here))
    elif at.execute(update(table).where(here).values(**columns)).rowcount == 0:
        first: dict[str, Any] = {"rev": 0, "wanted": {}, "answer_errors": {}}
        at.execute(insert(table).values(**(first | columns), store_id=unit[0], device=unit[1]))


def _delete_old(at: Connection, name: str, moment: str, before: datetime, most: int) -> None:
    """A few at a time: nobody waits for it."""
    at.execute(_drop_old(name, moment), {"before": before, "most": most})


@cache
def _drop_old(name: str, moment: str) -> Delete:
    table = _table(name)
    at = table.c[moment]
    old = select(table.c.id).where(at < bindparam("before", type_=at.type)).order_by(at)
    old = old.limit(bindparam("most", type_=Integer))
    return delete(table).where(table.c.id.in_(old.scalar_subquery()))


def _newer_presses(
    session: Session, store_id: str, counters: dict[str, Counter]
) -> Iterator[tables.PressRow]:
    """Presses that the counters as they were last written down may not know of, in their order."""
    press, device = tables.PressRow, tables.Device
    rows = session.exec(
        select(press)
        .join(
            device,
            and_(col(device.store_id) == col(press.store_id), col(device.device) == col(press.device)),
        )
        .where(
            press.store_id == store_id,
            col(device.kind) == "b",
            or_(col(device.seq_known).is_(None), col(press.seq) > col(device.seq_known)),
        )
        .order_by(col(press.device), col(press.seq))
    )
    yield from rows
    for name, counter in counters.items():
        for first, last in counter.missing:
            yield from session.exec(
                select(press).where(
                    press.store_id == store_id, press.device == name, press.seq >= first, press.seq <= last
                )
            )


def _open_faults(session: Session, store_id: str) -> dict[str, dict[tuple[int, str], OpenFault]]:
    row = tables.Fault
    found: dict[str, dict[tuple[int, str], OpenFault]] = {}
    for one in session.exec(select(row).where(row.store_id == store_id, col(row.ended_at).is_(None))):
        fault = OpenFault(one.since, one.told_at, one.count, one.text)
        found.setdefault(one.device, {})[one.input, one.kind] = fault
    return found


def _wishes(session: Session, store_id: str) -> dict[str, Wish]:
    row = tables.DeviceSettings
    return {
        one.device: Wish(
            one.rev,
            dict(one.wanted),
            one.answer_rev,
            one.answer_ok,
            dict(one.answer_errors),
        )
        for one in session.exec(select(row).where(row.store_id == store_id))
    }


def _telemetry(row: dict[str, Any]) -> Telemetry | None:
    try:
        return Telemetry.model_validate(row, strict=False) if row else None
    except ValidationError:
        return None


def _table(name: str) -> Any:
    return SQLModel.metadata.tables[name]
