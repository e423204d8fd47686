"""The simulated RF bridge: what it drops without a word, what it does while it transmits, and its troubles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.pager import Air
from simulator.transmitters.base import Airs, BoxOutput, OnAir, Say, Trouble
from simulator.transmitters.rf_bridge import RfBridge, RfBridgeHabits
from simulator.transmitters.rf_ear import Dropped, RfEar, Transmit, code_of
from simulator.watch import Key, Watch

A5 = bytes.fromhex("AA A5 26 C0 01 40 03 C0 12 34 51 55")
VERSION = bytes.fromhex("AA FF 55")
SENT = b"\xaa\xa0\x55"
AIR_S = 0.32768


def said(out: list[BoxOutput]) -> list[bytes]:
    return [one.data for one in out if isinstance(one, Say)]


def heard_on_air(out: list[BoxOutput]) -> list[str]:
    return [one.address for one in out if isinstance(one, OnAir)]


def run(box: RfBridge, until: float) -> list[BoxOutput]:
    found = box.outputs()
    while (due := box.due()) is not None and due <= until:
        box.tick(due)
        found += box.outputs()
    return found


def test_a_code_is_on_the_air_for_its_time_and_then_it_says_so() -> None:
    box = RfBridge()
    box.received(A5, 0.0)
    out = run(box, 1.0)
    airs = [one for one in out if isinstance(one, Airs)]
    assert [(one.address, one.until) for one in airs] == [
        ("123451", pytest.approx(AIR_S)),
        (None, airs[0].until),
    ]
    assert (heard_on_air(out), said(out)) == (["123451"], [SENT])


def test_while_it_transmits_it_takes_no_command_and_hears_nobody() -> None:
    box = RfBridge()
    box.received(A5, 0.0)
    box.received(VERSION, 0.1)
    box.hear("A1B2C8", 320, 0.2)
    assert said(run(box, 1.0)) == [SENT]
    box.received(VERSION, 1.0)
    box.hear("A1B2C8", 320, 1.0)
    assert said(run(box, 2.0)) == [b"\xaa\x03\x55", bytes.fromhex("AA A4 26 C0 01 40 03 C0 A1 B2 C8 55")]


@pytest.mark.parametrize(
    "bad",
    [
        "AA A5 26 C0 01 40 03 C0 12 34 51 54",
        "AA A5 26 C0 01 40 03 C0 12 34 55",
        "AA B0 03 03 07 01 55",
        "AA B0 05 09 07 01 40 01 55",
        "AA B0 05 01 07 01 40 01 55",
        "AA B0 FF",
        "AA 77 55",
        "AA C0 00 50 55",
        "00 55 A5 26",
    ],
)
def test_what_is_no_command_gets_no_answer_and_the_next_one_does(bad: str) -> None:
    box = RfBridge()
    box.received(bytes.fromhex(bad), 0.0)
    assert said(run(box, 1.0)) == []
    box.received(VERSION, 1.0)
    assert said(run(box, 2.0)) == [b"\xaa\x03\x55"]


@given(st.lists(st.binary(max_size=12), max_size=12))
def test_whatever_comes_does_no_harm(pieces: list[bytes]) -> None:
    ear = RfEar()
    for piece in pieces:
        for command in ear.hear(piece):
            assert isinstance(command, Dropped) or command.raw.endswith(b"\x55")
    ear.forget()
    (whole,) = ear.hear(A5)
    assert isinstance(whole, Transmit)
    assert code_of(whole.pulses) == "123451"


@pytest.mark.parametrize("pulses", [(), ((320, 960),), ((320, 9_920),), ((320, 9_920), *((320, 400),) * 24)])
def test_pulses_that_are_no_frame(pulses: tuple[tuple[int, int], ...]) -> None:
    assert code_of(pulses) is None


def test_a_watch_wants_several_equal_frames() -> None:
    box = RfBridge(RfBridgeHabits(frames_heard=9))
    box.received(A5, 0.0)
    out = run(box, 1.0)
    assert (heard_on_air(out), said(out)) == ([], [SENT])


def test_its_troubles() -> None:
    box = RfBridge()
    with pytest.raises(KeyError):
        box.trouble(Trouble.REFUSE, 1, 0.0)
    assert box.troubles == set(Trouble) - {Trouble.REFUSE}
    for kind, amount in ((Trouble.CHECKSUM, 1), (Trouble.BUSY, 1), (Trouble.SILENT, 1), (Trouble.RESET, 1)):
        box.trouble(kind, amount, 0.0)
        box.received(A5, 0.0)
        if kind is Trouble.SILENT:
            box.hear("A1B2C8", 320, 0.0)
        assert (heard_on_air(out := run(box, 9.0)), said(out)) == ([], [])
        box.trouble(kind, 0, 9.0)
    box.trouble(Trouble.LOSE_REPLY, 1, 0.0)
    box.received(A5, 10.0)
    assert (heard_on_air(out := run(box, 19.0)), said(out)) == (["123451"], [])
    box.trouble(Trouble.SLOW, 2_000, 20.0)
    box.received(A5, 20.0)
    assert said(run(box, 22.0)) == []
    assert said(run(box, 22.5)) == [SENT]
    box.trouble(Trouble.SLOW, 0, 23.0)
    box.trouble(Trouble.GARBAGE, 1, 23.0)
    for second in range(30, 50):
        box.received(VERSION, float(second))
    replies = said(run(box, 60.0))
    assert all(one.endswith(b"\xaa\x03\x55") for one in replies)
    assert len({*map(len, replies)}) == 2


def test_a_watch_remembers_what_it_has_room_for() -> None:
    air = Air()
    watch = Watch(air, places=1)
    watch.learn(5, Key.ORDER)
    air.transmit("123451", "", 1, 1.0)
    air.transmit("123451", "", 1, 2.0)
    assert watch.expects(5, Key.ORDER).at == 2.0
    watch.learn(6)
    air.transmit("123452", "", 1, 3.0)
    assert watch.learning
    air.transmit("123451", "", 1, 4.0)
    air.transmit("123451", "", 1, 5.0)
    with pytest.raises(AssertionError, match="expected 7"):
        watch.expects(7)
    with pytest.raises(AssertionError, match="nothing came"):
        watch.expects(6)
    air.transmit("123451", "", 1, 6.0)
    with pytest.raises(AssertionError, match="nobody expected"):
        watch.expects_nothing()
    watch.forget_all()
    with pytest.raises(ValueError, match="three digits"):
        watch.learn(1_000)
    air.pager("123452").expects("")
    air.assert_empty()
