"""Which ways to the air live, and from when on that counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from broker_config.messages import PageState
from server.rules.attempts import moved
from server.rules.lines import (
    GATEWAY_SURE,
    LINE_SURE,
    Line,
    Lines,
    can_ring,
    choose,
    may_come,
    next_look,
)
from tests.unit.server.rules.test_attempts import PAGE
from tests.unit.server.rules.test_groups import pager
from tests.unit.server.rules.test_pages import NOW

T1, T2 = ("g1", "t1"), ("g2", "t2")
SECOND = timedelta(seconds=1)


def dead(*ways: tuple[str, str]) -> Lines:
    return Lines({way: Line("dead", "no carrier: cable?", NOW) for way in ways})


def test_what_nobody_said_anything_about_is_taken_for_good() -> None:
    assert not Lines().down(T1)
    assert not Lines({T1: Line("unknown", None, NOW)}).down(T1)
    assert choose((T1, T2), Lines()) == T1


def test_the_standby_is_taken_at_once_and_nobody_is_said_a_moment_later() -> None:
    lines = dead(T1)
    assert choose((T1, T2), lines) == T2
    assert not lines.dead(T1, NOW + LINE_SURE - SECOND)
    assert lines.dead(T1, NOW + LINE_SURE)
    assert lines.cause(T1) == "no carrier: cable?"


def test_a_gateway_has_the_time_that_a_restart_takes() -> None:
    lines = Lines(gone={"g1": NOW})
    assert lines.down(T1) and not lines.given_up(T1) and lines.cause(T1) == ""
    assert not lines.dead(T1, NOW + GATEWAY_SURE - SECOND)
    assert lines.dead(T1, NOW + GATEWAY_SURE)


def test_with_none_that_lives_it_waits_at_the_preferred_one() -> None:
    assert choose((T1, T2), dead(T1, T2)) == T1


def test_the_next_look_is_when_a_way_begins_to_count_as_dead() -> None:
    lines = replace(dead(T1), gone={"g2": NOW})
    assert next_look((T1, T2), lines, NOW) == NOW + LINE_SURE
    assert next_look((T1, T2), lines, NOW + LINE_SURE) == NOW + GATEWAY_SURE
    assert next_look((T1, T2), lines, NOW + GATEWAY_SURE) is None


def test_a_page_may_come_while_one_of_its_ways_lives() -> None:
    later = NOW + LINE_SURE
    assert may_come(PAGE, dead(T1), later)
    assert not may_come(PAGE, dead(T1, T2), later)
    assert may_come(PAGE, dead(T1, T2), NOW)


def test_not_by_the_one_that_gave_it_up() -> None:
    page = moved(replace(PAGE, state=PageState.FAILED), "g2", NOW, sendable=True)
    assert not may_come(page, dead(T2), NOW + LINE_SURE)


def test_a_gateway_that_keeps_silent_is_down_at_once() -> None:
    silent = Lines(silent={"g1": NOW})
    assert silent.down(T1) and silent.dead(T1, NOW) and not silent.given_up(T1)


def test_a_process_that_has_just_begun_gives_each_gateway_the_time_of_a_start() -> None:
    lines = replace(dead(T1), gone={"g2": NOW - GATEWAY_SURE}, sure_from=NOW + GATEWAY_SURE)
    assert lines.down(T1) and lines.down(T2)
    assert not lines.dead(T2, NOW + GATEWAY_SURE - SECOND) and lines.dead(T2, NOW + GATEWAY_SURE)
    assert lines.dead(T1, NOW + LINE_SURE)


def test_a_pager_rings_by_any_of_its_ways() -> None:
    one = replace(pager(1), standby=T2)
    later = NOW + LINE_SURE
    assert can_ring(one, dead(T1), later)
    assert not can_ring(one, dead(T1, T2), later)
    assert not can_ring(pager(1), dead(T1), later)
