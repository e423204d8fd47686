"""The radio behind a simulated transmitter: a page takes its air time, and the next one waits."""

from __future__ import annotations

import pytest

from simulator.clock import FakeClock
from simulator.pager import Air
from simulator.transmitters.antenna import Antenna, bits
from simulator.transmitters.base import Airs, OnAir, Seen
from simulator.transmitters.tap import TapFaults, TapHabits, TapTerminal
from simulator.transmitters.virtual import VirtualTransmitter
from tests.unit.simulator.test_tap_terminal import BLOCK

PAGE = OnAir("1234567", "Help at aisle 7", 1)


@pytest.mark.parametrize(("baud", "seconds"), [(512, 3.25), (1200, 1.39), (2400, 0.69)])
def test_a_page_of_forty_letters_takes_as_long_as_the_table_says(baud: int, seconds: float) -> None:
    assert bits("1001", "x" * 40)[1] / baud == pytest.approx(seconds, abs=0.005)


def test_an_address_waits_for_its_frame_and_a_tone_is_one_codeword() -> None:
    assert bits("8", "") == (576 + 2 * 32, 576 + 17 * 32)
    assert bits("15", "") == (576 + 16 * 32, 576 + 17 * 32)
    assert bits("15", "abcdef") == (576 + (18 + 2) * 32, 576 + 2 * 17 * 32)  # it goes on in the next batch


def test_without_a_speed_a_page_is_there_at_once() -> None:
    antenna = Antenna()
    assert antenna.take(PAGE, None, 5.0) == [PAGE]
    assert antenna.due() is None


def test_a_page_is_heard_at_its_last_codeword_and_the_carrier_goes_later() -> None:
    antenna = Antenna()
    heard, whole = (count / 1200 for count in bits(PAGE.address, PAGE.text))
    assert antenna.take(PAGE, 1200, 5.0) == [Airs("1234567", 5.0, 5.0 + whole, 0)]
    assert antenna.due() == 5.0 + heard
    assert antenna.tick(5.0 + heard) == [PAGE]
    assert antenna.due() == 5.0 + whole
    assert antenna.tick(5.0 + whole) == [Airs(None, 5.0, 5.0 + whole, 0)]
    assert antenna.due() is None


def test_pages_wait_for_each_other() -> None:
    antenna = Antenna()
    whole = bits(PAGE.address, PAGE.text)[1] / 1200
    antenna.take(PAGE, 1200, 0.0)
    assert antenna.take(PAGE, 1200, 0.1) == [Airs("1234567", 0.0, whole, 1)]
    assert antenna.tick(whole) == [PAGE, Airs("1234567", whole, 2 * whole, 0)]
    assert antenna.tick(9.0) == [PAGE, Airs(None, whole, 2 * whole, 0)]


def test_no_power_loses_what_was_not_heard() -> None:
    antenna = Antenna()
    antenna.take(PAGE, 1200, 0.0)
    antenna.take(PAGE, 1200, 0.0)
    assert [type(one) for one in antenna.power_off()] == [Airs]
    assert antenna.tick(9.0) == []
    assert antenna.power_off() == []


def test_the_wrist_vibrates_after_the_air_time_and_observers_see_the_antenna() -> None:
    clock, air, seen = FakeClock(), Air(), list[Seen]()
    line = VirtualTransmitter(clock, TapTerminal(TapHabits(baud=512, t4_s=None)), air, baudrate=None)
    line.observe(seen.append)
    line.open(lambda _: None)
    for data in (b"\r", b"\x1bPG1\r", BLOCK):
        line.write(data)
        clock.advance(0.0)
    began = clock.boot()
    air.pager("1234567").expects_nothing()
    line.unplug()  # what was accepted goes out all the same
    clock.advance(5.0)
    page = air.pager("1234567").expects("Help at aisle 7")
    assert page.at - began == pytest.approx(bits("1234567", "Help at aisle 7")[0] / 512)
    assert [one.airs.address for one in seen if one.airs is not None] == ["1234567", None]


def test_a_box_without_power_sends_nothing_more() -> None:
    clock, air = FakeClock(), Air()
    box = TapTerminal(TapHabits(baud=512, t4_s=None), TapFaults())
    line = VirtualTransmitter(clock, box, air, baudrate=None)
    line.open(lambda _: None)
    for data in (b"\r", b"\x1bPG1\r", BLOCK):
        line.write(data)
        clock.advance(0.0)
    box.faults.silent = True
    clock.advance(10.0)
    air.assert_empty()
