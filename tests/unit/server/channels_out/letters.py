"""Letters for these tests, and a sender that a test answers for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from pydantic import JsonValue

from server.channels_out.letter import Kind, Letter

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_numbers = count(1)


def letter(
    target: str = "boss@shop.example",
    kind: Kind = "mail",
    *,
    at: datetime = NOON,
    notice: UUID | None = None,
    subject: str = "[slow channel] Nobody came",
    text: str = "Fitting rooms, since 12:00.",
) -> Letter:
    facts: dict[str, JsonValue] = {
        "event": "incident.unanswered",
        "place": "Примерочные",
        "pages": 4,
        "url": None,
    }
    return Letter(notice or UUID(int=next(_numbers)), kind, target, at, subject, text, facts)


class HandSender:
    """Notes what the core asks for."""

    def __init__(self) -> None:
        self.started: list[tuple[UUID, int]] = []
        self.cuts: list[tuple[UUID, int]] = []
        self.on_start: Callable[[UUID, int], None] = lambda notice, number: None
        self.on_cut: Callable[[UUID, int], object] = lambda notice, number: None

    def start(self, letter: Letter, number: int) -> None:
        self.started.append((letter.notice, number))
        self.on_start(letter.notice, number)

    def cut(self, notice: UUID, number: int) -> None:
        self.cuts.append((notice, number))
        self.on_cut(notice, number)
