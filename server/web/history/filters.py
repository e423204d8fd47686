"""What somebody typed into the filters, made safe: every odd value falls back to something sensible and is said."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from server.db.history import Cursor, Filters
from server.rules.incidents import Outcome, State
from server.web.frame.words import day_start

DAYS = 7
"""Shown when nobody says otherwise: today and the six days before it."""
PURPOSES = ("call", "drill", "canary")
LONGEST_TEXT = 60
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Typed:
    """The filters as people think of them: local days, both included."""

    first: date
    last: date
    zone: int | None = None
    button: int | None = None
    state: str | None = None
    outcome: str | None = None
    purpose: str | None = None
    cause: int | None = None
    text: str = ""
    outside: bool = False
    """The quiet list of presses outside the opening hours, instead of calls."""

    def query(self, **more: str) -> str:
        """As a link carries them; what says nothing is left out."""
        parts: dict[str, object] = {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "zone": self.zone,
            "button": self.button,
            "state": self.state,
            "outcome": self.outcome,
            "purpose": self.purpose,
            "cause": self.cause,
            "q": self.text,
            "outside": "1" if self.outside else "",
            **more,
        }
        return urlencode({name: value for name, value in parts.items() if value not in (None, "")})

    def filters(self, zone: ZoneInfo) -> Filters:
        return Filters(
            first=day_start(zone, self.first),
            last=day_start(zone, self.last + timedelta(days=1)),
            zone=self.zone,
            button=self.button,
            state=self.state,
            outcome=self.outcome,
            purpose=self.purpose,
            cause=self.cause,
            text=self.text,
        )


def read(given: Mapping[str, str], today: date) -> Typed:
    last = _day(given.get("to")) or today
    first = _day(given.get("from")) or last - timedelta(days=DAYS - 1)
    if first > last:
        first, last = last, first
    return Typed(
        first=first,
        last=last,
        zone=_number(given.get("zone")),
        button=_number(given.get("button")),
        state=_one_of(given.get("state"), [state.value for state in State]),
        outcome=_one_of(given.get("outcome"), [outcome.value for outcome in Outcome]),
        purpose=_one_of(given.get("purpose"), PURPOSES),
        cause=_number(given.get("cause")),
        text=" ".join("".join(c for c in given.get("q", "") if c.isprintable()).split())[:LONGEST_TEXT],
        outside=given.get("outside") == "1",
    )


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST_DAY <= found < LAST_DAY else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None


def _one_of(text: str | None, allowed: object) -> str | None:
    return text if text and text in allowed else None  # type: ignore[operator]


def write_cursor(cursor: Cursor) -> str:
    raw = f"{'n' if cursor.newer else 'o'}{cursor.opened_at.astimezone(UTC).isoformat()}|{cursor.id}"
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> Cursor | None:
    """None for nonsense: then the list begins at its newest end."""
    if not text or len(text) > 200:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        moment, _, key = raw[1:].partition("|")
        opened_at = datetime.fromisoformat(moment)
        if opened_at.tzinfo is None or not 1 < opened_at.year < 9999:  # nothing is computed at the very ends
            return None
        return Cursor(opened_at, UUID(key), newer=raw[0] == "n")
    except (ValueError, binascii.Error, IndexError):
        return None
