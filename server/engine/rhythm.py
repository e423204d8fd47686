"""How often the engine does what it merely repeats. Nothing that somebody waits for is in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from server.rules import canaries
from server.rules.presence import TELEMETRY_EVERY
from server.rules.retention import NIGHT, Hours


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The figures of a real shop. A month of history is made with slower ones."""

    probe: timedelta = timedelta(seconds=10)
    """A word to itself through each broker: how slow is it, and does it still answer."""
    walk: timedelta = timedelta(seconds=10)
    """All devices are looked at once."""
    look: timedelta = timedelta(minutes=1)
    """Whether the whole path holds is looked at, also when nothing seems to have changed."""
    tried: timedelta = canaries.EVERY
    """Each input and each transmitter is tried once."""
    plan: timedelta = timedelta(hours=1)
    """The keeper's plan is looked at anew, also when nothing seems to have changed."""
    plan_after_call: timedelta = timedelta(seconds=5)
    """And when a call has changed whose turn it is ..."""
    plan_after_change: timedelta = timedelta(milliseconds=200)
    """... or somebody changed the shop: changes come in bursts."""
    telling: timedelta = TELEMETRY_EVERY
    """A device tells of itself so often, unless its settings say something else."""
    night: Hours = NIGHT
    """Local to the store: when what is too old goes."""


USUAL = Rhythm()
