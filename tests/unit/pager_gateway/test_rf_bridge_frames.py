"""The golden frames of RF bridges, and the reading of what the chip says, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pager_gateway.drivers.rf_bridge import frames
from pager_gateway.drivers.rf_bridge.frames import Timing
from pager_gateway.drivers.rf_bridge.replies import GAP_S, Replies, Reply, Report, Sent, Version
from pager_gateway.drivers.rf_bridge.settings import RfBridgeSettings
from simulator.transmitters.rf_ear import RfEar, Transmit, code_of, seconds

USUAL = Timing(320, 960, 9_920)
GOLDEN_A5 = bytes.fromhex("AA A5 26 C0 01 40 03 C0 12 34 51 55")
GOLDEN_B0 = bytes.fromhex(
    "AA B0 21 03 07 01 40 03 C0 26 C0 02"
    "01 01 01 10 01 01 10 01 01 01 10 10 01 10 01 01 01 10 01 10 01 01 01 10 55"
)
SENT = bytes.fromhex("AA A0 55")
REPORT = bytes.fromhex("AA A4 26 C0 01 40 03 C0 12 34 51 55")
codes = st.integers(1, 0xFFFFFE)


def test_the_code_of_the_note_by_both_commands() -> None:
    assert frames.send_code(0x123451, USUAL) == GOLDEN_A5
    assert frames.send_pulses(frames.bits_of(0x123451), USUAL, 8) == GOLDEN_B0
    assert frames.air_s(24, USUAL, 8) == pytest.approx(0.328, abs=0.0005)


@given(codes, st.integers(100, 1_000), st.integers(2, 50), st.text("01", max_size=8))
def test_the_chip_and_a_watch_read_what_was_meant(code: int, te: int, times: int, tail: str) -> None:
    timing = RfBridgeSettings(te_us=te).timing
    for data, bits, sent in (
        (frames.send_code(code, timing), 24, 8),
        (frames.send_pulses(frames.bits_of(code) + tail, timing, times), 24 + len(tail), times),
    ):
        (heard,) = RfEar().hear(data)
        assert isinstance(heard, Transmit)
        assert (code_of(heard.pulses), heard.times) == (f"{code:06X}", sent)
        assert seconds(heard.pulses) * heard.times == pytest.approx(frames.air_s(bits, timing, sent))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (SENT, [Sent()]),
        (REPORT, [Report(0x123451, 320)]),
        (bytes.fromhex("AA 03 55"), [Version(3)]),
        (REPORT + SENT, [Report(0x123451, 320), Sent()]),
        (b"\xaa" + SENT, [Sent()]),
        (bytes.fromhex("55 AA AA A0 AA A0 55 55"), [Sent()]),
        (bytes.fromhex("AA A4 AA A0 55 01 AA 55 AA A0 55 55"), [Report(0xAAA055, 0x5501)]),
        (bytes.fromhex("AA A4 26 C0 01 40 03 C0 12 34 51 00") + SENT, [Sent()]),
        (bytes.fromhex("AA AA 55 AA 90 55 00"), []),
    ],
)
def test_replies(data: bytes, found: list[Reply]) -> None:
    assert Replies().feed(data, 0.0) == found
    one_by_one = Replies()
    assert [reply for byte in data for reply in one_by_one.feed(bytes((byte,)), 0.0)] == found


def test_a_report_that_was_cut_hides_no_answer_behind_it() -> None:
    replies = Replies()
    assert replies.feed(REPORT[:5], 0.0) == []
    assert replies.feed(SENT, 2 * GAP_S) == [Sent()]
    assert replies.feed(REPORT[:4] + SENT, 1.0) == []
    assert replies.flush(1.1) == [Sent()]


spoken = st.one_of(
    st.just(SENT),
    st.integers(1, 0x7F).map(lambda number: bytes((0xAA, number, 0x55))),
    st.binary(min_size=9, max_size=9).map(lambda data: b"\xaa\xa4" + data + b"\x55"),
)


@given(
    st.lists(spoken, max_size=12), st.binary(max_size=6).filter(lambda noise: 0xAA not in noise), st.data()
)
def test_whole_frames_are_found_in_order_with_noise_between_and_cut_anywhere(
    said: list[bytes], noise: bytes, data: st.DataObject
) -> None:
    whole = noise + noise.join(said) + noise
    expected = [reply for one in said for reply in Replies().feed(one, 0.0)]
    assert len(expected) == len(said)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    replies = Replies()
    found: list[Reply] = []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += replies.feed(whole[start:end], 0.0)
    assert found == expected


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_whatever_comes_is_read_without_harm_and_a_pause_makes_it_hear_again(pieces: list[bytes]) -> None:
    replies = Replies()
    for number, piece in enumerate(pieces):
        replies.feed(piece, number * GAP_S / 2)
    assert replies.feed(SENT, 100.0)[-1] == Sent()


@pytest.mark.parametrize(
    "bad", [{"tail": "0"}, {"frames": 4}, {"te_us": 1}, {"tail": "2", "send": "b0"}, {"x": 1}]
)
def test_settings_that_no_chip_can_do(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RfBridgeSettings.model_validate(bad)


def test_times_of_other_models() -> None:
    assert RfBridgeSettings(send="b0", te_us=204, long_us=636, gap_us=7_312).timing == Timing(204, 636, 7_312)
