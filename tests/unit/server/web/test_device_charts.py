"""Drawings of a day: scales, gaps, hours, and whether a device was there."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.devices import DeviceLine, InForce, Sample
from server.db.faults import Fault
from server.rules.presence import Presence
from server.web.devices.charts import chart, scale_of, unbroken
from server.web.devices.strip import Span, spans
from server.web.frame.screens import Screens
from server.web.frame.words import Words
from tests.unit.server.web.factory import NOW

MINUTE = timedelta(minutes=1)
BEGIN = NOW - timedelta(hours=24)


@pytest.fixture
def t(screens: Screens) -> Words:
    return screens.words("en", "Europe/Tallinn")


@given(
    st.integers(-1_500, 2_000).map(lambda tenths: tenths / 10),
    st.integers(0, 100_000_000).map(lambda tenths: tenths / 10),
    st.sampled_from([None, 0.0]),
    st.sampled_from([2.0, 10.0]),
)
def test_a_scale_holds_its_values(least: float, height: float, floor: float | None, span: float) -> None:
    most = least + height
    scale = scale_of(least, most, floor, span)
    assert scale.low <= least + 1e-6
    assert scale.high >= most - 1e-6
    assert scale.high - scale.low >= span - 1e-6
    assert 0 <= scale.y(most) <= scale.y(least) <= 100


def test_what_is_not_known_is_not_drawn() -> None:
    at = [NOW - minutes * MINUTE for minutes in (60, 55, 50, 20, 15, 10)]
    series = [*zip(at, [1.0, 2.0, None, 4.0, 5.0, 6.0], strict=True)]
    assert unbroken(series) == [[(at[0], 1.0), (at[1], 2.0)], [(at[3], 4.0), (at[4], 5.0), (at[5], 6.0)]]


def test_a_chart_says_its_numbers(t: Words) -> None:
    series = [(NOW - (290 - 5 * number) * MINUTE, 50.0 + number % 9) for number in range(58)]
    made = chart("temperature", "Temperature", series, BEGIN, NOW, t, lambda v: f"{v:.0f}", span=10)
    assert made.sentence == "53 at last; between 50 and 58 in this day."
    assert made.levels == ("60", "55", "50")
    assert made.ticks == ("14:07", "20:07", "02:07", "08:07", "14:07")
    assert len(made.paths) == 1
    assert made.rows[0].hour == "09:00"
    assert {row.least for row in made.rows} <= {"50", "51", "52", "53"}
    assert made.limit is None
    assert made.mood == "plain"


@pytest.mark.parametrize(
    ("values", "limit", "low_is_bad", "mood", "drawn"),
    [
        ((70.0, 84.0), 80.0, False, "warn", True),
        ((84.0, 70.0), 80.0, False, "plain", True),
        ((-60.0, -85.0), -80.0, True, "warn", True),
        ((50.0, 51.0), 80.0, False, "plain", False),
    ],
)
def test_a_limit(
    values: tuple[float, float], limit: float, low_is_bad: bool, mood: str, drawn: bool, t: Words
) -> None:
    series = [(NOW - 10 * MINUTE, values[0]), (NOW - 5 * MINUTE, values[1])]
    made = chart("c", "C", series, BEGIN, NOW, t, str, span=10, limit=limit, low_is_bad=low_is_bad)
    assert (made.mood, made.limit is not None) == (mood, drawn)


def test_nothing_is_drawn_of_no_figures_and_one_is_seen(t: Words) -> None:
    assert chart("c", "C", [(NOW, None)], BEGIN, NOW, t, str).paths == ()
    assert chart("c", "C", [(NOW - MINUTE, 3.0)], BEGIN, NOW, t, str).paths[0].endswith("h4")


def sample(minutes: float, online: bool = True) -> Sample:
    values: dict[str, Any] = dict.fromkeys(Sample.__slots__)
    known: dict[str, Any] = {"at": NOW - minutes * MINUTE, "online": online, "spool": 0}
    return Sample(**{**values, **known})


def fault(kind: str, minutes: float, ended: float | None) -> Fault:
    since = NOW - minutes * MINUTE
    return Fault(1, "hall", None, kind, since, since, None if ended is None else NOW - ended * MINUTE, 0, "")


def line(presence: Presence, since: float) -> DeviceLine:
    return DeviceLine(
        device="hall",
        kind="b",
        name="",
        keeper=False,
        presence=presence,
        since=NOW - since * MINUTE,
        heard_at=None,
        pressed_at=None,
        sw="",
        faults=(),
        settings=InForce.OWN,
        telemetry=None,
        told_at=None,
    )


def told(found: tuple[Span, ...]) -> list[tuple[str, float]]:
    return [(one.state.value, one.lasted / MINUTE) for one in found]


def test_a_day_of_a_device_that_nobody_heard_of() -> None:
    found = spans((), (), line(Presence.UNKNOWN, 0), BEGIN, NOW)
    assert told(found) == [("unknown", 1440)]


def test_of_a_server_there_are_no_samples() -> None:
    assert told(spans((), (), line(Presence.ONLINE, 90), BEGIN, NOW)) == [("unknown", 1350), ("online", 90)]


def test_samples_faults_and_what_is_so_now() -> None:
    samples = [sample(minutes, online=minutes > 20) for minutes in range(600, 0, -5)]
    faults = [fault("silent", 300, 280), fault("stuck", 100, None), fault("dead", 23, 13)]
    found = spans(samples, faults, line(Presence.ONLINE, 13), BEGIN, NOW)
    assert told(found) == [
        ("unknown", 840),
        ("online", 300),
        ("silent", 20),
        ("online", 257),
        ("offline", 18),
        ("online", 5),
    ]


def test_away_now_is_told_to_the_moment() -> None:
    samples = [sample(minutes) for minutes in range(60, 5, -5)]
    found = spans(samples, (), line(Presence.OFFLINE, 7), BEGIN, NOW)
    assert told(found)[-2:] == [("online", 53), ("offline", 7)]


def test_a_fault_of_before_is_cut_at_the_day() -> None:
    found = spans((), [fault("dead", 5_000, 600)], line(Presence.UNKNOWN, 0), BEGIN, NOW)
    assert told(found) == [("offline", 840), ("unknown", 600)]
    assert found[0].begin == BEGIN


@given(
    st.lists(st.tuples(st.integers(0, 1500), st.booleans()), max_size=30),
    st.lists(
        st.tuples(st.sampled_from(["dead", "silent"]), st.integers(0, 3000), st.integers(0, 1500)), max_size=5
    ),
    st.sampled_from(list(Presence)),
    st.integers(0, 3000),
)
def test_a_day_is_whole_whatever_was_written(
    moments: list[tuple[int, bool]], troubles: list[tuple[str, int, int]], presence: Presence, since: int
) -> None:
    samples = [sample(minutes, online) for minutes, online in sorted(moments, reverse=True)]
    faults = [fault(kind, max(a, b), min(a, b)) for kind, a, b in troubles]
    found = spans(samples, faults, line(presence, since), BEGIN, NOW)
    assert found[0].begin == BEGIN
    assert found[-1].end == NOW
    assert all(one.end == after.begin and one.state is not after.state for one, after in pairwise(found))
