"""Groups of steps, one transaction each. A group that fails is done again one by one, so that a bad one fails alone;
a database that does not answer settles nothing, and after some tries the links are dropped on purpose."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from broker_config.link import Link
from server.channels_out.letter import Told
from server.db.connect import Database
from server.db.engine_write import RowChanged, Writer
from server.engine.events import Ask, Due, Step
from server.engine.picture import Picture
from server.engine.timers import Timers
from server.engine.work import RefusedOne, Work
from server.intake import Incoming

log = logging.getLogger(__name__)

RETRY = timedelta(milliseconds=500)
TRIES = 3
"""After so many the links are dropped on purpose: what was not settled comes back with its age counted."""


class Stage(Protocol):
    """What a group means: the part of the core that knows presses, results and people."""

    def stage(self, work: Work, steps: Sequence[Step], *, look_up_all: bool) -> None:
        """Put down all that these steps change. Raises what the database raises."""

    def after(self, work: Work) -> None:
        """It is committed: say it to the world."""

    def look_again(self, moment: datetime, now: float) -> None:
        """Read the picture anew: a commit whose answer was lost may have been taken all the same."""


class Units:
    def __init__(
        self, stage: Stage, db: Database, picture: Picture, links: Mapping[str, Link], timers: Timers
    ) -> None:
        self._stage, self._db, self._picture = stage, db, picture
        self._links, self._timers = links, timers
        self._writer = Writer(db)
        self._held: list[Step] = []
        self._failures = 0
        self._in_doubt = False
        self.retry_at: datetime | None = None
        """When what was held back is tried again; None: nothing is."""

    def waits(self, steps: list[Step], moment: datetime) -> bool:
        """Hold these back while the database is not to be asked; else put in front of them what was held."""
        if self.retry_at is None:
            return False
        self._held += steps
        if moment < self.retry_at:
            return True
        steps[:], self._held, self.retry_at = self._held, [], None
        return False

    @property
    def in_doubt(self) -> bool:
        return self._in_doubt

    def close(self) -> None:
        self._writer.close()

    def together(self, steps: list[Step], moment: datetime, now: float) -> None:
        try:
            self._unit(steps, moment, now, look_up_all=False)
            self._failures = 0
        except Exception as error:  # noqa: BLE001  whatever it is, it must not take the others with it
            if self._db.in_trouble(error):
                self._wait(steps, moment, error)
                return
            log.warning(
                "a group of %d failed (%s): one by one", len(steps), error, extra={"action": "engine.group"}
            )
            for index, step in enumerate(steps):
                if not self._alone(step, moment, now):
                    self._wait(steps[index:], moment, error)
                    return

    def _alone(self, step: Step, moment: datetime, now: float) -> bool:
        """False: the database is in trouble, and this one is still to be done."""
        try:
            self._unit([step], moment, now, look_up_all=True)
        except Exception as error:
            if self._db.in_trouble(error):
                return False
            log.exception("one step failed alone", extra={"action": "engine.step"})
            return self._set_aside(step, moment, now)
        return True

    def _set_aside(self, step: Step, moment: datetime, now: float) -> bool:
        """What can never be done must not come back for ever: it ends in the refused list, aloud.

        False: not even that can be written now."""
        if isinstance(step, Ask):
            step.answer(None)
        elif isinstance(step, Due):
            self._timers.set(step.key, moment + timedelta(seconds=5))
        elif isinstance(step, Incoming):
            work = Work(self._picture, moment, now)
            device = step.received.device if step.received is not None else ""
            delivery = step.delivery
            why = ("internal", delivery.topic, "could not be stored")
            work.refused.append(RefusedOne(step.store, device, *why, delivery.payload[:300]))
            work.settles.append((step.store, delivery))
            try:
                self._writer.commit(work)
            except Exception as error:
                if self._db.in_trouble(error):
                    return False
                raise
            self._stage.after(work)
        return True

    def _unit(self, steps: Sequence[Step], moment: datetime, now: float, *, look_up_all: bool) -> None:
        if self._in_doubt:
            self._stage.look_again(moment, now)
            self._in_doubt = False
        work = Work(self._picture, moment, now)
        try:
            self._stage.stage(work, steps, look_up_all=look_up_all)
            if work.has_rows:
                self._writer.commit(work)
        except BaseException as error:
            work.take_back()
            self._in_doubt |= self._db.in_trouble(error) or isinstance(error, RowChanged)
            raise
        self._stage.after(work)

    def _wait(self, steps: Sequence[Step], moment: datetime, error: Exception) -> None:
        """The database does not take anything now. Nothing is settled; after a few tries the links are dropped."""
        self._failures += 1
        log.error("the database does not answer: %s", error, extra={"action": "engine.database"})
        self.put_off(steps, moment)
        self.retry_at = moment + RETRY
        if self._failures % TRIES == 0:
            self._held = [step for step in self._held if isinstance(step, Told)]  # nobody says those again
            for link in self._links.values():
                link.reconnect("the database does not answer")

    def put_off(self, steps: Sequence[Step], moment: datetime) -> None:
        for step in steps:
            if isinstance(step, Ask):
                step.answer(None)
            elif isinstance(step, Due):
                self._timers.set(step.key, moment + RETRY)
            elif isinstance(step, Incoming | Told):
                self._held.append(step)
