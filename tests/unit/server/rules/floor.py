"""A small shop as facts, for the rules of roster and routing: four people, a tree of zones, the clock of Tallinn."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from server.rules.facts import Button, Carrier, Pager, Shift, Store, Zone

TALLINN = ZoneInfo("Europe/Tallinn")
NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""12:00 in Tallinn, a Monday."""
FRESH, DAIRY, CHEESE, WINE = 1, 2, 3, 4
"""Dairy and Wine lie in Fresh, Cheese in Dairy."""
ZONES = {
    FRESH: Zone(FRESH, None, "Fresh", "FRESH"),
    DAIRY: Zone(DAIRY, FRESH, "Dairy", "DAIRY"),
    CHEESE: Zone(CHEESE, DAIRY, "Cheese", "CHEESE"),
    WINE: Zone(WINE, FRESH, "Wine", "WINE"),
}
ANNA, BORIS, CARMEN, DMITRI = 1, 2, 3, 4
PEOPLE = {
    ANNA: Carrier(ANNA, "AT", "staff", "Anna T.", ("et",), ("fish",)),
    BORIS: Carrier(BORIS, "BK", "staff", "Boris K.", ("ru", "et")),
    CARMEN: Carrier(CARMEN, "CL", "shift_lead", "Carmen L.", ("en",)),
    DMITRI: Carrier(DMITRI, "DM", "staff", "Dmitri M.", ("ru",)),
}


def local(*parts: int, fold: int = 0) -> datetime:
    """A moment by the clock on the wall of the shop."""
    return datetime(*parts, tzinfo=TALLINN, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def pager(number: int, carrier: int | None, **more: Any) -> Pager:
    return Pager(
        number, f"Pager {number}", carrier, "g1", "t1", f"100{number}", "text", "ascii", 40, 1, "en", **more
    )


def shift(
    carrier: int | None,
    zone: int | None,
    starts: int = 9,
    ends: int = 18,
    *,
    day: int = 0,
    turn: int | None = None,
) -> Shift:
    return Shift(carrier, zone, day, time(starts), time(ends), turn)


def button(zone: int | None = DAIRY, **more: Any) -> Button:
    return Button(1, "b1", 1, zone, "DAIRY", "Shelf 1", "red", **more)


def store(**more: Any) -> Store:
    """Mondays 9-18: Anna in Dairy, Boris and Carmen anywhere; Dmitri never. Everybody wears a pager."""
    facts: dict[str, Any] = {
        "id": "s1",
        "zone": TALLINN,
        "buttons": {("b1", 1): button()},
        "carriers": PEOPLE,
        "shifts": (shift(ANNA, DAIRY), shift(BORIS, None), shift(CARMEN, None)),
        "pagers": tuple(pager(number, number) for number in PEOPLE),
        "devices": {},
        "accounts": {},
        "zones": ZONES,
    }
    return Store(**{**facts, **more})
