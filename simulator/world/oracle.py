"""Judges a run by what hands did, what lights said, what rang, and what the rows hold: what should not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from firmware_bridge.light import Shown
from server import in_world
from server.in_world import Books, Disk, PageFacts, PressFacts
from server.rules.account import GapKind
from simulator.stage import SERVER
from simulator.world.eyes import Eyes
from simulator.world.hands import Hands
from simulator.world.page_oracle import FINAL, RANG, judge_pages, latest_s
from simulator.world.shop import WorldShop
from simulator.world.trouble import Trouble

TTL_S = 120.0
RIGHT_S = 1.1
"""A broker counts whole seconds of what it holds."""
YOUNG_S = 90.0
"""Nothing that adds to an age by mistake adds more than the rest of the time to live, if nothing stood still."""
SETTLE_S = 120.0
"""After the last fault everything is settled in this time."""


class Oracle:
    def __init__(self, shop: WorldShop, disk: Disk, hands: Hands, eyes: Eyes, trouble: Trouble) -> None:
        self._shop, self._disk, self._hands, self._eyes, self._trouble = shop, disk, hands, eyes, trouble

    def books(self) -> Books:
        with self._disk.looking():
            return in_world.read_books(self._shop.db, self._shop.plan.store)

    def settled(self) -> list[str]:
        """What is still on its way, when nothing may be any more."""
        shop, now, books = self._shop, self._shop.clock.now(), self.books()
        found = [
            f"{name}: {unit.waiting} presses still wait" for name, unit in shop.units.items() if unit.waiting
        ]
        for page in books.pages:
            if page.state not in FINAL and now > page.deadline_at + timedelta(seconds=latest_s(shop)):
                found.append(f"page {page.id} is still {page.state}, its time was over at {page.deadline_at}")
        for call in books.calls:
            if call.closed_at is None and (call.due_at is None or call.due_at < now - timedelta(seconds=10)):
                found.append(f"call {call.number} sleeps: {call.state}, due {call.due_at}")
        return found

    def final(self) -> list[str]:
        """At the end, when every call is closed."""
        books = self.books()
        found = [
            *self._eyes.misses,
            *self._presses(books),
            *self._calls(books),
            *judge_pages(self._shop, books, self._eyes.rang, self._trouble.struck),
            *self._lights(),
        ]
        found += [*self._ages(books), *self._account(books)]
        return found

    def _account(self, books: Books) -> Iterator[str]:
        """What `redbutton account` would say of this day."""
        shop = self._shop
        with self._disk.looking():
            account = in_world.account_of(shop.db, shop.plan.store, shop.clock.now())
        pages = {f"page {page.id}": page for page in books.pages}
        for gap in account.gaps:
            doubted = pages.get(gap.what.split(" of ")[0])
            if gap.kind is GapKind.NOT_REPEATED and doubted and _was_called_anyway(doubted, books):
                continue
            yield f"ACCOUNT {gap.kind.value}: {gap.device} {gap.what} {gap.detail}"
        if not account.totals.adds_up:
            yield f"ACCOUNT does not add up: {account.totals}"

    def _presses(self, books: Books) -> Iterator[str]:
        rows: Counter[tuple[str, int]] = Counter()
        for press in books.presses:
            if press.kind == "press" and press.purpose == "call":
                rows[press.device, press.input] += 1
        sure: Counter[tuple[str, int]] = Counter()
        most: Counter[tuple[str, int]] = Counter()
        for touch in self._hands.touches:
            place = (touch.device, touch.input)
            sure[place] += touch.sure
            most[place] += 1 + touch.more
        for place in sorted(rows.keys() | most.keys()):
            where = f"{place[0]}.{place[1]}"
            if rows[place] < sure[place]:
                yield f"LOST at {where}: {sure[place]} sure pushes, {rows[place]} rows"
            if rows[place] > most[place]:
                yield f"FORGED at {where}: at most {most[place]} pushes, {rows[place]} rows"
        made = {press: name for name, unit in self._shop.units.items() for press in unit.made}
        for press in books.presses:
            if made.get(press.id) != press.device:
                yield f"FORGED: press {press.id} of {press.device} was never made there"

    def _ages(self, books: Books) -> Iterator[str]:
        """No alarm for what is history, and no history for what is fresh."""
        zero = self._shop.clock.now() - timedelta(seconds=self._shop.clock.boot())
        calls = {call.press: call for call in books.calls}
        touches: dict[tuple[str, int], list[float]] = {}
        for touch in self._hands.touches:
            touches.setdefault((touch.device, touch.input), []).append(touch.at)
        for press in books.presses:
            if press.kind != "press" or press.purpose != "call":
                continue
            made = self._shop.units[press.device].made.get(press.id)
            if made is None or self._rebooted(press.device, made, (press.received_at - zero).total_seconds()):
                continue
            pushed = max(
                (at for at in touches.get((press.device, press.input), []) if at <= made), default=made
            )
            received = (press.received_at - zero).total_seconds()
            age = received - pushed
            slack = self._trouble.stalls(pushed - 15, received, (press.device, SERVER, "broker"))
            call = calls.get(press.id)
            alarm = press.state in ("stored", "merged") and press.age_known
            if alarm and age > TTL_S + RIGHT_S + slack and (call is None or call.stood_in_at is None):
                yield f"STALE: press {press.id} of {press.device} is {press.state}, {age:.1f} s old"
            if press.state == "late" and age < YOUNG_S and not slack:
                yield f"LATE too soon: press {press.id} of {press.device}, {age:.1f} s old"

    def _rebooted(self, device: str, begins: float, ends: float) -> bool:
        return any(
            one.fault.kind == "unit reboot"
            and one.fault.part == device
            and one.begins <= ends
            and one.ends >= begins
            for one in self._trouble.struck
        )

    def _calls(self, books: Books) -> Iterator[str]:
        known = {call.id for call in books.calls}
        opened = {call.press for call in books.calls}
        reds = {
            (unit.device, one.n)
            for unit in self._shop.plan.units
            for one in unit.inputs
            if one.colour == "red"
        }
        for press in books.presses:
            if not _calls_somebody(press, reds):
                continue
            if press.state == "stored" and press.incident not in known:
                yield f"UNCALLED: press {press.id} of {press.device} is stored, and no call is open for it"
            if press.state == "merged" and press.incident not in known:
                yield f"MERGED into nothing: press {press.id}"
            if press.state == "late" and press.id in opened:
                call = next(one for one in books.calls if one.press == press.id)
                if call.stood_in_at is None:
                    yield f"STALE: late press {press.id} opened call {call.number}"
        rang = {page.incident for page in books.pages if page.state in RANG}
        for call in books.calls:
            if call.closed_at is None or call.outcome is None:
                yield f"NO FINAL WORD: call {call.number} is {call.state}"
            told = (
                call.id in rang
                or call.nobody_at is not None
                or call.acknowledged_at is not None
                or call.attended_at is not None
                or call.stood_in_at is not None
                or call.outcome == "false_press"
            )
            if not told:
                yield f"NOBODY TOLD: call {call.number} at {call.device}.{call.input}"
            if call.called_at is not None and call.id not in rang:
                yield f"UNTRUE: call {call.number} says somebody was called, and no page rang"

    def _lights(self) -> Iterator[str]:
        for name, unit in self._shop.units.items():
            for number in sorted(unit.outputs.patterns):
                if unit.light(number) is not Shown.IDLE:
                    yield f"{name}.{number} still shows {unit.light(number).value} when all is over"


def _calls_somebody(press: PressFacts, reds: set[tuple[str, int]]) -> bool:
    return press.kind == "press" and press.purpose == "call" and (press.device, press.input) in reds


def _was_called_anyway(doubted: PageFacts, books: Books) -> bool:
    """Another page of the same call for this pager was on its way when nobody knew of the first one."""
    return any(
        page.id != doubted.id
        and (page.incident, page.address) == (doubted.incident, doubted.address)
        and page.final_at is not None
        and doubted.final_at is not None
        and page.final_at > doubted.final_at
        for page in books.pages
    )
