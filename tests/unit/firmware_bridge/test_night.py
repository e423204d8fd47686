"""Night by the shop's own clock: over midnight, over both clock changes, and with a clock that nobody vouches for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages.device import NightSettings
from firmware_bridge.night import LOOK_S, Loudness, find_zone, is_night, next_turn

TALLINN = ZoneInfo("Europe/Tallinn")
LATE = NightSettings(starts="22:00", ends="06:30", volume=1)
NOON_NAP = NightSettings(starts="12:00", ends="14:00", volume=0)


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=TALLINN, fold=fold)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("night", "moment", "quiet"),
    [
        (LATE, local(2026, 3, 2, 21, 59, 59), False),
        (LATE, local(2026, 3, 2, 22), True),
        (LATE, local(2026, 3, 3, 0), True),
        (LATE, local(2026, 3, 3, 6, 29, 59), True),
        (LATE, local(2026, 3, 3, 6, 30), False),
        (NOON_NAP, local(2026, 3, 2, 11, 59), False),
        (NOON_NAP, local(2026, 3, 2, 12), True),
        (NOON_NAP, local(2026, 3, 2, 14), False),
    ],
)
def test_the_night_is_by_the_clock_on_the_wall(night: NightSettings, moment: datetime, quiet: bool) -> None:
    assert is_night(night, TALLINN, moment.astimezone(UTC)) is quiet


def test_the_night_in_which_the_clock_goes_forward_is_an_hour_shorter() -> None:
    begins = local(2026, 3, 28, 22).astimezone(UTC)
    ends = next_turn(LATE, TALLINN, begins)
    assert ends == local(2026, 3, 29, 6, 30).astimezone(UTC)
    assert ends - begins == timedelta(hours=7.5)


def test_the_night_in_which_the_clock_goes_back_is_an_hour_longer() -> None:
    begins = local(2026, 10, 24, 22).astimezone(UTC)
    ends = next_turn(LATE, TALLINN, begins)
    assert ends == local(2026, 10, 25, 6, 30).astimezone(UTC)
    assert ends - begins == timedelta(hours=9.5)


def test_a_night_that_ends_at_a_moment_that_comes_twice_ends_at_the_first_and_does_not_come_back() -> None:
    night = NightSettings(starts="22:00", ends="03:30", volume=1)
    ends = next_turn(night, TALLINN, local(2026, 10, 24, 23).astimezone(UTC))
    assert ends == local(2026, 10, 25, 3, 30, fold=0).astimezone(UTC)
    assert not is_night(night, TALLINN, local(2026, 10, 25, 3, 15, fold=1).astimezone(UTC))


def test_a_night_that_ends_at_a_moment_that_never_comes_ends_all_the_same() -> None:
    night = NightSettings(starts="22:00", ends="03:30", volume=1)
    begins = local(2026, 3, 28, 22).astimezone(UTC)
    ends = next_turn(night, TALLINN, begins)
    assert ends - begins == timedelta(hours=5.5)
    assert not is_night(night, TALLINN, ends)


CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(
    starts=CLOCKS,
    ends=CLOCKS,
    zone=st.sampled_from(
        ["Europe/Tallinn", "UTC", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"]
    ),
    now=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_between_two_turns_nothing_changes_and_a_day_has_one_night(
    starts: time, ends: time, zone: str, now: datetime
) -> None:
    if starts == ends:
        return
    night = NightSettings(starts=f"{starts:%H:%M}", ends=f"{ends:%H:%M}", volume=1)
    where = ZoneInfo(zone)
    turn = next_turn(night, where, now)
    assert now < turn <= now + timedelta(hours=26)
    step = (turn - now) / 7
    assert len({is_night(night, where, now + step * part) for part in range(7)}) == 1
    shown = now.astimezone(where)
    offsets = {(shown + timedelta(hours=hours)).utcoffset() for hours in range(-30, 31)}
    if len(offsets) == 1:  # no clock change near: then it is what the clock shows, and nothing else
        clock = shown.time()
        plain = starts <= clock < ends if starts < ends else clock >= starts or clock < ends
        assert is_night(night, where, now) is plain


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "x\ud800", "leapseconds"]
)
def test_what_is_no_time_zone_is_no_error_of_ours(name: str) -> None:
    assert find_zone(name) is None


class Wall:
    """A wall clock by hand; `vouched`: somebody says that it is right."""

    def __init__(self, at: datetime, boot: float = 1_000.0) -> None:
        self.boot, self.vouched = boot, True
        self._zero = at - timedelta(seconds=boot)
        self.looks = 0

    def __call__(self) -> datetime | None:
        self.looks += 1
        return self._zero + timedelta(seconds=self.boot) if self.vouched else None

    def jump(self, by: timedelta) -> None:
        self._zero += by

    def run(self, loudness: Loudness, seconds: float) -> list[float]:
        """Let time pass as a loop does. The moments at which the volume changed."""
        until, changes, before = self.boot + seconds, [], loudness.now
        while (due := loudness.due()) is not None and due <= until:
            self.boot = max(self.boot, due)
            loudness.advance(self.boot)
            if loudness.now != before:
                changes.append(self.boot)
                before = loudness.now
        self.boot = until
        return changes


def loud(wall: Wall, night: NightSettings | None = LATE) -> Loudness:
    made = Loudness(wall)
    made.set_plan(7, night, "Europe/Tallinn", wall.boot)
    return made


def test_night_begins_and_ends_at_its_own_moments_without_a_look_every_second() -> None:
    wall = Wall(local(2026, 3, 2, 21, 0, 20).astimezone(UTC))
    loudness = loud(wall)
    assert (loudness.now, loudness.day) == (7, 7)
    assert wall.run(loudness, 86_400) == pytest.approx([1_000 + 3_580, 1_000 + 3_580 + 8.5 * 3_600])
    assert (loudness.now, loudness.day) == (7, 7)
    assert wall.looks <= 86_400 / LOOK_S + 5


def test_without_a_night_nobody_looks_at_the_clock() -> None:
    wall = Wall(local(2026, 3, 2, 23).astimezone(UTC))
    loudness = loud(wall, None)
    assert (loudness.now, loudness.due(), wall.looks) == (7, None, 0)


def test_a_clock_that_nobody_vouches_for_leaves_the_days_volume_until_somebody_does() -> None:
    wall = Wall(local(2026, 3, 2, 23).astimezone(UTC))
    wall.vouched = False
    loudness = loud(wall)
    assert wall.run(loudness, 600) == []
    wall.vouched = True
    (changed,) = wall.run(loudness, 600)
    assert changed - 1_600 <= LOOK_S
    assert loudness.now == 1


def test_a_time_server_that_is_lost_in_the_evening_does_not_make_the_night_loud() -> None:
    wall = Wall(local(2026, 3, 2, 21).astimezone(UTC))
    loudness = loud(wall)
    wall.vouched = False
    wall.jump(timedelta(days=900))
    assert wall.run(loudness, 86_400) == pytest.approx([1_000 + 3_600, 1_000 + 9.5 * 3_600])


def test_a_clock_that_is_set_is_noticed_within_a_minute() -> None:
    wall = Wall(local(2026, 3, 2, 12).astimezone(UTC))
    loudness = loud(wall)
    wall.jump(timedelta(hours=11))
    (changed,) = wall.run(loudness, 120)
    assert changed <= 1_000 + LOOK_S
    assert loudness.now == 1
