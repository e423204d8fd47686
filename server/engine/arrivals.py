"""A press as it came in, and its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from broker_config.messages import Press
from server.engine.picture import Place
from server.engine.work import Work
from server.rules.facts import Button, Store


@dataclass(frozen=True, slots=True)
class Arrival:
    """One press as it came: how old it is now, and where it was pressed."""

    store: Store
    device: str
    press: Press
    age_ms: int
    received_at: datetime
    doubt_ms: int = 0
    """By how much it may be older, since the broker stood still meanwhile."""

    @property
    def place(self) -> Place:
        return (self.store.id, self.device, self.press.input)

    @property
    def pressed_at(self) -> datetime:
        return self.received_at - timedelta(milliseconds=self.age_ms)


@dataclass(frozen=True, slots=True)
class Known:
    """A press that is stored already."""

    state: str
    incident_id: UUID | None
    unit: tuple[str, str]
    """(store, device)."""


def store_press(
    work: Work, arrival: Arrival, button: Button, state: str, incident: UUID | None = None
) -> None:
    press = arrival.press
    work.put_press(
        {
            "id": press.id,
            "store_id": arrival.store.id,
            "device": arrival.device,
            "input": press.input,
            "button_id": button.id,
            "incident_id": incident,
            "run": press.run,
            "boot": press.boot,
            "seq": press.seq,
            "kind": press.kind.value,
            "purpose": press.purpose.value,
            "ref": press.ref,
            "via_input": press.via_input,
            "via": press.via,
            "state": state,
            "pressed_at": arrival.pressed_at,
            "received_at": arrival.received_at,
            "age_ms": arrival.age_ms,
            "age_known": press.age_known,
            "tries": press.try_,
        }
    )
