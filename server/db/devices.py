"""Devices as screens show them: the list, and one of them with its last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session, col, select

from broker_config.messages import PressKind, Purpose, Settings, Telemetry
from server.db import tables
from server.db.faults import Fault, read_faults
from server.rules.faults import OwnFault
from server.rules.presence import Presence

DAY = timedelta(hours=24)
COMMANDS = 50


class InForce(StrEnum):
    """What became of the settings that somebody wants."""

    OWN = "own"
    """Nobody wants anything: the device's own file holds."""
    WAITING = "waiting"
    IN_FORCE = "in_force"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DeviceLine:
    device: str
    kind: str
    """`b`, `g` or `s`."""
    name: str
    keeper: bool
    presence: Presence
    since: datetime | None
    """Since when it is there, away or silent."""
    heard_at: datetime | None
    """Its last sign of life, a few seconds behind."""
    pressed_at: datetime | None
    """When its last press was made, canaries and quiet calls left out."""
    sw: str
    faults: tuple[Fault, ...]
    """Open ones, the oldest first."""
    settings: InForce
    telemetry: Telemetry | None
    told_at: datetime | None
    """When the telemetry came."""

    @property
    def spool(self) -> int | None:
        return self.telemetry.spool if self.telemetry is not None else None


@dataclass(frozen=True, slots=True)
class Sample:
    at: datetime
    online: bool
    spool: int
    oldest_ms: int
    rssi_dbm: int | None
    temp_c: float | None
    undervolt: bool | None
    throttled: bool | None
    disk_free_mb: int | None
    memory_mb: int | None
    reconnects: int
    clock: str
    presses: int


@dataclass(frozen=True, slots=True)
class Hour:
    """Presses of one input that were made within an hour, by UTC. Quiet calls are nowhere counted."""

    starts_at: datetime
    input: int
    presses: int
    drills: int


@dataclass(frozen=True, slots=True)
class CommandLine:
    id: UUID
    name: str
    args: Mapping[str, Any]
    by: str | None
    asked_at: datetime
    state: str
    """`asked`, `done`, `refused` or `no_answer`."""
    text: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class SettingsLine:
    """`rev` 0: nobody wants anything yet. A form carries the rev that it was made of."""

    state: InForce
    rev: int
    wanted: Settings
    by: str | None
    set_at: datetime | None
    answer_rev: int | None
    answer_ok: bool | None
    answer_errors: Mapping[str, str]
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class InputLine:
    """An input that the shop knows, or that the device told of (then without a label)."""

    input: int
    label: str | None
    zone: str | None
    colour: str | None
    key_of: int | None = None
    """Of a staff key: the input of its button, as the device told."""


@dataclass(frozen=True, slots=True)
class DeviceDay:
    """One device with its last 24 hours."""

    line: DeviceLine
    inputs: tuple[InputLine, ...]
    samples: tuple[Sample, ...]
    faults: tuple[Fault, ...]
    """Open ones and those that ended within the day, the newest first."""
    hours: tuple[Hour, ...]
    commands: tuple[CommandLine, ...]
    """The newest first."""
    settings: SettingsLine


def device_lines(session: Session, store_id: str) -> tuple[DeviceLine, ...]:
    """Every device of a store, by kind and id."""
    table = tables.Device
    found = session.exec(
        select(table).where(table.store_id == store_id).order_by(col(table.kind), col(table.device))
    ).all()
    faults = read_faults(session, store_id, open_only=True)[::-1]
    by_device: dict[str, list[Fault]] = {}
    for one in faults:
        by_device.setdefault(one.device, []).append(one)
    wanted = _settings_rows(session, store_id)
    return tuple(_line(row, by_device.get(row.device, ()), wanted.get(row.device)) for row in found)


def device_day(session: Session, store_id: str, device: str, now: datetime) -> DeviceDay | None:
    """None: no such device in this store."""
    row = tables.Device
    found = session.exec(select(row).where(row.store_id == store_id, row.device == device)).one_or_none()
    if found is None:
        return None
    faults = read_faults(session, store_id, device=device, since=now - DAY)
    wanted = _settings_rows(session, store_id, device).get(device)
    open_ones = tuple(one for one in faults[::-1] if one.ended_at is None)
    line = _line(found, open_ones, wanted)
    return DeviceDay(
        line=line,
        inputs=_inputs(session, store_id, device, line.telemetry),
        samples=_samples(session, store_id, device, now),
        faults=faults,
        hours=_hours(session, store_id, device, now),
        commands=_commands(session, store_id, device),
        settings=settings_line(session, wanted),
    )


def settings_line(session: Session, row: tables.DeviceSettings | None) -> SettingsLine:
    if row is None:
        return SettingsLine(InForce.OWN, 0, Settings(rev=0), None, None, None, None, {}, None)
    return SettingsLine(
        state=_in_force(row),
        rev=row.rev,
        wanted=wanted_of(row.rev, row.wanted),
        by=_name(session, row.account_id),
        set_at=row.set_at,
        answer_rev=row.answer_rev,
        answer_ok=row.answer_ok,
        answer_errors=dict(row.answer_errors),
        answered_at=row.answered_at,
    )


def wanted_of(rev: int, wanted: Mapping[str, Any]) -> Settings:
    """From a row. What an older version allowed and this one does not is left out, never an error."""
    try:
        return Settings.model_validate({**wanted, "rev": rev}, strict=False)
    except ValidationError as error:
        bad = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        kept = {name: value for name, value in wanted.items() if name not in bad}
        return wanted_of(rev, kept) if len(kept) < len(wanted) else Settings(rev=rev)


def _line(row: tables.Device, faults: Sequence[Fault], wanted: tables.DeviceSettings | None) -> DeviceLine:
    silent = next((one for one in faults if one.kind == OwnFault.SILENT), None)
    found = Presence.SILENT if silent is not None and row.state == "online" else Presence(row.state)
    return DeviceLine(
        device=row.device,
        kind=row.kind,
        name=row.name,
        keeper=row.keeper,
        presence=found,
        since=silent.since if found is Presence.SILENT and silent is not None else row.changed_at,
        heard_at=row.heard_at,
        pressed_at=row.pressed_at,
        sw=row.sw,
        faults=tuple(faults),
        settings=InForce.OWN if wanted is None else _in_force(wanted),
        telemetry=telemetry_of(row),
        told_at=row.telemetry_at,
    )


def telemetry_of(row: tables.Device) -> Telemetry | None:
    try:
        return Telemetry.model_validate(row.telemetry, strict=False) if row.telemetry else None
    except ValidationError:
        return None


def _in_force(row: tables.DeviceSettings) -> InForce:
    if not row.rev:
        return InForce.OWN
    if row.answer_rev != row.rev:
        return InForce.WAITING
    return InForce.IN_FORCE if row.answer_ok else InForce.REFUSED


def _settings_rows(
    session: Session, store_id: str, device: str | None = None
) -> dict[str, tables.DeviceSettings]:
    row = tables.DeviceSettings
    query = select(row).where(row.store_id == store_id)
    if device is not None:
        query = query.where(row.device == device)
    return {one.device: one for one in session.exec(query)}


def _inputs(
    session: Session, store_id: str, device: str, telemetry: Telemetry | None
) -> tuple[InputLine, ...]:
    button, zone = tables.Button, tables.Zone
    rows = session.exec(
        select(button, zone.name)
        .join(zone, col(zone.id) == col(button.zone_id))
        .where(button.store_id == store_id, button.device == device, col(button.active))
    )
    found = {one.input: InputLine(one.input, one.label, place, one.colour) for one, place in rows}
    for health in telemetry.inputs if telemetry is not None else ():
        found.setdefault(health.input, InputLine(health.input, None, None, None, health.key_of))
    return tuple(found[number] for number in sorted(found))


def _samples(session: Session, store_id: str, device: str, now: datetime) -> tuple[Sample, ...]:
    row = tables.DeviceSample
    rows = session.exec(
        select(row)
        .where(row.store_id == store_id, row.device == device, row.at >= now - DAY, row.at <= now)
        .order_by(col(row.at))
    )
    names = Sample.__slots__
    return tuple(Sample(**{name: getattr(one, name) for name in names}) for one in rows)


def _hours(session: Session, store_id: str, device: str, now: datetime) -> tuple[Hour, ...]:
    """Counted in Python: no two databases cut a moment to its hour alike."""
    row = tables.PressRow
    first = (now - DAY).replace(minute=0, second=0, microsecond=0)
    rows = session.exec(
        select(row.pressed_at, row.input, row.purpose).where(
            row.store_id == store_id,
            row.device == device,
            row.pressed_at >= first,
            row.pressed_at <= now,
            row.purpose != Purpose.CANARY.value,
            row.kind != PressKind.QUIET.value,
        )
    )
    counts: dict[tuple[datetime, int], list[int]] = {}
    for at, number, purpose in rows:
        one = counts.setdefault((at.replace(minute=0, second=0, microsecond=0), number), [0, 0])
        one[purpose == Purpose.DRILL.value] += 1
    return tuple(Hour(at, number, *counts[at, number]) for at, number in sorted(counts))


def _commands(session: Session, store_id: str, device: str) -> tuple[CommandLine, ...]:
    row, account = tables.DeviceCommand, tables.Account
    rows = session.exec(
        select(row, account.name)
        .join(account, col(account.id) == col(row.account_id), isouter=True)
        .where(row.store_id == store_id, row.device == device)
        .order_by(col(row.asked_at).desc())
        .limit(COMMANDS)
    )
    return tuple(
        CommandLine(one.id, one.name, dict(one.args), by, one.asked_at, one.state, one.text, one.answered_at)
        for one, by in rows
    )


def _name(session: Session, account_id: int | None) -> str | None:
    if account_id is None:
        return None
    return session.exec(select(tables.Account.name).where(tables.Account.id == account_id)).one_or_none()
