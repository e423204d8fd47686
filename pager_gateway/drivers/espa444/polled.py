"""The paging system is the control station: we speak when it polls us, and know it alive by its polls."""

from __future__ import annotations

from pager_gateway.drivers.espa444.calls import Item
from pager_gateway.drivers.espa444.dialogue import EspaDialogue, Heard
from pager_gateway.drivers.espa444.master import REOPEN_EVERY
from pager_gateway.drivers.espa444.settings import EspaSettings
from pager_gateway.drivers.espa444.station import State

NOBODY_POLLS = "nobody polls us: cable, power, speed, our address? is the paging system the control station?"
AFTER = 3
"""So many times of such a silence, and the port is opened anew."""


class PolledStation(EspaDialogue):
    def __init__(self, settings: EspaSettings, character_s: float) -> None:
        super().__init__(settings, character_s)
        self._since = 0.0
        """When it last gave a sign of life, or its silence was last found."""
        self._someone_is_master = False
        self._let_pass = False
        """A poll since the last doubt was answered with EOT."""
        self._moves.update(
            {
                (State.IDLE, Heard.OWN): self._called_upon,
                (State.IDLE, Heard.OTHER): self._other_called_upon,
            }
        )

    def _start(self, now: float) -> None:
        self._since = now

    def _question(self, now: float) -> None:
        """The next poll is the answer."""
        self._since = now

    def _look(self, now: float) -> None:
        if self.state is State.IDLE and now >= self._since + self._s.polled_s:
            self._since = now
            self._misses += REOPEN_EVERY // AFTER
            self._dead(NOBODY_POLLS)

    def _idle_until(self) -> float | None:
        return self._since + self._s.polled_s

    def _miss(self, now: float) -> None:
        """Its next poll will tell, or not come."""

    def _alive(self, now: float | None = None) -> None:
        super()._alive(now)
        self._since = self._heard_at

    def _doubt_line(self, now: float, item: Item | None) -> None:
        super()._doubt_line(now, item)
        self._let_pass = False

    def _line_is_free(self, since: float) -> None:
        super()._line_is_free(since)
        self._someone_is_master = False

    def _other_called_upon(self, now: float) -> None:
        self._someone_is_master = True

    def _called_upon(self, now: float) -> None:
        """After an EOT it is a poll; after another enquiry a select. In doubt one poll is let pass: it may have left
        before the other one heard our last word, and a late reply is still behind it."""
        if self._someone_is_master:
            self._selected(now)
            return
        self._alive(now)
        if self._unsure and not self._let_pass:
            self._let_pass = True
            self._end(now)
            return
        self._drained()
        self._ask(now)
        if self._rest_until <= now and self._next_item(now) is not None:
            self._select_slave(now)
        else:
            self._end(now)
