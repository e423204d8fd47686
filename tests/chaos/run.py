"""One run: everything that the plan says, done to real processes; then calm; then the account."""

from __future__ import annotations

import heapq
import select
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import count
from random import Random

from broker_config.machine import boot_clock
from simulator.pager import ReceivedPage
from tests.chaos.book import Felt, light_of
from tests.chaos.hands import Hands
from tests.chaos.lights import Lights
from tests.chaos.plan import BROKER, DATABASE, OF_A_SERVER, SERVER, Kind, Plan, Touch, Trouble
from tests.chaos.record import WAITING, Record, Struck
from tests.chaos.shop import START_S, UNITS, ChaosShop
from tests.chaos.staff import Staff
from tests.chaos.troubles import FAULTS
from tests.live.live_unit import Unit
from tests.live.processes import Process
from tests.live.whole_shop_rows import places

LOOK_S = 0.1
POSTPONED_S = 0.5
SETTLED_S = 60.0
STAFF_PER_PRESS = 0.7
WATCHES = b"action=unit.ready"
NO_DATABASE = b"the database does not answer"
MENDS_S = 6.0
"""A unit tries a disk that took nothing again after 5 s."""


class Run:
    """`say` gets a line now and then."""

    def __init__(self, shop: ChaosShop, plan: Plan, say: Callable[[str], None]) -> None:
        self.shop, self.plan, self._say = shop, plan, say
        self.record = Record()
        self.felt: list[Felt] = []
        self.complaints: list[str] = []
        self.settled_s = 0.0
        self._told_since: float | None = None
        self.lights = Lights()
        self._coming: set[str] = set()
        """Started, and not there yet."""
        self._logged: dict[str, int] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.hands = Hands(
            {name: unit.ready for name, unit in shop.units.items()}, list(places(UNITS)), self._lives
        )
        rate = STAFF_PER_PRESS * plan.wanted.presses / plan.wanted.seconds
        self.staff = Staff(shop.staff(), Random(f"{plan.wanted.seed} staff"), rate)
        for line in shop.lines.values():
            line.air.listen(partial(self._feel, line.name))

    def live(self) -> None:
        """The shop runs already. When this returns everything has come back and become calm, or a complaint says
        what has not."""
        for name, unit in self.shop.units.items():
            self.lights.watch(name, unit.ready)
        self.staff.start()
        self._begin = boot_clock()
        for trouble in self.plan.troubles:
            self._at(trouble.at, lambda trouble=trouble: self._strike(trouble))  # type: ignore[misc]
        for touch in self.plan.touches:
            self._at(touch.at, lambda touch=touch: self._touch(touch))  # type: ignore[misc]
        for minute in range(1, int(self.plan.wanted.minutes) + 1):
            self._at(60.0 * minute - 0.5, self._progress)
        self._work(self.plan.wanted.seconds)
        self._settle()

    def close(self) -> None:
        self.staff.stop()
        self.lights.close()

    # what happens when

    def _at(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (seconds, next(self._order), what))

    def _now(self) -> float:
        return boot_clock() - self._begin

    def _work(self, until: float) -> None:
        while True:
            now = self._now()
            if self._agenda and self._agenda[0][0] <= now:
                heapq.heappop(self._agenda)[2]()
                continue
            self._look()
            if now >= until and not self._agenda:
                return
            due = min(self._agenda[0][0] if self._agenda else until, now + LOOK_S)
            select.select([], [], [], max(0.0, due - self._now()))

    def _strike(self, trouble: Trouble) -> None:
        """A kill waits until its victim lives, and a freeze too; a wrong clock until it is there: what starts with one
        is not tried here."""
        process = self.shop.named.get(trouble.part)
        gone = process is not None and not process.running
        if (trouble.kind in (Kind.KILL, Kind.FREEZE) and gone) or (
            trouble.kind is Kind.CLOCK and (gone or trouble.part in self._coming)
        ):
            self._at(self._now() + POSTPONED_S, lambda: self._strike(trouble))
            return
        fault = FAULTS[trouble.kind](self.shop, trouble)
        struck = Struck(trouble, datetime.now(UTC))
        self.record.struck.append(struck)
        if trouble.kind is Kind.KILL:
            self._coming.discard(trouble.part)
        fault.begin()

        def end() -> None:
            if trouble.kind is Kind.KILL:
                self._comes(trouble.part)
            fault.end()
            if trouble.kind not in WAITING:
                struck.ended = datetime.now(UTC)
            if trouble.kind is Kind.KILL and trouble.part == BROKER:
                struck.ready = struck.ended

        self._at(self._now() + trouble.lasts, end)

    def _touch(self, touch: Touch) -> None:
        try:
            self.hands.touch(touch)
        except OSError as error:
            self._wrong(f"nobody could touch {touch.place}: {error}")

    def _lives(self, unit: str) -> bool:
        frozen = any(one.lasts for one in self.record.of(unit, Kind.FREEZE))
        return unit not in self._coming and not frozen and self.shop.units[unit].running

    def _look(self) -> None:
        """Who is there again, and who went without being told to."""
        for name, process in self.shop.named.items():
            dead = any(one.lasts for one in self.record.of(name, Kind.KILL))
            if dead:
                continue
            if not process.running:
                if not self._found_no_database(name):
                    self._wrong(f"{name} ended by itself: {process.text()[-600:]}")
                self._comes(name)
                process.begin()
            elif name in self._coming and self._is_there(process):
                self._coming.discard(name)
                for one in self.record.of(name, Kind.KILL):
                    one.ready = min(one.ready, datetime.now(UTC))
                if isinstance(process, Unit):
                    self.lights.watch(name, process.ready)

    def _found_no_database(self, name: str) -> bool:
        """A server that starts without its database ends with words, and whoever watches services starts it anew."""
        if name != SERVER or name not in self._coming:
            return False
        with self.shop.server.log.open("rb") as log:
            log.seek(self._logged.get(name, 0))
            said = log.read()
        met = any(self.record.of(DATABASE, *OF_A_SERVER))
        return met and NO_DATABASE in said and b"Traceback" not in said

    def _is_there(self, process: Process) -> bool:
        """A unit is there when it watches its contacts, a moment after its control socket answers."""
        try:
            if not process.is_ready():
                return False
        except AssertionError:
            return False
        if not isinstance(process, Unit):
            return True
        with process.log.open("rb") as log:
            log.seek(self._logged.get(process.name, 0))
            return WATCHES in log.read()

    def _comes(self, name: str) -> None:
        """It is about to start; what its log says from here on is of this start."""
        process = self.shop.named.get(name)
        if process is not None:
            self._coming.add(name)
            self._logged[name] = process.log.stat().st_size if process.log.exists() else 0

    def _feel(self, line: str, page: ReceivedPage) -> None:
        address = page.address.lstrip("0")  # receivers of POCSAG tell all seven digits
        one = Felt(datetime.now(UTC), address, page.text, line)
        self.felt.append(one)
        self.record.felt(line, one.at)

    def _progress(self) -> None:
        self._say(
            f"{self._now():6.0f} s: {len(self.hands.made)} touches, {len(self.record.struck)} troubles, "
            f"{len(self.felt)} pages on the air"
        )

    # calm

    def _settle(self) -> None:
        """Everything is well again now, and so it must become."""
        self._until("every process is there again", lambda: not self._coming, patience_s=START_S)
        began = boot_clock()
        self._until("every press that was kept has its receipt", self._all_told)
        self._until("the keeper has told everything", lambda: not self._untold())
        self._until("every page is over", lambda: self.shop.open_pages() == 0)
        self._until("every light is right", lambda: not self._wrong_lights(), self._wrong_lights)
        self.settled_s = boot_clock() - began
        self.staff.stop()
        self._until("every call has its end", lambda: self.staff.close_all() == 0)
        self._until("every page is over at the end", lambda: self.shop.open_pages() == 0)
        self._until("every light is dark", lambda: not self._wrong_lights(), self._wrong_lights)

    def _until(
        self,
        words: str,
        what: Callable[[], bool],
        more: Callable[[], object] = lambda: "",
        *,
        patience_s: float = SETTLED_S,
    ) -> None:
        until = boot_clock() + patience_s
        while True:
            self._look()
            if what():
                return
            if boot_clock() > until:
                self._wrong(f"{patience_s:.0f} s after the last trouble still not: {words} {more()}")
                return
            select.select([], [], [], LOOK_S)

    def _all_told(self) -> bool:
        """And stays so: a disk that was full takes what is in memory only when the unit looks at it again."""
        if any(unit.waiting() for unit in self.shop.units.values()):
            self._told_since = None
        elif self._told_since is None:
            self._told_since = boot_clock()
        return self._told_since is not None and boot_clock() - self._told_since >= MENDS_S

    def _untold(self) -> int:
        """Calls of the stand-in without the server's receipt."""
        path = self.shop.folder / "gateway" / "ledger.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as ledger:
            return int(ledger.execute("SELECT count(*) FROM call WHERE open = 1").fetchone()[0])

    def _wrong_lights(self) -> list[str]:
        shown = {
            (name, int(number)): str(one["state"])
            for name, unit in self.shop.units.items()
            for number, one in unit._ask(do="light")["inputs"].items()
        }
        rows = [row for row in self.shop.incidents() if row.state != "closed"]
        found = []
        for place, state in shown.items():
            mine = [row for row in rows if (row.device, row.input) == place]
            wanted = light_of((row.opened_at, row.number, row, row.sorry_at is not None) for row in mine)
            if state != wanted:
                found.append(f"{place[0]}.{place[1]} shows {state} instead of {wanted}")
        return found

    def _wrong(self, words: str) -> None:
        self.complaints.append(words)
        print(f"! {words}", file=sys.stderr)
