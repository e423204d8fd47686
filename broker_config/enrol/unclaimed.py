"""A device that is to be claimed: it looks for a join string, tries it, and looks for the next one if that came to
nothing. A `broker_config.loop.Core`, for a button unit and a gateway alike."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from broker_config.enrol.claim import Claim, Heard, View
from broker_config.enrol.core import Stage
from broker_config.enrol.words import Trouble, sentence
from broker_config.enrolment import Grant, Join
from broker_config.errors import SetupError

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often a join string is looked for."""
AGAIN_S = 15.0
"""Before one that did not get through has its next turn."""


class Joins(Protocol):
    """Where join strings come from."""

    def next(self) -> Join | None:
        """One that has not had its turn. Raises ValueError for one that is none."""

    def settle(self, join: Join, trouble: Trouble | None) -> None:
        """It has had its turn: an identity (None), or a trouble that stays."""


class Unclaimed:
    """`begin` makes a claim of a join string; OSError when the disk takes no key. `show` is called when what it is at
    changes, and only then."""

    def __init__(
        self,
        joins: Joins,
        begin: Callable[[Join, float], Claim],
        show: Callable[[View], None],
        now: float,
    ) -> None:
        self._joins = joins
        self._begin = begin
        self._show = show
        self._claim: Claim | None = None
        self._look_at: float | None = now
        self._shown: View | None = None
        self._view = View(Stage.NO_JOIN, None, "")

    @property
    def view(self) -> View:
        return self._view

    @property
    def grant(self) -> Grant | None:
        """Once it has its identity, and everything is written."""
        return None if self._claim is None else self._claim.grant

    def push(self, number: int, now: float) -> None:
        """One of its buttons was pressed."""
        if self._claim is not None:
            self._claim.push(number, now)

    def handle(self, events: Sequence[Heard], now: float) -> None:
        if self._claim is not None:
            self._claim.handle(events, now)
        elif self._look_at is not None and now >= self._look_at:
            self._look(now)
        if self._claim is not None:
            self._view = self._claim.view
            if self._claim.is_over and self.grant is None:
                self._ended(self._claim, now)
            elif self.grant is not None and self._look_at is not None:
                self._look_at = None
                self._joins.settle(self._claim.join, None)
        if self._view != self._shown:
            self._shown = self._view
            self._show(self._view)

    def due(self) -> float | None:
        return self._look_at if self._claim is None else self._claim.due()

    def _look(self, now: float) -> None:
        self._look_at = now + LOOK_S
        try:
            join = self._joins.next()
        except ValueError:
            self._view = View(Stage.FAILED, Trouble.JOIN, sentence(Trouble.JOIN))
            return
        if join is None:
            if self._view.trouble is Trouble.JOIN:
                self._view = View(Stage.NO_JOIN, None, "")
            return
        try:
            self._claim = self._begin(join, now)
        except (OSError, SetupError) as error:
            words = sentence(
                Trouble.DISK, folder="the data folder", detail=getattr(error, "strerror", None) or str(error)
            )
            self._view = View(Stage.FAILED, Trouble.DISK, words)
            self._look_at = now + AGAIN_S
            return
        self._claim.step(now)

    def _ended(self, claim: Claim, now: float) -> None:
        """What passes by itself gives the same string another turn."""
        trouble, self._claim = claim.view.trouble, None
        if trouble is not None and trouble.is_final and trouble is not Trouble.DISK:
            self._joins.settle(claim.join, trouble)
            self._look_at = now + LOOK_S
        else:
            self._look_at = now + AGAIN_S
