"""What the engine keeps in mind: the shops, every open incident with its pages, and what the buttons show.

The engine thread is the only writer of incidents and pages, so this is never older than the database. It is read
from there at the start, and put back as it was whenever a transaction fails."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, TypeVar
from uuid import UUID

from broker_config.messages import LightState, Purpose
from server.rules.facts import Incident, Notice, Page, Store
from server.rules.lines import Lines

Place: TypeAlias = tuple[str, str, int]
"""(store, device, input)."""
Key = TypeVar("Key")
Value = TypeVar("Value")
Undo: TypeAlias = list[Callable[[], None]]


@dataclass
class Picture:
    stores: dict[str, Store]
    incidents: dict[UUID, Incident] = field(default_factory=dict)
    """Open ones, and closed ones that still have pages without a final state."""
    at: dict[Place, tuple[UUID, ...]] = field(default_factory=dict)
    """Open incidents of a button."""
    pages: dict[UUID, Page] = field(default_factory=dict)
    pages_of: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    closed_at: dict[tuple[Place, Purpose], datetime] = field(default_factory=dict)
    last_paged: dict[int, datetime] = field(default_factory=dict)
    """Carrier -> when a call last rang there: the burden is shared."""
    false_presses: dict[Place, tuple[datetime, ...]] = field(default_factory=dict)
    """When staff closed calls of this button as false press or abuse, of late."""
    contacts: dict[tuple[str, int], tuple[Incident, ...]] = field(default_factory=dict)
    """(store, zone) -> calls that were closed as recovered a short while ago: the customer may confirm them."""
    notices: dict[UUID, Notice] = field(default_factory=dict)
    """Letters by slow channels without a final state."""
    undone: dict[UUID, UUID] = field(default_factory=dict)
    """Press id -> the undo that came before its press did."""
    reported: dict[UUID, UUID] = field(default_factory=dict)
    """Press id -> incident, of presses that a stand-in told of and that have not come themselves yet."""
    numbers: dict[str, int] = field(default_factory=dict)
    journal_id: int = 0

    # Not in the database: lost with the process, made anew from what is.
    heard_since: datetime | None = None
    """When this process began to listen, or went on to after it had stood still."""
    linked_at: dict[str, datetime] = field(default_factory=dict)
    """Store -> when its link last came to the broker: what gateways said before may have waited there."""
    answered: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(store, gateway) -> when it last said what became of a page."""
    asked: dict[UUID, datetime] = field(default_factory=dict)
    """When a page's gateway was last asked about it."""
    lights: dict[Place, LightState] = field(default_factory=dict)
    fresh: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)
    """Arrivals of a device's fresh presses within the last minute."""
    lines: dict[str, Lines] = field(default_factory=dict)
    """Store -> which of its transmitters live."""
    runs: dict[tuple[str, str], str] = field(default_factory=dict)
    """The `run` of a device's last `online`."""

    def open_at(self, place: Place) -> list[Incident]:
        return [self.incidents[one] for one in self.at.get(place, ())]

    def pages_for(self, incident: UUID) -> list[Page]:
        return [self.pages[one] for one in self.pages_of.get(incident, ())]

    def asks_since(self, store: str, gateway: str) -> datetime | None:
        """Since when a gateway has had a chance to answer: the link and the gateway itself were there."""
        moments = (self.heard_since, self.linked_at.get(store), self.lines_of(store).came.get(gateway))
        return max((moment for moment in moments if moment is not None), default=None)

    def lines_of(self, store: str) -> Lines:
        return self.lines.get(store) or Lines()

    def become(self, read: Picture) -> None:
        """What the database holds, as it was just read. What is not in there stays."""
        self.stores = read.stores
        self.incidents, self.at = read.incidents, read.at
        self.pages, self.pages_of = read.pages, read.pages_of
        self.closed_at, self.undone, self.reported = read.closed_at, read.undone, read.reported
        self.last_paged, self.false_presses = read.last_paged, read.false_presses
        self.contacts, self.notices = read.contacts, read.notices
        self.numbers, self.journal_id = read.numbers, read.journal_id

    def put_incident(self, new: Incident, undo: Undo) -> None:
        old = self.incidents.get(new.id)
        place = (new.store_id, new.device, new.input)
        ids = self.at.get(place, ())
        self.incidents[new.id] = new
        if new.closed_at is None and new.id not in ids:
            self.at[place] = (*ids, new.id)
        elif new.closed_at is not None and new.id in ids:
            self.at[place] = tuple(one for one in ids if one != new.id)

        def back() -> None:
            self.at[place] = ids
            if old is None:
                del self.incidents[new.id]
            else:
                self.incidents[new.id] = old

        undo.append(back)

    def put_page(self, new: Page, undo: Undo) -> None:
        old = self.pages.get(new.id)
        ids = self.pages_of.get(new.incident_id, ())
        self.pages[new.id] = new
        if old is None:
            self.pages_of[new.incident_id] = (*ids, new.id)

        def back() -> None:
            self.pages_of[new.incident_id] = ids
            if old is None:
                del self.pages[new.id]
            else:
                self.pages[new.id] = old

        undo.append(back)

    def put_store(self, new: Store, undo: Undo) -> None:
        old = self.stores[new.id]
        self.stores[new.id] = new
        undo.append(lambda: self.stores.__setitem__(old.id, old))

    def recall(self, incident: Incident, undo: Undo) -> None:
        """A closed incident that is to be changed once more."""
        if incident.id not in self.incidents:
            self.incidents[incident.id] = incident
            undo.append(lambda: self.incidents.__delitem__(incident.id))

    def note(self, where: dict[Key, Value], key: Key, value: Value, undo: Undo) -> None:
        """Put a value into one of the dictionaries above, so that it can be taken back."""
        had, old = key in where, where.get(key)
        where[key] = value

        def back() -> None:
            if had:
                where[key] = old  # type: ignore[assignment]
            else:
                del where[key]

        undo.append(back)

    def count(self, store: str, undo: Undo) -> int:
        """The next incident number of this store."""
        old = self.numbers.get(store, 0)
        self.numbers[store] = old + 1
        undo.append(lambda: self.numbers.__setitem__(store, old))
        return old + 1

    def forget(self, incidents: Iterable[UUID]) -> None:
        """Drop closed incidents of which nothing more can come."""
        for one in incidents:
            incident = self.incidents.get(one)
            if incident is None or incident.closed_at is None:
                continue
            if any(not page.settled for page in self.pages_for(one)):
                continue
            for page in self.pages_of.pop(one, ()):
                self.pages.pop(page, None)
                self.asked.pop(page, None)
            del self.incidents[one]
            place = (incident.store_id, incident.device, incident.input)
            if not self.at.get(place):
                self.at.pop(place, None)
