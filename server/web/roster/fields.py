"""A form as somebody typed it, read one field at a time: what is wrong is said at its field, in their language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from server.web.frame.words import Words

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 1, 1)
MOST_FIELDS = 600
LONGEST = 200

Typed = Mapping[str, tuple[str, ...]]


async def _typed(request: Request) -> Typed:
    """Reading a body is the one thing here that waits; files are no text and are left out."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            found[name] = (*found.get(name, ()), value[: LONGEST * 4])
    return found


TypedForm = Annotated[Typed, Depends(_typed)]


@dataclass
class Fields:
    typed: Typed
    t: Words
    errors: dict[str, str] = field(default_factory=dict)

    def raw(self, name: str) -> str:
        return self.typed.get(name, ("",))[-1].strip()

    def every(self, name: str) -> tuple[str, ...]:
        return self.typed.get(name, ())

    def wrong(self, name: str, words: str) -> None:
        """The first error of a field is the one that is shown."""
        self.errors.setdefault(name, words)

    def text(self, name: str, most: int) -> str:
        """Something must stand there; what cannot be printed is dropped."""
        found = " ".join("".join(c if c.isprintable() else " " for c in self.raw(name)).split())
        if not found:
            self.wrong(name, self.t.gettext("Please write something here."))
        elif len(found) > most:
            self.wrong(name, self.t.ngettext("At most %(n)s letter.", "At most %(n)s letters.", most))
        return found[:most]

    def number(self, name: str, least: int, most: int) -> int:
        found = self.maybe_number(name, least, most)
        if found is None and name not in self.errors:
            self._not_between(name, least, most)
        return least if found is None else found

    def maybe_number(self, name: str, least: int, most: int) -> int | None:
        text = self.raw(name)
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most:
            return int(text)
        self._not_between(name, least, most)
        return None

    def clock(self, name: str) -> time:
        try:
            found = time.fromisoformat(self.raw(name))
            if found.tzinfo is None:
                return found.replace(second=0, microsecond=0)
        except ValueError:
            pass
        self.wrong(name, self.t.gettext("Please write a time, as 09:30."))
        return time(0)

    def day(self, name: str) -> date:
        found = day_of(self.raw(name))
        if found is None:
            self.wrong(name, self.t.gettext("Please choose a day."))
        return found or FIRST_DAY

    def moment(self, name: str, zone: ZoneInfo) -> datetime:
        """A day and a time on the clock of the store, as UTC."""
        try:
            found = datetime.fromisoformat(self.raw(name))
            if found.tzinfo is None and FIRST_DAY <= found.date() < LAST_DAY:
                return found.replace(second=0, microsecond=0, tzinfo=zone).astimezone(UTC)
        except ValueError:
            pass
        self.wrong(name, self.t.gettext("Please choose a day and a time."))
        return datetime.combine(FIRST_DAY, time(0), UTC)

    def key(self, name: str, allowed: Collection[int], *, needed: bool) -> int | None:
        """An id that was chosen from a list; None: nothing was."""
        text = self.raw(name)
        if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) in allowed:
            return int(text)
        if text or needed:
            self.wrong(name, self.t.gettext("Please choose from the list."))
        return None

    def _not_between(self, name: str, least: int, most: int) -> None:
        words = self.t.gettext(
            "Please write a whole number from %(least)s to %(most)s.",
            least=self.t.number(least),
            most=self.t.number(most),
        )
        self.wrong(name, words)


def day_of(text: str | None) -> date | None:
    """A day as a link or a date field carries it; None for nonsense."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST_DAY < found < LAST_DAY else None
