"""The bench in virtual time: every kind is switched on, pages three pagers, gets into trouble and out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from broker_config import capcodes
from broker_config.messages.page import PageFormat
from simulator.clock import FakeClock
from simulator.floor.bench import ADDRESSES, MOST_WAITING, Bench, BenchFull, fitting
from simulator.floor.explain import UNKNOWN
from simulator.transmitters.base import Trouble
from simulator.transmitters.kinds import KINDS, troubles

REST_S = 60.0
DONE = ("transmitted", "confirmed")


class Later:
    """A timer in virtual time."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def open(self) -> None: ...

    def close(self) -> None: ...

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self._clock.call_later(seconds, call)


class Table:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.bench = Bench(Later(self.clock), self.clock.boot, 0.0, REST_S)

    def item(self, key: str) -> Any:
        return self.bench.feed.items()[key]

    def choose(self, driver: str) -> None:
        self.bench.choose(driver)
        self.clock.advance(3.0)

    def sent(self, driver: str) -> list[dict[str, Any]]:
        return list(self.item(f"sent:{driver}")["entries"])

    def shown(self, number: int) -> list[str]:
        return [one["text"] for one in self.item(f"pager:{number}")["entries"]]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.mark.parametrize("driver", KINDS)
def test_every_kind_pages_three_pagers_and_its_talk_is_explained(table: Table, driver: str) -> None:
    table.choose(driver)
    assert table.item("bench") == {"on": driver, "state": "ready", "cause": ""}
    kind = KINDS[driver].formats[0]
    table.bench.send(driver, "DAIRY 2", kind, 3)
    table.clock.advance(0.3)
    aired = set(table.item(f"air:{driver}")["addresses"])
    for _ in range(100):
        table.clock.advance(0.1)
        aired |= set(table.item(f"air:{driver}")["addresses"])
    assert [row["state"] in DONE for row in table.sent(driver)] == [True] * 3, table.sent(driver)
    proven = {row["proof"] != "none" for row in table.sent(driver)}
    assert proven == {KINDS[driver].answers}
    expected = "DAIRY 2" if kind is PageFormat.TEXT else None
    for number in range(1, 4):
        assert table.shown(number) == [expected or str(number)]
    assert len(aired) == 3
    talk = table.item(f"bytes:{driver}")["entries"]
    assert {"transmitter", "air"} <= {one["way"] for one in talk}
    assert UNKNOWN not in {one["means"] for one in talk}


@pytest.mark.parametrize("driver", KINDS)
def test_every_trouble_is_shown_and_ends(table: Table, driver: str) -> None:
    table.choose(driver)
    for kind in troubles(driver):
        amount = 500 if kind is Trouble.SLOW else 1
        table.bench.trouble(driver, kind, amount)
        table.clock.advance(0.01)
        assert table.item(f"line:{driver}")["troubles"].get(kind.value) == amount
        table.bench.trouble(driver, kind, 0)
        table.clock.advance(0.01)
        assert table.item(f"line:{driver}")["troubles"] == {}


@pytest.mark.parametrize(
    "driver", [one for one in KINDS if Trouble.REFUSE in troubles(one) and one != "pocsag-mmdvm"]
)
def test_a_refusal_strikes_is_counted_down_and_told(table: Table, driver: str) -> None:
    table.choose(driver)
    table.bench.trouble(driver, Trouble.REFUSE, 1)
    table.bench.send(driver, "DAIRY 2", KINDS[driver].formats[0], 1)
    table.clock.advance(10.0)
    (row,) = table.sent(driver)
    assert row["state"] == "failed" and row["error"]
    assert table.item(f"line:{driver}")["troubles"] == {}


def test_the_cable_is_out_and_in_again(table: Table) -> None:
    table.choose("tap")
    table.bench.plug("tap", False)
    table.clock.advance(1.0)
    assert table.item("line:tap")["plugged"] is False
    assert (table.item("bench")["state"], table.item("bench")["cause"]) == ("dead", "the cable was pulled")
    table.bench.plug("tap", True)
    table.clock.advance(3.0)
    assert table.item("bench")["state"] == "ready"


def test_a_slow_line_takes_its_time(table: Table) -> None:
    took = []
    for slow in (False, True):
        table.choose("tap")
        table.bench.slow("tap", slow)
        table.bench.send("tap", "DAIRY 2 milk fridge", PageFormat.TEXT, 1)
        table.clock.advance(15.0)
        took.append(table.sent("tap")[-1]["ms"])
    assert took[1] > 10 * took[0]


def test_only_one_is_on_and_it_rests_when_nobody_touches_it(table: Table) -> None:
    table.choose("tap")
    table.bench.slow("tap", True)
    table.choose("pocsag-raw")
    assert table.item("bench")["on"] == "pocsag-raw"
    assert table.item("line:tap")["slow"] is False
    told = table.item("bytes:tap")["count"]
    table.clock.advance(REST_S - 3.1)
    assert table.item("bench")["on"] == "pocsag-raw"
    table.clock.advance(0.2)
    assert table.item("bench")["on"] is None
    assert table.item("bytes:tap")["count"] == told


def test_a_page_of_one_that_is_switched_off_is_nobodys(table: Table) -> None:
    table.choose("pocsag-raw")
    table.bench.send("pocsag-raw", "DAIRY 2", PageFormat.TEXT, 1)
    table.clock.advance(0.1)
    table.choose("tap")
    assert table.sent("pocsag-raw") == []
    assert table.item("air:pocsag-raw")["on"] is False
    table.clock.advance(30.0)
    assert table.shown(1) == []


def test_too_many_wait(table: Table) -> None:
    for _ in range(MOST_WAITING // 3):
        table.bench.send("tap", "DAIRY 2", PageFormat.TEXT, 3)
    with pytest.raises(BenchFull):
        table.bench.send("tap", "DAIRY 2", PageFormat.TEXT, 1)
    table.clock.advance(40.0)
    table.bench.send("tap", "DAIRY 2", PageFormat.TEXT, 1)


def test_what_is_not_there(table: Table) -> None:
    with pytest.raises(KeyError):
        table.bench.choose("morse")
    with pytest.raises(KeyError):
        table.bench.send("tap", "A3F0C1", PageFormat.CODE, 1)
    with pytest.raises(KeyError):
        table.bench.trouble("pocsag-raw", Trouble.REFUSE, 1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("DAIRY 2", "DAIRY 2"),
        ("Холодильник 2", "Холодильник 2"),
        ("ДУБ dry", "ДУБ DRY"),
        ("Külm õhtu", "Kulm ohtu"),
        ("Käru", "Käru"),
    ],
)
def test_letters_of_several_alphabets_reach_the_pager(table: Table, text: str, shown: str) -> None:
    table.choose("pocsag-raw")
    table.bench.send("pocsag-raw", text, PageFormat.TEXT, 1)
    table.clock.advance(10.0)
    assert table.shown(1) == [shown]


def test_letters_that_no_pager_has_together() -> None:
    with pytest.raises(ValueError, match="漢"):
        fitting("漢字")


def test_the_bench_calls_by_capcodes_that_every_kind_can_call() -> None:
    for driver in KINDS:
        assert {capcodes.trouble(driver, one) for one in ADDRESSES} == {None}, driver
