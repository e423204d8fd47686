"""Whether a device is there: what the broker says of it, and whether anything was heard of it lately."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

TELEMETRY_EVERY = timedelta(seconds=60)
"""Of a device whose settings say nothing else."""
PERIODS = 2.5
"""Without a sign of life for so many of them a device that counts as online is silent."""


class Presence(StrEnum):
    UNKNOWN = "unknown"
    """Never seen."""
    ONLINE = "online"
    SILENT = "silent"
    """Its link stands and it says nothing: it hangs."""
    OFFLINE = "offline"
    """It said so, or the broker did in its name: within 22.5 s of a link that froze."""


def presence(
    state: str, since: datetime | None, heard_at: datetime | None, every: timedelta, now: datetime
) -> Presence:
    """`state` as in the device's row, `since` when it became so."""
    if state != Presence.ONLINE:
        return Presence(state)
    moments = [moment for moment in (since, heard_at) if moment is not None]
    if moments and now - max(moments) > silent_after(every):
        return Presence.SILENT
    return Presence.ONLINE


def silent_after(every: timedelta) -> timedelta:
    return every * PERIODS
