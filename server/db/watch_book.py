"""What the teaching screen of watches knows: groups of watches, the codes of each place, what was heard and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from server.db import tables
from server.engine.teaching import NAME
from server.rules.watch_codes import ELSEWHERE, Place

DRIVER = "rf-bridge"
SENT_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Group:
    """A pager of format `code`: watches that know the same codes."""

    id: int
    label: str
    transmitter: str


@dataclass(frozen=True, slots=True)
class Code:
    own: str
    learned: str | None

    @property
    def sent(self) -> str:
        return self.learned or self.own


@dataclass(frozen=True, slots=True)
class PlaceCodes:
    place: Place
    zone: str
    label: str
    codes: Mapping[str, Code]
    """By reason."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A transmitter that may hear foreign buttons."""

    name: str
    state: str
    cause: str
    heard: tuple[tuple[str, int], ...]
    """(code, microseconds), the newest first."""
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentCode:
    asked_at: datetime
    state: str
    text: str
    place: Place
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class WatchBook:
    groups: tuple[Group, ...]
    places: tuple[PlaceCodes, ...]
    """In the order of the zones; buttons that nobody has set up come last."""
    bridges: tuple[Bridge, ...]
    last: SentCode | None
    """The code that was put on the air last, if that was a short while ago."""


def has_watches(session: Session, store_id: str) -> bool:
    """Whether the store has anything to do with them."""
    pager, line = tables.Pager, tables.Transmitter
    worn = select(pager.id).where(pager.store_id == store_id, pager.format == "code", col(pager.active))
    bridge = select(line.id).where(line.store_id == store_id, line.driver == DRIVER)
    return any(session.exec(one.limit(1)).first() is not None for one in (worn, bridge))


def read_watches(session: Session, store_id: str, now: datetime) -> WatchBook:
    pager, line = tables.Pager, tables.Transmitter
    lines = {row.id: row for row in session.exec(select(line).where(line.store_id == store_id))}
    worn = session.exec(
        select(pager)
        .where(pager.store_id == store_id, pager.format == "code", col(pager.active))
        .order_by(col(pager.label))
    ).all()
    used = {row.transmitter_id for row in worn}
    return WatchBook(
        groups=tuple(
            Group(row.id, row.label, lines[row.transmitter_id].name) for row in worn if row.id is not None
        ),
        places=_places(session, store_id),
        bridges=tuple(
            _bridge(row)
            for key, row in sorted(lines.items(), key=lambda item: (item[1].position, item[1].name))
            if key in used or row.driver == DRIVER
        ),
        last=_last(session, store_id, now),
    )


def _places(session: Session, store_id: str) -> tuple[PlaceCodes, ...]:
    code, button, zone = tables.WatchCode, tables.Button, tables.Zone
    codes: dict[Place, dict[str, Code]] = {}
    for row in session.exec(select(code).where(code.store_id == store_id)):
        codes.setdefault((row.device, row.input), {})[row.reason] = Code(row.own, row.learned)
    buttons = session.exec(
        select(button, zone)
        .join(zone, col(zone.id) == col(button.zone_id))
        .where(button.store_id == store_id, button.colour == "red", col(button.active))
        .order_by(col(zone.position), col(zone.id), col(button.label), col(button.id))
    )
    found = [
        PlaceCodes((row.device, row.input), there.name, row.label, codes[row.device, row.input])
        for row, there in buttons
        if (row.device, row.input) in codes
    ]
    found += [PlaceCodes(ELSEWHERE, "", "", codes[ELSEWHERE])] if ELSEWHERE in codes else []
    return tuple(found)


def _bridge(row: tables.Transmitter) -> Bridge:
    heard = tuple((str(one["code"]), int(one["te_us"])) for one in row.heard)
    return Bridge(row.name, row.state, row.cause or "", heard, row.heard_at)


def _last(session: Session, store_id: str, now: datetime) -> SentCode | None:
    row = tables.DeviceCommand
    recent = select(row).where(row.store_id == store_id, row.name == NAME, row.asked_at > now - SENT_WITHIN)
    found = session.exec(recent.order_by(col(row.asked_at).desc(), col(row.id).desc()).limit(1)).first()
    if found is None:
        return None
    args: dict[str, Any] = found.args
    device, _, number = str(args["place"]).partition("/")
    place = (device, int(number))
    return SentCode(found.asked_at, found.state, found.text, place, str(args["reason"]), str(args["code"]))
