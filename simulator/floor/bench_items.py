"""The items of the bench, one page for every kind of transmitter: what is switched on, its talk, its air, its trouble,
the pages that were sent, and what the pagers show.

    bench           {"on": "tap"|null, "state": "unknown|ready|dead", "cause": ""}
    sent:<driver>   {"entries": [{"n", "text", "to", "state", "proof", "error", "at", "ms"}]}   newest last
    pager:<address>, bytes:<driver>, line:<driver>, air:<driver>: as on the floor"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from broker_config.charsets import CHARSETS
from broker_config.messages.page import PageFormat
from pager_gateway.sender import PageReport
from pager_gateway.transmitter import Health, Page
from simulator.floor.display import as_shown
from simulator.floor.events import AirIs, BytesSeen, LineIs, PageArrived
from simulator.floor.items import Tail, page_row
from simulator.floor.line_items import LineItems
from simulator.floor.terminal import told_of
from simulator.floor.trouble import TroubleItems
from simulator.pager import ReceivedPage
from simulator.transmitters.base import Seen, Trouble
from simulator.transmitters.kinds import KINDS

SENT_KEPT = 6
PAGES_KEPT = 6
LONGEST = 80
"""Characters on a pager of the bench."""
WAITING, TRANSMITTING = "waiting", "transmitting"

Put = Callable[[str, Mapping[str, Any]], None]


class BenchItems:
    """Implements `bench_rig.Watcher`. `wearers`: address -> number of a pager, also by the codes of watches."""

    def __init__(
        self, put: Put, clock: Callable[[], float], wall_at_zero: float, wearers: Mapping[str, int]
    ) -> None:
        self._put, self._clock, self._zero, self._wearers = put, clock, wall_at_zero, wearers
        self._lines = LineItems(KINDS, put, lambda *_, **__: None, self._epoch_ms)
        self._airs = TroubleItems(KINDS, put, lambda *_, **__: None, self._epoch_ms)
        self._pages = {number: Tail(PAGES_KEPT) for number in wearers.values()}
        self._sent: dict[str, list[dict[str, Any]]] = {driver: [] for driver in KINDS}
        self._rows: dict[UUID, tuple[dict[str, Any], float]] = {}
        """By page: what is shown of it, and when it was handed to the driver."""
        self._count = 0
        self._formats: dict[int, tuple[PageFormat, str]] = {}
        """How each pager was called last: the bench sets it up for that."""
        self._lines.show()
        self._airs.show()
        for driver in KINDS:
            self._show(driver)
        for number in self._pages:
            self._put(f"pager:{number}", self._pages[number].item())
        self.switched(None)

    def switched(self, driver: str | None) -> None:
        self._put("bench", {"on": driver, "state": "unknown", "cause": ""})

    def rests(self, driver: str) -> None:
        """Off: the next one of its kind is a fresh one, on a good line; what it had in hand is nobody's any more."""
        now = self._clock()
        self._lines.happened(LineIs(driver, now, plugged=True, garbled=False, slow=False, troubles=()))
        self._airs.happened(AirIs(driver, now, None, now, 0))
        open_states = (WAITING, TRANSMITTING)
        self._sent[driver] = [row for row in self._sent[driver] if row["state"] not in open_states]
        self._show(driver)
        self.switched(None)

    def set_up(self, number: int, kind: PageFormat, charset: str) -> None:
        self._formats[number] = kind, charset

    def set(
        self,
        driver: str,
        *,
        plugged: bool | None = None,
        garbled: bool | None = None,
        slow: bool | None = None,
    ) -> None:
        self._lines.happened(LineIs(driver, self._clock(), plugged, garbled, slow))

    def asked(self, driver: str, page: Page, text: str) -> None:
        """Somebody sent a page; it waits for its turn."""
        self._count += 1
        row = {
            "n": self._count, "text": text, "to": self._number(page), "state": WAITING, "proof": "none",
            "error": "", "at": self._epoch_ms(self._clock()), "ms": None,
        }  # fmt: skip
        self._sent[driver] = [*self._sent[driver], row][-SENT_KEPT:]
        self._rows[page.id] = row, self._clock()
        while len(self._rows) > 10 * SENT_KEPT:
            del self._rows[next(iter(self._rows))]
        self._show(driver)

    # A watcher

    def seen(self, driver: str, seen: Seen) -> None:
        event = told_of(driver, seen, KINDS[driver].binary)
        if isinstance(event, BytesSeen):
            self._lines.happened(event)
        elif isinstance(event, AirIs):
            self._airs.happened(event)

    def in_trouble(self, driver: str, found: dict[Trouble, int]) -> None:
        self._lines.happened(LineIs(driver, self._clock(), troubles=tuple(found.items())))

    def healthy(self, driver: str, health: Health) -> None:
        self._put("bench", {"on": driver, "state": health.state, "cause": health.cause or ""})

    def handed(self, driver: str, pages: Sequence[Page]) -> None:
        for page in pages:
            self._change(driver, page.id, state=TRANSMITTING)

    def came_of(self, driver: str, report: PageReport) -> None:
        result = report.result
        row = self._rows.get(result.page)
        ms = None if row is None else round((self._clock() - row[1]) * 1000)
        error = "" if result.error is None else result.error.text or result.error.code
        self._change(driver, result.page, state=result.state, proof=result.proof, error=error, ms=ms)

    def arrived(self, page: ReceivedPage) -> None:
        """A pager rings."""
        number = self._wearers.get(page.address)
        if number is None:
            return
        kind, charset = self._formats.get(number, (PageFormat.TEXT, "ascii"))
        text = (
            str(number) if kind is PageFormat.CODE else as_shown(_letters(page.text, charset), kind, LONGEST)
        )
        event = PageArrived(page.address, text, kind.value, page.alert, page.at)
        self._pages[number].add(page_row(event, self._epoch_ms(page.at), None))
        self._put(f"pager:{number}", self._pages[number].item())

    def _number(self, page: Page) -> int:
        return self._wearers[page.body if page.format is PageFormat.CODE else page.address]

    def _change(self, driver: str, page: UUID, **what: Any) -> None:
        if page not in self._rows:
            return
        before, since = self._rows[page]
        after = {**before, **what}
        self._rows[page] = after, since
        self._sent[driver] = [after if row["n"] == after["n"] else row for row in self._sent[driver]]
        self._show(driver)

    def _show(self, driver: str) -> None:
        self._put(f"sent:{driver}", {"entries": self._sent[driver]})

    def _epoch_ms(self, at: float) -> int:
        return round((self._zero + at) * 1000)


def _letters(septets: str, charset: str) -> str:
    """What a pager with this table shows for the codes that reached it; of signs that share one, the first."""
    table: dict[str, str] = {}
    for sign, code in CHARSETS[charset].items():
        table.setdefault(chr(code), sign)
    return "".join(table.get(code, code) for code in septets)
