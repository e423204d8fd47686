"""Loads and renders boards, for the screen and for the stream alike."""

from __future__ import annotations

import itertools
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.db import board as facts_of_board
from server.db.connect import Database
from server.db.places import StoreFacts
from server.rules.rights import Right
from server.web.board.view import Board, board
from server.web.frame.access import Visitor
from server.web.frame.live import Shown
from server.web.frame.screens import Screens
from server.web.frame.words import Words, day_start
from server.web.readiness.mark import readiness_mark
from server.web.services import Services

SHOWN_BY = (Right.ANSWER, Right.SEE_DEVICES)
"""Rights that make one board different from another."""
WEEKS = 4
USUAL_FOR = timedelta(minutes=5)
"""What is usual by this hour is counted anew so often: it moves slowly, and boards are made often."""


class Boards:
    def __init__(self, services: Services, screens: Screens) -> None:
        self._services = services
        self._screens = screens
        self._guard = threading.Lock()
        self._number = itertools.count(1)
        self._usual: dict[str, tuple[datetime, int | None]] = {}

    def view(
        self, store: StoreFacts, words: Words, may: frozenset[Right], *, wall: bool
    ) -> tuple[Board, int]:
        """The board as it is now, and the newest journal entry that is in it."""
        now = self._services.now()
        today = day_start(words.zone, words.local(now).date())
        usual = self._usual_by_now(store.id, words.zone, now)
        with self._services.db.reading() as session:
            facts = facts_of_board.load(session, store.id, today)
            ready = readiness_mark(session, store.id, now, words)
        url = f"/s/{store.id}"
        return board(facts, usual, now, words, url=url, may=may, wall=wall, ready=ready), facts.journal_id

    def shown(self, store: StoreFacts, language: str, may: frozenset[Right], *, wall: bool) -> Shown:
        """For the stream: one element that names its own target."""
        words = self._screens.words(language, store.timezone)
        view, journal_id = self.view(store, words, may, wall=wall)
        return Shown(
            journal_id=journal_id,
            html=self._screens.render("board/partial.html", words, v=view),
            ringing=frozenset(view.ringing),
            lost=frozenset(card.number for card in view.waiting if card.nobody),
            number=next(self._number),
        )

    def _usual_by_now(self, store_id: str, zone: ZoneInfo, now: datetime) -> int | None:
        with self._guard:
            kept = self._usual.get(store_id)
        if kept is not None and timedelta(0) <= now - kept[0] < USUAL_FOR:
            return kept[1]
        found = usual_by_now(self._services.db, store_id, zone, now)
        with self._guard:
            self._usual[store_id] = (now, found)
        return found


def rights_of(visitor: Visitor, store_id: str) -> frozenset[Right]:
    return frozenset(right for right in SHOWN_BY if visitor.may(right, store_id))


def usual_by_now(db: Database, store_id: str, zone: ZoneInfo, now: datetime) -> int | None:
    """Presses by this time of day on the same weekday, over the last weeks that had any; None without such."""
    local = now.astimezone(zone)
    counts = []
    with db.reading() as session:
        for week in range(1, WEEKS + 1):
            day = (local - timedelta(weeks=week)).date()
            first = day_start(zone, day)
            last = datetime.combine(day, local.time(), tzinfo=zone)
            whole = facts_of_board.presses(session, store_id, first, first + timedelta(days=1))
            if whole:
                counts.append(facts_of_board.presses(session, store_id, first, last))
    return round(sum(counts) / len(counts)) if counts else None
