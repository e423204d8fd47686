"""What the engine hands to the slow channels, and the one word that comes back for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

Kind = Literal["mail", "webhook"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of `notice` on its way. Text and subject are in the store's language already."""

    notice: UUID
    kind: Kind
    target: str
    """An e-mail address or a URL."""
    created_at: datetime
    """Aware; the tries end 10 minutes after it."""
    subject: str
    text: str
    facts: Mapping[str, JsonValue]
    """The body of a webhook."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a letter ended. Said once per letter; `error` is in our own words and never quotes the other side."""

    notice: UUID
    ok: bool
    error: str | None
    at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended. `final`: another try cannot help."""

    ok: bool
    error: str | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """The outcome of try `number` (from 1) of a letter; it may come late, when that try was given up already."""

    notice: UUID
    number: int
    outcome: Outcome
