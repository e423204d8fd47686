"""Whom to call, in which order, and how long to wait: a policy and its steps."""

from __future__ import annotations

from datetime import time

from sqlmodel import Field

from server.db.tables.row import Row


class Policy(Row, table=True):
    """All times in whole seconds. `zone_id` None: the store's own, for zones without one."""

    id: int | None = Field(default=None, primary_key=True)
    store_id: str = Field(foreign_key="store.id", index=True, max_length=32)
    zone_id: int | None = Field(default=None, foreign_key="zone.id")
    name: str = Field(max_length=60)
    use: str = Field(default="call", max_length=8)
    """`call`, `closed` (outside the opening hours) or `quiet` (security)."""
    priority: int = 2
    tell_others: bool = True
    """Whether those who were called too are told that somebody goes."""
    ttl_s: int = 120
    """A press older than this is history, never an alarm."""
    exit_s: int = 90
    """The customer is expected to leave after this long."""
    attend_s: int = 120
    patience_s: int = 10
    """How long a page may wait at one gateway before another one takes it over."""
    """Acknowledged but not attended for this long: pages again."""
    repeat_s: int = 30
    """After the last step everybody called so far is paged again this often while nobody acknowledges."""
    repeats: int = 5
    active: bool = True
    """False: no press is dealt with by it any more; incidents of old still name it."""


class PolicyStep(Row, table=True):
    id: int | None = Field(default=None, primary_key=True)
    policy_id: int = Field(foreign_key="policy.id", index=True)
    position: int
    """1 is the first."""
    after_s: int = 0
    """Seconds after the step before it; for the first step after the press."""
    target: str = Field(max_length=16)
    """`zone`, `role`, `carrier`, `group` or `everybody`."""
    role: str | None = Field(default=None, max_length=16)
    carrier_id: int | None = Field(default=None, foreign_key="carrier.id")
    pager_id: int | None = Field(default=None, foreign_key="pager.id")
    """The pager of a group."""
    most: int | None = None
    """Call at most so many people; None: all."""
    alert: int | None = None
    """Beep or vibration pattern 1..4; None: the pager's own."""


class PolicyHours(Row, table=True):
    """When a policy holds, local; without any: whenever no other one with hours does."""

    __tablename__ = "policy_hours"

    id: int | None = Field(default=None, primary_key=True)
    policy_id: int = Field(foreign_key="policy.id", index=True)
    weekday: int
    starts: time
    ends: time
