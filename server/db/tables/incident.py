"""What the store must deal with: one row from the first press to the outcome."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field

from server.db.tables.row import Row


class Incident(Row, table=True):
    __table_args__ = (
        UniqueConstraint("store_id", "number"),
        Index("ix_incident_store_opened", "store_id", "opened_at"),
        Index("ix_incident_state", "state"),
    )

    id: UUID = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.id", max_length=32)
    number: int
    """Counts up within the store; what people say aloud."""
    button_id: int | None = Field(default=None, foreign_key="button.id", index=True)
    zone_id: int | None = Field(default=None, foreign_key="zone.id")
    policy_id: int | None = Field(default=None, foreign_key="policy.id")
    device: str = Field(max_length=32)
    input: int
    press_id: UUID
    """The press that opened it."""
    purpose: str = Field(max_length=8)
    state: str = Field(max_length=16)
    """`triggered`, `acknowledged`, `attended` or `closed`."""
    priority: int = 2
    """1 is the most urgent."""
    presses: int = 1
    again: bool = False
    """Opened soon after the last one here was closed: a failed recovery."""
    opened_at: datetime
    """The earliest press that was not late: exit clock and waiting time run from here."""
    triggered_at: datetime
    """When it last became `triggered`: steps count from here."""
    step: int = 0
    """The last step of the policy that was carried out; 0 is none."""
    repeats: int = 0
    due_at: datetime | None = None
    """The next moment at which something happens by itself; the engine wakes exactly then."""
    exit_at: datetime
    sorry_at: datetime | None = None
    nobody_at: datetime | None = None
    """When it turned out that nobody could be called."""
    called_at: datetime | None = None
    """First page proven by a transmitter."""
    acknowledged_at: datetime | None = None
    acknowledged_by_id: int | None = Field(default=None, foreign_key="account.id")
    attended_at: datetime | None = None
    attended_by_id: int | None = Field(default=None, foreign_key="account.id")
    attended_how: str | None = Field(default=None, max_length=8)
    """`screen` or `key`: by word, or proven at the button."""
    closed_at: datetime | None = None
    closed_by_id: int | None = Field(default=None, foreign_key="account.id")
    outcome: str | None = Field(default=None, max_length=24)
    quiet: bool = False
    """For security alone: on no public screen."""
    damped: bool = False
    """Its button was pressed in fun too often: fewer people were called."""
    passed_ids: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Carriers who passed it on."""
    last_resort_at: datetime | None = None
    """When the slow channels were tried."""
    stood_in_at: datetime | None = None
    """When the keeper gateway called for it, while the server was silent."""
    confirmed_at: datetime | None = None
    """The customer's own green press after the contact."""
    cause_id: int | None = Field(default=None, foreign_key="cause.id")
    apology: bool | None = None
    """Whether somebody apologised; None: not said."""
    remedy: str | None = Field(default=None, max_length=16)
    """What was given: `server.rules.remedies.Remedy`; None: not said."""
    cost_cents: int | None = None
