"""Codes for watches as rows: read, made where they are missing, taken from another maker's button."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlmodel import Session, col, or_, select

from server.db import tables
from server.rules.watch_codes import ELSEWHERE, SITES, CodeReason, Place, next_codes, whole


class CodeInUse(Exception):
    """Another place has this code, so a watch could not tell them apart. `place` is that one."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


def read_codes(session: Session, store_id: str) -> dict[Place, dict[str, str]]:
    """What is sent for each place and reason."""
    found: dict[Place, dict[str, str]] = {}
    for row in _rows(session, store_id):
        found.setdefault((row.device, row.input), {})[row.reason] = row.learned or row.own
    return found


def provide(session: Session, store_id: str, draw: Callable[[int], int] = secrets.randbelow) -> int:
    """Give codes to every red button that has none, and to buttons that nobody has set up; gives how many were made.
    None are made in a store without watches. The caller has locked the store."""
    pagers = select(tables.Pager.id).where(
        tables.Pager.store_id == store_id, tables.Pager.format == "code", col(tables.Pager.active)
    )
    if session.exec(pagers.limit(1)).first() is None:
        return 0
    good = {place for place, codes in read_codes(session, store_id).items() if whole(codes)}
    lacking = [place for place in _places(session, store_id) if place not in good]
    if not lacking:
        return 0
    site = session.get(tables.WatchSite, store_id)
    if site is None:
        site = tables.WatchSite(store_id=store_id, identity=draw(SITES))
        session.add(site)
    taken, made = _everywhere(session), 0
    for place in lacking:
        had = {row.reason for row in _of(session, store_id, place)}
        codes, site.used = next_codes(site.identity, site.used, taken)
        for reason, code in codes.items():
            if reason not in had:
                taken.add(code)
                session.add(_row(store_id, place, reason, code))
                made += 1
    session.flush()
    return made


def put(session: Session, store_id: str, wanted: Mapping[Place, Mapping[str, str]]) -> int:
    """What watches were taught already, from a shop file; gives how many codes are others than before. A place that has
    none gets them as its own."""
    rows = {(row.device, row.input, row.reason): row for row in _rows(session, store_id)}
    own, changed = {row.own for row in rows.values()}, 0
    for place, codes in wanted.items():
        for reason, code in codes.items():
            row = rows.get((*place, reason))
            if row is None and code not in own:
                own.add(code)
                session.add(_row(store_id, place, reason, code))
                changed += 1
            elif row is not None and (row.learned or row.own) != code:
                row.learned = None if row.own == code else code
                session.add(row)
                changed += 1
    session.flush()
    return changed


def take(session: Session, store_id: str, place: Place, reasons: Collection[CodeReason], code: str) -> None:
    """From now on this code is sent for these reasons of the place. Raises CodeInUse, or LookupError for a place that
    has no codes."""
    same = select(tables.WatchCode).where(
        tables.WatchCode.store_id == store_id,
        or_(tables.WatchCode.own == code, tables.WatchCode.learned == code),
    )
    for row in session.exec(same):
        if (row.device, row.input) != place:
            raise CodeInUse((row.device, row.input))
    mine = [row for row in _of(session, store_id, place) if row.reason in set(reasons)]
    if not mine:
        raise LookupError(place)
    for row in mine:
        row.learned = None if row.own == code else code
        session.add(row)
    session.flush()


def give_back(session: Session, store_id: str, place: Place) -> None:
    """Our own codes again. Raises LookupError."""
    mine = _of(session, store_id, place)
    if not mine:
        raise LookupError(place)
    for row in mine:
        row.learned = None
        session.add(row)
    session.flush()


def _places(session: Session, store_id: str) -> list[Place]:
    button = tables.Button
    rows = session.exec(
        select(button)
        .where(button.store_id == store_id, button.colour == "red", col(button.active))
        .order_by(col(button.id))
    )
    return [ELSEWHERE, *((row.device, row.input) for row in rows)]


def _everywhere(session: Session) -> set[str]:
    """Of all stores: two shops may hear each other."""
    found = session.exec(select(tables.WatchCode.own, tables.WatchCode.learned)).all()
    return {code for pair in found for code in pair if code is not None}


def _row(store_id: str, place: Place, reason: str, code: str) -> tables.WatchCode:
    return tables.WatchCode(store_id=store_id, device=place[0], input=place[1], reason=reason, own=code)


def _of(session: Session, store_id: str, place: Place) -> list[Any]:
    row = tables.WatchCode
    mine = select(row).where(row.store_id == store_id, row.device == place[0], row.input == place[1])
    return list(session.exec(mine))


def _rows(session: Session, store_id: str) -> list[tables.WatchCode]:
    row = tables.WatchCode
    return list(session.exec(select(row).where(row.store_id == store_id).order_by(col(row.id))))
