"""What people ask of the engine: the routes build these, and so do the people of the simulated world."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from server.rules.incidents import Outcome, State


@dataclass(frozen=True, slots=True)
class Acknowledge:
    incident: UUID
    account: int


@dataclass(frozen=True, slots=True)
class Arrive:
    incident: UUID
    account: int


@dataclass(frozen=True, slots=True)
class Close:
    incident: UUID
    account: int
    outcome: Outcome


Request: TypeAlias = Acknowledge | Arrive | Close


class RefusalReason(StrEnum):
    UNKNOWN = "unknown"
    """No such incident, or it is closed for good."""
    TOO_LATE = "too_late"
    """Somebody else was faster."""
    WRONG_STATE = "wrong_state"


@dataclass(frozen=True, slots=True)
class Done:
    incident: UUID
    state: State


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing changed. `state` and `by` (account id) tell what is so instead."""

    incident: UUID
    reason: RefusalReason
    state: State | None = None
    by: int | None = None


Answer: TypeAlias = Done | Refusal


class Desk(Protocol):
    """Where a request is handed in. Blocks until the change is committed; raises DeskClosed when stopping."""

    def ask(self, request: Request) -> Answer: ...


class DeskClosed(Exception):
    """The engine did not answer in time, or the server is stopping. The caller may try again."""
