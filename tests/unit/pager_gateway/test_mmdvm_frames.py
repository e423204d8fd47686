"""Frames of MMDVM hosts and modems against the vectors of the description, and fed in every odd way."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from broker_config.messages import PageFormat
from pager_gateway.drivers.pocsag_mmdvm import frames, words
from pager_gateway.drivers.pocsag_mmdvm.answers import (
    STALE_S,
    Accepted,
    Frame,
    Reader,
    Refusal,
    Status,
    Version,
    read,
)
from pager_gateway.drivers.pocsag_mmdvm.frames import Kind
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings
from pager_gateway.pocsag.packing import pack
from pager_gateway.pocsag.page import call
from pager_gateway.transmitter import Page

IDLE = "7A 89 C1 97"
HS_HAT = b"MMDVM_HS_Hat-v1.6.0 20210919 14.7456MHz ADF7021 FW by CA6JAU GitID #3c1d393"


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


def batches(address: str, body: str, kind: PageFormat = PageFormat.TEXT, alert: int = 1) -> list[bytes]:
    page = Page(uuid4(), address, body, kind, alert=alert)
    return [frames.batch(one) for one in pack([call(page, MmdvmSettings())]).batches]


def test_the_start_up_of_the_description() -> None:
    settings = MmdvmSettings()
    assert hexed("E0 03 00") == frames.GET_VERSION
    assert hexed("E0 03 01") == frames.GET_STATUS
    assert hexed("E0 04 03 00") == frames.IDLE
    assert frames.set_frequency(settings) == hexed("E0 11 04 00 00 18 DD 19 00 18 DD 19 FF 00 18 DD 19")
    assert frames.set_config(1, settings) == hexed(
        "E0 1A 02 80 20 0A 00 80 80 00 00 80 80 80 80 80 80 80 80 00 80 80 00 00 00 00"
    )
    assert frames.set_config(2, settings) == hexed(
        "E0 28 02 80 00 01 0A 00 80 80 80 80 80 80 80 80 80 00 80 80 00 00 00 00 00 00 00 00 00 00 00"
        "80 00 00 00 00 00 00 00 00"
    )
    refused = frames.set_frequency(MmdvmSettings(frequency_hz=436_500_000))
    assert refused == hexed("E0 11 04 00 20 76 04 1A 20 76 04 1A FF 20 76 04 1A")


def test_settings_stand_in_their_places() -> None:
    settings = MmdvmSettings(
        simplex=False, tx_invert=True, ptt_invert=True, tx_delay_ms=500, pocsag_level=100, rf_level=40
    )
    assert frames.set_frequency(settings)[12] == 102
    first, second = frames.set_config(1, settings), frames.set_config(2, settings)
    assert (first[3], first[4], first[5], first[6], first[20]) == (0x06, 0x20, 50, 0, 0xFF)
    assert (second[3], second[4], second[5], second[6], second[7], second[18]) == (0x06, 0, 1, 50, 0, 0xFF)


@pytest.mark.parametrize(("delay_ms", "size"), [(0, 72), (10, 73), (100, 87), (500, 147)])
def test_the_preamble_grows_with_the_delay(delay_ms: int, size: int) -> None:
    assert frames.preamble_bits(MmdvmSettings(tx_delay_ms=delay_ms)) == 8 * size


@pytest.mark.parametrize(
    ("address", "body", "kind", "alert", "expected"),
    [
        (
            "1234567",
            "HELLO",
            PageFormat.TEXT,
            1,
            [f"{IDLE * 14} 4B 5A 1A 25 89 A2 63 4D", f"CC F9 05 DE {IDLE * 15}"],
        ),
        (
            "133703",
            "42-17",
            PageFormat.NUMERIC,
            1,
            [f"{IDLE * 14} 08 29 04 70 92 5C 70 E7", IDLE * 16],
        ),
        ("2000000", "", PageFormat.TONE, 1, [f"7A 12 09 D5 {IDLE * 15}"]),
        (
            "1234560",
            "Kassa 3: abi!",
            PageFormat.TEXT,
            1,
            [f"4B 5A 1A 25 E9 87 99 5B F3 C3 03 0F D9 97 03 2B A8 68 E0 16 DC 20 07 FD {IDLE * 10}"],
        ),
        ("24", "HI", PageFormat.TEXT, 2, [f"00 00 76 91 89 92 00 DB {IDLE * 14}"]),
        (
            "1234567",
            "0123456789U -()",
            PageFormat.NUMERIC,
            1,
            [
                f"{IDLE * 14} 4B 5A 07 80 84 26 13 B7",
                f"D3 70 CF DE E9 DF BF 52 {IDLE * 14}",
            ],
        ),
    ],
)
def test_pages_are_those_of_the_reference_host(
    address: str, body: str, kind: PageFormat, alert: int, expected: list[str]
) -> None:
    assert batches(address, body, kind, alert) == [hexed("E0 47 50 7C D2 15 D8" + one) for one in expected]


def test_a_batch_is_whole() -> None:
    with pytest.raises(ValueError, match="17 words"):
        frames.batch([0x7CD215D8] * 16)


@pytest.mark.parametrize("protocol", [1, 2])
def test_answers_of_every_kind(protocol: int) -> None:
    def answer(text: str) -> object:
        (found,) = Reader().feed(hexed(text), 0.0)
        return read(found, protocol)

    assert answer("E0 04 70 04") == Accepted(Kind.FREQUENCY)
    assert answer("E0 05 7F 04 04") == Refusal(Kind.FREQUENCY, 4)
    assert answer("E0 05 7F 50 05") == Refusal(Kind.POCSAG, 5)
    assert answer("E0 05 F1 31 32") is None


@pytest.mark.parametrize(
    ("protocol", "text", "expected"),
    [
        (1, "E0 0E 01 20 00 00 00 00 00 00 00 00 0E 00", Status(0x20, 0, False, 14)),
        (1, "E0 0E 01 20 06 01 00 00 00 00 00 00 0D 00", Status(0x20, 6, True, 13)),
        (1, "E0 0C 01 20 00 00 00 00 00 00 00 00", Status(0x20, 0, False, None)),
        (2, "E0 14 01 00 00 00 00 00 00 00 00 00 00 00 3A 00 00 00 00 00", Status(None, 0, False, 58)),
        (2, "E0 14 01 06 01 00 00 00 00 00 00 00 00 00 38 00 00 00 00 00", Status(None, 6, True, 56)),
        (2, "E0 0C 01 06 01 00 00 00 00 00 00 00", Status(None, 6, True, None)),
    ],
)
def test_status_by_protocol(protocol: int, text: str, expected: Status) -> None:
    (found,) = Reader().feed(hexed(text), 0.0)
    assert read(found, protocol) == expected


def test_who_it_is() -> None:
    first = b"\xe0\x4f\x00\x01" + HS_HAT
    assert len(first) == 79
    (frame,) = Reader().feed(first, 0.0)
    assert read(frame, 1) == Version(1, HS_HAT.decode(), None)
    second = b"\x02\x00\x01\x02" + bytes(range(16)) + b"MMDVM 20260424\0DEADBEEF"
    assert read(Frame(0, second), 1) == Version(2, "MMDVM 20260424", True)
    assert read(Frame(0, b"\x02\x0f\x00" + second[3:]), 1) == Version(2, "MMDVM 20260424", False)


def test_a_long_frame_is_skipped() -> None:
    found = Reader().feed(b"\xe0\x00\x05\xf1" + b"\xe0" * 256 + frames.frame(Kind.ACK, b"\x02"), 0.0)
    assert found == [Frame(0xF1, b"\xe0" * 256), Frame(Kind.ACK, b"\x02")]


def test_a_start_that_noise_made_is_given_up() -> None:
    reader = Reader()
    assert reader.feed(hexed("E0 80 33 E0 04 70 02"), 0.0) == []
    assert reader.feed(hexed("E0 04"), STALE_S + 0.1) == [Frame(Kind.ACK, b"\x02")]
    assert reader.feed(hexed("70 03"), STALE_S + 0.11) == [Frame(Kind.ACK, b"\x03")]


def test_lengths_that_no_answer_has_are_noise() -> None:
    assert Reader().feed(hexed("E0 01 E0 02 E0 44 70 E0 04 70 02"), 0.0) == [Frame(Kind.ACK, b"\x02")]


ANSWERS = st.sampled_from(
    [
        hexed("E0 04 70 04"),
        hexed("E0 05 7F 50 05"),
        hexed("E0 0E 01 20 06 01 00 00 00 00 00 00 0D 00"),
        b"\xe0\x4f\x00\x01" + HS_HAT,
        b"\xe0\x07\xf1\xe0\x05\x70\xe0",
    ]
)


@given(st.lists(ANSWERS, max_size=6), st.data())
def test_cut_anywhere_it_hears_the_same(answers: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(answers)
    whole = Reader().feed(stream, 0.0)
    assert [frames.START] * len(answers) == [one[0] for one in answers]
    assert [bytes((frame.kind,)) + frame.data for frame in whole] == [one[2:] for one in answers]
    reader, found, rest = Reader(), [], stream
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        found += reader.feed(rest[:size], 0.01)
        rest = rest[size:]
    assert found == whole


@given(st.lists(st.tuples(st.binary(max_size=80), st.floats(0, 1)), max_size=12), st.sampled_from([1, 2]))
def test_noise_never_stops_it(portions: list[tuple[bytes, float]], protocol: int) -> None:
    reader, now = Reader(), 0.0
    for portion, wait in portions:
        now += wait
        for frame in reader.feed(portion, now):
            read(frame, protocol)
    heard = []
    for _ in range(600):
        now += STALE_S + 0.1
        heard = reader.feed(hexed("E0 04 70 02"), now)
        if heard == [Frame(Kind.ACK, b"\x02")]:
            break
    assert heard == [Frame(Kind.ACK, b"\x02")]


def test_refusals_in_words() -> None:
    settings = MmdvmSettings(frequency_hz=436_500_000)
    assert words.setup(Kind.FREQUENCY, 4, settings).startswith("refuses 436.5 MHz")
    assert "simplex = true" in words.setup(Kind.CONFIG, 6, settings)
    assert (
        words.setup(Kind.CONFIG, 4, settings) == "refuses our settings: a value is out of its range (NAK 4)"
    )
    assert words.setup(Kind.MODE, 9, settings) == "refuses our mode: no reason that we know (NAK 9)"


@pytest.mark.parametrize(
    "bad", [{"frequency_hz": 0}, {"tx_delay_ms": 510}, {"tx_delay_ms": 5}, {"rf_level": 101}, {"colour": 1}]
)
def test_settings_that_cannot_be(bad: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        MmdvmSettings.model_validate(bad)
