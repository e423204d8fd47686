"""Eyes in the shop: they see every light as it changes and every page as it rings, and compare with what is durably
true in that moment."""

from __future__ import annotations

from datetime import timedelta

from firmware_bridge.light import Shown
from server import in_world
from server.in_world import Disk
from simulator.world.hands import Hands
from simulator.world.lines import Rang
from simulator.world.shop import WorldShop
from simulator.world.trace import Trace

REMEMBERED = timedelta(minutes=5)
"""What was true so short a time ago may still be shown: a light learns late while its way is cut."""
FINAL_WORD_S = 10.6
"""A press has a final word on its light by then, whoever is dead."""
SOON_S = 0.3
"""A unit that stood still understood the push later, and counts from there."""
OWED = (Shown.SENDING,)
RANG_S = 400.0


class Eyes:
    def __init__(self, shop: WorldShop, disk: Disk, hands: Hands, trace: Trace) -> None:
        self._shop, self._disk, self._hands, self._trace = shop, disk, hands, trace
        self.misses: list[str] = []
        self.seen: set[Shown] = set()
        self.rang: list[Rang] = []
        shop.on_air.append(self._ring)
        for name, unit in shop.units.items():
            unit.outputs.watchers.append(
                lambda number, shown, name=name: self._light(name, number, shown)  # type: ignore[misc]
            )

    def word_due(self, device: str, number: int, at: float) -> None:
        """`at`: when the button was pushed. Ten seconds later nobody may be left with a blinking light of a unit
        that could do something about it."""
        unit = self._shop.units[device]
        life = (unit.starts, unit.standstills)

        def look() -> None:
            lives = unit.running and (unit.starts, unit.standstills) == life
            understood = any(at <= made <= at + SOON_S for made in unit.made.values())
            if lives and understood and unit.light(number) in OWED and self._alone(device, number, at):
                self.misses.append(
                    f"{device}.{number}: no final word {FINAL_WORD_S} s after a push at {at:.3f}"
                )

        self._shop.clock.call_at(at + FINAL_WORD_S, look)

    def _alone(self, device: str, number: int, at: float) -> bool:
        return not any(
            one.at > at for one in self._hands.touches if (one.device, one.input) == (device, number)
        )

    def _ring(self, page: Rang) -> None:
        self._trace.say(page.at, f"air {page.line} {page.address} {page.alert} {page.text}")
        self.rang.append(page)

    def _light(self, device: str, number: int, shown: Shown) -> None:
        now = self._shop.clock.boot()
        self._trace.say(now, f"light {device}.{number} {shown.value}")
        self.seen.add(shown)
        if shown not in (Shown.RECEIVED, Shown.CALLED, Shown.COMING):
            return
        with self._disk.looking():
            true = in_world.at_place(
                self._shop.db, self._shop.plan.store, device, number, self._shop.clock.now() - REMEMBERED
            )
        so = {
            Shown.RECEIVED: true.stored,
            Shown.CALLED: true.called or any(one.at > now - RANG_S for one in self.rang),
            Shown.COMING: true.coming,
        }[shown]
        if not so:
            self.misses.append(f"{device}.{number} says {shown.value} at {now:.3f}, and no row says so")
