"""The simulated paging system, word by word: section 7 of the protocol note, its faults, and the common troubles."""

from __future__ import annotations

import pytest

from simulator.transmitters.base import HangUp, OnAir, Say, Trouble, TroubledBox
from simulator.transmitters.espa444 import EspaFaults, EspaHabits, EspaPagingSystem
from simulator.transmitters.espa444_decoder import MOST

CALL = bytes.fromhex(
    "01 31 02 31 1F 31 32 33 1E 32 1F 48 65 6C 70 20 61 74 20 61 69 73 6C 65 20 37 1E 33 1F 31 1E 34 1F 33 1E 35 1F"
    "31 1E 36 1F 32 03 59"
)
THRICE = bytes.fromhex("01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 32 03 2C")
ASK_THRICE = bytes.fromhex("01 33 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 32 03 2E")
CANCEL = bytes.fromhex("01 31 02 31 1F 31 32 33 1E 34 1F 31 03 2A")
SELECT, POLL = b"\x041\x052\x05", b"\x042\x05"


def talk(system: EspaPagingSystem, data: bytes, now: float = 0.0) -> bytes:
    system.received(data, now)
    return said(system)


def said(system: EspaPagingSystem) -> bytes:
    return b"".join(one.data for one in system.outputs() if isinstance(one, Say))


def system(faults: EspaFaults | None = None, **habits: object) -> EspaPagingSystem:
    return EspaPagingSystem(EspaHabits(**habits), faults, seed=1)  # type: ignore[arg-type]


def test_poll_select_call_and_statuses() -> None:
    box = system()
    assert talk(box, POLL) == b"\x04"
    assert talk(box, SELECT) == b"\x06"
    box.received(CALL, 0.0)
    found = box.outputs()
    assert OnAir("123", "Help at aisle 7", 1) in found
    assert b"".join(one.data for one in found if isinstance(one, Say)) == b"\x06"
    assert talk(box, b"\x04") == b""
    assert talk(box, b"2\x05") == b"1\x05"
    first = talk(box, b"\x06")
    assert first.startswith(b"\x012\x021\x1f123\x1e2\x1fHelp at aisle 7\x1e7\x1f2\x03")
    assert talk(box, b"1\x15") == first
    assert b"\x1e7\x1f3\x03" in talk(box, b"\x06")
    assert talk(box, b"\x06") == b"\x04"
    assert talk(box, b"2\x05") == b"\x04"


@pytest.mark.parametrize(
    ("heard", "answer"),
    [
        (CALL[:-1] + b"\x0c", b"1\x15"),
        (CALL[:-2] + b"\x1e\x03\x47", b"\x06"),
        (CALL[:3] + b" " + CALL[3:-1] + bytes([CALL[-1] ^ 0x20]), b"\x06"),
        (CALL + b"\r", b"\x06"),
        (bytes.fromhex("01 35 02 31 1F 41 03 5B"), b"3\x15"),
        (ASK_THRICE, b"3\x15"),
        (CANCEL, b"\x06"),
        (b"\x01" + b"x" * MOST, b"1\x15"),
    ],
    ids=["check", "rs", "blank", "cr", "header", "request", "cancel", "endless"],
)
def test_blocks_and_their_answers(heard: bytes, answer: bytes) -> None:
    box = system()
    talk(box, SELECT)
    assert talk(box, heard) == answer


def test_whoever_is_not_selected_keeps_still() -> None:
    box = system()
    assert talk(box, b"\x041\x053\x05" + b"2\x05" + CALL) == b""
    assert talk(box, b"\x04" + CALL) == b""
    assert talk(box, POLL) == b"\x04"


def test_a_block_without_an_end_is_refused_after_the_gap() -> None:
    box = system()
    talk(box, SELECT + CALL[:-3], 1.0)
    assert box.due() == 1.5
    box.tick(1.5)
    assert said(box) == b"1\x15"
    assert talk(box, CALL, 1.6) == b"\x06"


def test_it_transmits_as_often_as_asked_and_tells_when_asked() -> None:
    box = system(status="request")
    box.received(SELECT + THRICE, 0.0)
    assert sum(isinstance(one, OnAir) for one in box.outputs()) == 3
    assert talk(box, POLL) == b"\x04"
    assert talk(box, SELECT + ASK_THRICE) == b"\x06\x06"
    assert talk(box, POLL) == b"1\x05"


def test_a_call_in_the_queue_is_reset_and_places_are_counted() -> None:
    box = system(baud=512, most_waiting=1)
    assert talk(box, SELECT + CALL + CALL + CALL) == b"\x06\x06\x06" + b"2\x15"
    assert talk(box, CANCEL) == b"\x06"
    box.tick(100.0)
    assert sum(isinstance(one, OnAir) for one in box.outputs()) == 1


def test_as_control_station_it_polls_and_selects() -> None:
    box = system(polls_every_s=1.0)
    box.tick(0.0)
    assert said(box) == b"1\x05"
    assert talk(box, b"2\x05", 0.1) == b"\x06"
    assert talk(box, CALL + b"\x04", 0.2) == b"\x06"
    box.tick(1.0)
    assert said(box) == b"2\x051\x05"
    assert talk(box, b"\x06", 1.1).startswith(b"\x012\x02")
    box.tick(3.2)
    assert said(box).startswith(b"\x04")


def test_the_fixed_sequence_and_nothing_else() -> None:
    box = system(knows_only="fixed")
    assert talk(box, b"\x04", 0.0) == b"\x04"
    assert talk(box, b"1\x052\x05", 0.05) == b""
    assert talk(box, b"2\x05", 0.3) == b"\x04"
    assert talk(box, b"1\x052\x05", 0.6) == b"\x06"
    assert talk(box, CALL, 0.7) == b"\x06\x04"
    assert talk(box, b"1\x052\x05", 1.0) + talk(box, THRICE, 1.1) == b"\x063\x15\x04"


def test_yes_to_everything() -> None:
    box = system(knows_only="acks", baud=512)
    assert talk(box, POLL) == b"\x06"
    assert talk(box, CALL + CALL + CANCEL + ASK_THRICE) == b"\x06" * 4
    box.tick(100.0)
    assert sum(isinstance(one, OnAir) for one in box.outputs()) >= 1


def do(box: TroubledBox, kind: Trouble, amount: int) -> None:
    box.trouble(kind, amount, 0.0)


@pytest.mark.parametrize(
    ("kind", "amount", "answer"),
    [
        (Trouble.SILENT, 1, b""),
        (Trouble.REFUSE, 1, b"\x063\x15"),
        (Trouble.BUSY, 1, b"\x062\x15"),
        (Trouble.CHECKSUM, 2, b"\x061\x15"),
        (Trouble.LOSE_REPLY, 1, b"\x06"),
        (Trouble.SLOW, 500, b""),
        (Trouble.RESET, 1, b"\x06"),
    ],
)
def test_common_troubles(kind: Trouble, amount: int, answer: bytes) -> None:
    box = system()
    assert kind in box.troubles
    do(box, kind, amount)
    box.received(SELECT + CALL, 0.0)
    found = box.outputs()
    assert b"".join(one.data for one in found if isinstance(one, Say)) == answer
    assert any(isinstance(one, HangUp) for one in found) == (kind is Trouble.RESET)
    assert any(isinstance(one, OnAir) for one in found) == (kind in (Trouble.LOSE_REPLY, Trouble.SLOW))
    do(box, kind, 0)
    box.tick(0.0)
    box.tick(2.0)
    if kind is Trouble.SLOW:
        assert said(box) == b"\x06\x06"
    box.outputs()
    assert talk(box, SELECT + CALL, 3.0) == b"\x06\x06"


def test_garbage_means_nothing() -> None:
    box = system()
    do(box, Trouble.GARBAGE, 1)
    for _ in range(50):
        answer = talk(box, POLL)
        assert answer[-1:] == b"\x04"
        assert not set(answer[:-1]) & set(range(0x20))


def test_an_echo_and_parity() -> None:
    box = system(echo=True, parity=True)
    assert talk(box, POLL) == POLL + b"\x84"
