"""Loads and renders the tablet's board, for the screen and for the stream alike."""

from __future__ import annotations

import itertools

from server.db.open_incidents import OpenIncident, open_incidents
from server.db.places import StoreFacts
from server.web.frame.live import Shown
from server.web.frame.screens import Screens
from server.web.services import Services
from server.web.tablet.view import Board, board


class TabletBoards:
    def __init__(self, services: Services, screens: Screens) -> None:
        self._services = services
        self._screens = screens
        self._number = itertools.count(1)

    def open(self, store: str) -> tuple[OpenIncident, ...]:
        """Without quiet calls, whoever stands before it: a tablet lies where anybody can look."""
        with self._services.db.reading() as session:
            return open_incidents(session, store, quiet=False)

    def view(self, store: StoreFacts, language: str) -> Board:
        words = self._screens.words(language, store.timezone)
        return board(self.open(store.id), self._services.now(), words)

    def shown(self, store: StoreFacts, language: str) -> Shown:
        words = self._screens.words(language, store.timezone)
        view = self.view(store, language)
        return Shown(
            journal_id=self._services.bell.newest(store.id),
            html=self._screens.render("tablet/partial.html", words, v=view),
            ringing=view.ringing,
            lost=view.lost,
            number=next(self._number),
        )
