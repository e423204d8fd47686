"""Whether a device is there, by its status and its last sign of life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.rules.presence import TELEMETRY_EVERY, Presence, presence

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ago(seconds: float | None) -> datetime | None:
    return None if seconds is None else NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("state", "since", "heard", "every", "found"),
    [
        ("unknown", None, None, 60, Presence.UNKNOWN),
        ("offline", 5, 1, 60, Presence.OFFLINE),
        ("online", 5, None, 60, Presence.ONLINE),
        ("online", 900, 150, 60, Presence.ONLINE),
        ("online", 900, 151, 60, Presence.SILENT),
        ("online", 151, None, 60, Presence.SILENT),
        ("online", 900, 151, 300, Presence.ONLINE),
        ("online", 900, 26, 10, Presence.SILENT),
        ("online", None, None, 60, Presence.ONLINE),
    ],
)
def test_presence(
    state: str, since: float | None, heard: float | None, every: float, found: Presence
) -> None:
    assert presence(state, ago(since), ago(heard), timedelta(seconds=every), NOW) is found


def test_a_minute_is_what_units_do_by_themselves() -> None:
    assert timedelta(minutes=1) == TELEMETRY_EVERY
