"""One call while it is replayed: the incident as the rules know it, and what is to be said of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from broker_config.messages import Purpose
from server.replay.rounds import Act, Round, Story, group_key
from server.replay.went import Rang, Went, in_order
from server.rules.facts import Button, Incident, Pager, Policy, Store
from server.rules.incidents import State

WAITS = timedelta(seconds=1)
"""So long a page takes to its wrist: a pager for which one waits is not called twice."""


@dataclass(slots=True, eq=False)
class Call:
    button: Button
    policy: Policy
    incident: Incident
    real: Story
    number: int | None
    """In truth; None: it was no call of its own then."""
    round: int = 0
    owner: int | None = None
    """Carrier id of whoever goes."""
    wake: datetime | None = None
    rang: dict[int, bool] = field(default_factory=dict)
    """Pager -> whether it rings whoever is here: of a group, of the fallback."""
    rang_at: dict[int, datetime] = field(default_factory=dict)
    """Pager -> when last."""
    rang_now: bool = False
    """Whether a pager rang in this round."""
    spare: set[int] = field(default_factory=set)
    """Pagers that rang for the fallback group."""
    asked: set[str] = field(default_factory=set)
    """Who was called in this round."""
    pages: list[tuple[datetime, str, str, str, int]] = field(default_factory=list)
    """When, and the rest of `Rang` in its order."""
    answered_at: datetime | None = None
    answered_by: str | None = None
    nobody: bool = False
    fallback: bool = False
    undone: bool = False

    def change(self, **fields: Any) -> None:
        self.incident = replace(self.incident, **fields)

    @property
    def is_open(self) -> bool:
        return self.incident.state is not State.CLOSED

    @property
    def here(self) -> Round | None:
        """What really happened in this round."""
        return self.real.rounds[self.round] if self.round < len(self.real.rounds) else None

    @property
    def act(self) -> Act | None:
        return self.here.first if self.here is not None else None

    def next_round(self) -> None:
        self.round += 1
        self.asked = set()
        self.rang_now = False
        self.owner = None

    def ring(self, pager: Pager, key: str, reason: str, step: int, now: datetime) -> bool:
        """False: a page to that pager is on its way for this call already."""
        before = self.rang_at.get(pager.id)
        if before is not None and now - before < WAITS:
            return False
        self.rang_at[pager.id] = now
        self.rang_now = True
        if reason == "fallback":
            self.spare.add(pager.id)
        alone = pager.carrier_id is None or reason == "fallback"
        self.rang[pager.id] = self.rang.get(pager.id, False) or alone
        self.pages.append((now, key, pager.label, reason, step))
        return True

    def answered(self, now: datetime, by: str | None) -> None:
        if self.answered_at is None:
            self.answered_at, self.answered_by = now, by

    def went(self) -> Went:
        incident, opened = self.incident, self.incident.opened_at
        return Went(
            id=incident.press_id,
            place=(incident.device, incident.input),
            opened_at=opened,
            exit_after=incident.exit_at - opened,
            pages=in_order(
                Rang(at - opened, key, pager, reason, step) for at, key, pager, reason, step in self.pages
            ),
            answered_after=self.answered_at - opened if self.answered_at is not None else None,
            answered_by=self.answered_by,
            presses=incident.presses,
            nobody=self.nobody,
            fallback=self.fallback,
            last_resort=incident.last_resort_at is not None,
            undone=self.undone and self.answered_at is None,
            number=self.number,
        )


def key_of_pager(store: Store, pager: Pager) -> str:
    """Who may answer when it rings: initials, or the pager itself."""
    carrier = store.carriers.get(pager.carrier_id) if pager.carrier_id is not None else None
    return carrier.initials if carrier is not None else group_key(pager.label)


def opened(
    store: Store,
    button: Button,
    policy: Policy,
    press: UUID,
    *,
    pressed_at: datetime,
    now: datetime,
    quiet: bool,
    again: bool,
    damped: bool,
) -> Incident:
    return Incident(
        id=press,
        store_id=store.id,
        number=0,
        button_id=button.id,
        zone_id=button.zone_id,
        policy_id=policy.id,
        purpose=Purpose.CALL,
        state=State.TRIGGERED,
        priority=policy.priority,
        presses=1,
        again=again,
        opened_at=pressed_at,
        triggered_at=now,
        exit_at=pressed_at + timedelta(seconds=policy.exit_s),
        device=button.device,
        input=button.input,
        press_id=press,
        quiet=quiet,
        damped=damped,
    )
