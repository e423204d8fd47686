"""How often things happen in a shop that merely repeat. The defaults are those of a real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from firmware_bridge.debounce import POLL_S
from firmware_bridge.health import TELEMETRY_S
from firmware_bridge.pulse import LOOK_S
from pager_gateway.drivers.tap.settings import TapSettings
from server.in_world import USUAL, Rhythm


@dataclass(frozen=True, slots=True)
class Pace:
    """All in seconds. Nothing that a customer or a member of staff waits for is in here."""

    look_s: float = LOOK_S
    """A unit reads all its contacts."""
    poll_s: float = POLL_S
    """And one of them while it moves: interrupts get lost, virtual edges do not."""
    telling_s: float = TELEMETRY_S
    """Every device tells of itself."""
    probe_s: float = USUAL.probe.total_seconds()
    """The server sends itself a word through the broker."""
    walk_s: float = USUAL.walk.total_seconds()
    """The server looks at all devices."""
    look_at_path_s: float = USUAL.look.total_seconds()
    """The server looks whether the whole path holds, also when nothing seems to have changed."""
    try_s: float = USUAL.tried.total_seconds()
    """Every button and transmitter is tried silently."""
    plan_s: float = USUAL.plan.total_seconds()
    """The keeper's plan is looked at anew."""
    plan_after_call_s: float = USUAL.plan_after_call.total_seconds()
    plan_after_change_s: float = USUAL.plan_after_change.total_seconds()
    """And so long after something changed that it is made of."""
    supervise_s: float = TapSettings().supervise_s
    """A gateway asks a transmitter that has nothing to send whether it is there; 0: never."""

    def rhythm(self) -> Rhythm:
        return Rhythm(
            probe=timedelta(seconds=self.probe_s),
            walk=timedelta(seconds=self.walk_s),
            look=timedelta(seconds=self.look_at_path_s),
            tried=timedelta(seconds=self.try_s),
            plan=timedelta(seconds=self.plan_s),
            plan_after_call=timedelta(seconds=self.plan_after_call_s),
            plan_after_change=timedelta(seconds=self.plan_after_change_s),
            telling=timedelta(seconds=self.telling_s),
        )


AS_IN_LIFE = Pace()
UNHURRIED = Pace(look_s=3_600.0, telling_s=3_600.0, probe_s=3_600.0, walk_s=3_600.0)
"""For months in which nothing fails: a device that falls silent is noticed hours later."""
