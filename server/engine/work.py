"""One unit of work: what a group of events changes, and what is said to the world once it is committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from broker_config.link import Delivery, Publication
from broker_config.messages import LightState
from server.engine.picture import Picture, Place, Undo
from server.engine.vitals import Came, VitalRows
from server.requests import ChangeSettings, CommandDevice, Looked, RunCanaries, SendCode, SetDuty
from server.rules.audit import NOTHING, SYSTEM, Actor, Changes, Kind, Target
from server.rules.audit import Action as Audited
from server.rules.canaries import Canary
from server.rules.coverage import CoverageRow
from server.rules.facts import Duty, DutyKind, Incident, Notice, Page
from server.rules.journal import Action
from server.rules.retention import Kind as Kept
from server.rules.retention import Stretch

JOURNAL_COLUMNS = (
    "at",
    "store_id",
    "incident_id",
    "press_id",
    "page_id",
    "account_id",
    "action",
    "old",
    "new",
    "detail",
)


@dataclass(frozen=True, slots=True)
class RefusedOne:
    store: str
    device: str
    reason: str
    topic: str
    detail: str
    sample: bytes


@dataclass(frozen=True, slots=True)
class DutyChange:
    """End the running duties of these kinds, then put in the new one, if any."""

    store: str
    carrier: int
    ended: tuple[DutyKind, ...]
    new: Duty | None
    account: int


@dataclass(frozen=True, slots=True)
class Noted:
    """A row of the audit log to be."""

    by: Actor
    action: Audited
    store: str
    target: Target
    changes: Changes
    hourly: bool


@dataclass(slots=True)
class Swept:
    """A piece of what is too old. `count` and `after` are known once it is written."""

    kind: Kept
    stretch: Stretch
    total: int = 0
    """Rows that went before this piece."""
    count: int = 0
    after: datetime | None = None


@dataclass
class Work:
    """Changes are in the picture at once, so that the next event of the group sees them; `take_back` undoes them
    when the transaction fails. Everything in the effects happens after the commit only."""

    picture: Picture
    now: datetime
    boot: float
    """The same moment on the boot clock."""
    undo: Undo = field(default_factory=list)

    # rows
    incidents: dict[UUID, Incident | None] = field(default_factory=dict)
    """Touched ones, as they were before this unit of work (None: new)."""
    pages: dict[UUID, Page | None] = field(default_factory=dict)
    presses: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    press_updates: list[tuple[UUID, dict[str, Any]]] = field(default_factory=list)
    notices: dict[UUID, Notice] = field(default_factory=dict)
    """New ones and changed ones, as they are to be."""
    duties: list[DutyChange] = field(default_factory=list)
    stores: set[str] = field(default_factory=set)
    """Whose revision counts up."""
    reports: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    """New ones of the stand-in."""
    journal: list[tuple[Any, ...]] = field(default_factory=list)
    """In the order of JOURNAL_COLUMNS."""
    refused: list[RefusedOne] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    """For the audit log. Nothing that a press, a page or an answer to a call does."""
    swept: list[Swept] = field(default_factory=list)
    devices: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """(store, device, columns)."""
    transmitters: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    """(store, gateway, name, columns)."""
    tidied: dict[str, datetime] = field(default_factory=dict)
    """Store -> canaries that are older than this may go."""
    canaries: dict[UUID, Canary] = field(default_factory=dict)
    """New ones and changed ones, as they are to be."""
    coverage: list[CoverageRow] = field(default_factory=list)
    vitals: VitalRows = field(default_factory=VitalRows)

    # effects, in the order in which they happen
    orders: list[tuple[str, Page]] = field(default_factory=list)
    receipts: list[tuple[str, Publication]] = field(default_factory=list)
    others: list[tuple[str, Publication]] = field(default_factory=list)
    settles: list[tuple[str, Delivery]] = field(default_factory=list)
    letters: list[Notice] = field(default_factory=list)
    came: list[Came] = field(default_factory=list)
    answers: list[Callable[[], None]] = field(default_factory=list)

    asked: set[UUID] = field(default_factory=set)
    """Pages whose gateway was asked again."""
    lights: set[Place] = field(default_factory=set)
    """Buttons whose light may have changed."""
    lights_again: set[Place] = field(default_factory=set)
    """Buttons that are told even if it did not."""
    brief: dict[Place, tuple[LightState, int]] = field(default_factory=dict)
    """Buttons that calls nobody, and what they show for a moment (seconds) instead of nothing."""
    woken: set[tuple[str, str]] = field(default_factory=set)
    """(store, device) that came online: a gateway among them is asked about its pages at once."""
    rang: set[str] = field(default_factory=set)
    """Stores of which a screen would show something new."""

    def put_incident(self, new: Incident) -> None:
        self.incidents.setdefault(new.id, self.picture.incidents.get(new.id))
        self.picture.put_incident(new, self.undo)
        self.lights.add((new.store_id, new.device, new.input))
        self.rang.add(new.store_id)

    def put_page(self, new: Page) -> None:
        self.pages.setdefault(new.id, self.picture.pages.get(new.id))
        self.picture.put_page(new, self.undo)
        self.rang.add(new.store_id)

    def put_notice(self, new: Notice) -> None:
        self.notices[new.id] = new
        self.picture.note(self.picture.notices, new.id, new, self.undo)
        self.rang.add(new.store_id)

    def put_press(self, row: dict[str, Any]) -> None:
        self.presses[row["id"]] = row
        self.rang.add(row["store_id"])

    def change_press(self, press: UUID, **columns: Any) -> None:
        if press in self.presses:
            self.presses[press].update(columns)
        else:
            self.press_updates.append((press, columns))

    def say(
        self,
        action: Action,
        incident: Incident | None = None,
        *,
        store: str | None = None,
        about: UUID | None = None,
        press: UUID | None = None,
        page: UUID | None = None,
        account: int | None = None,
        old: str | None = None,
        new: str | None = None,
        **detail: Any,
    ) -> None:
        """Write down a change, for the timeline. `about`: an incident that is not in mind any more."""
        if None in detail.values():
            detail = {name: value for name, value in detail.items() if value is not None}
        store_id, incident_id = (store, about) if incident is None else (incident.store_id, incident.id)
        entry = (self.now, store_id, incident_id, press, page, account, action.value, old, new, detail)
        self.journal.append(entry)

    def note(
        self,
        request: SetDuty | RunCanaries | ChangeSettings | CommandDevice | SendCode | Looked,
        action: Audited,
        store: str,
        target: Target = NOTHING,
        changes: Changes | None = None,
        *,
        hourly: bool = False,
    ) -> None:
        """Write down in the audit log what somebody asked for. `hourly`: no more than once an hour of each."""
        by = request.by
        if by is None:
            by = SYSTEM if request.account is None else Actor(Kind.ACCOUNT, request.account)
        self.noted.append(Noted(by, action, store, target, changes or {}, hourly))

    @property
    def has_rows(self) -> bool:
        return bool(
            self.incidents
            or self.pages
            or self.presses
            or self.press_updates
            or self.reports
            or self.notices
            or self.duties
            or self.stores
            or self.journal
            or self.refused
            or self.noted
            or self.swept
            or self.devices
            or self.transmitters
            or self.canaries
            or self.tidied
            or self.coverage
            or self.vitals
        )

    def take_back(self) -> None:
        """The picture as it was before this unit of work."""
        while self.undo:
            self.undo.pop()()
