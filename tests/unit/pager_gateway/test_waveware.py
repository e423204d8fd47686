"""WaveWare's own frames: the published ones, the echo as the only check, and what each error means."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config import capcodes
from broker_config.messages import PageFormat, PageState
from pager_gateway.drivers.waveware import frames
from pager_gateway.drivers.waveware.driver import create
from pager_gateway.errors import Refused
from pager_gateway.sender import PageReport
from pager_gateway.transmitter import Page
from pager_gateway.turns.parts import Answer, Verdict
from simulator.pager import Air
from simulator.transmitters.base import OnAir, Say, Trouble
from simulator.transmitters.waveware import WavewareEncoder, WavewareHabits
from tests.conformance.rig import Bench, Rig

SENT = b"\x01A,5,0046180,\x02This is a test\x03\x04"


def page(address: str, body: str, **more: Any) -> Page:
    return Page(uuid4(), address, body, **more)


def judge(said: bytes, sent: bytes = SENT) -> list[Answer]:
    return [one for one in frames.WavewareReplies().feed(said, sent, 3.0) if one.verdict is not None]


@pytest.mark.parametrize(
    ("settings", "sent", "frame"),
    [
        ({"baud": 512}, page("46180", "This is a test"), SENT),
        ({}, page("765155", "412-3433", format=PageFormat.NUMERIC), b"\x01N,1,0765155,\x02412-3433\x03\x04"),
        ({}, page("145678", "", format=PageFormat.TONE, alert=3), b"\x013,1,0145678\x04"),
        ({"baud": 512}, page("6123", "", format=PageFormat.TONE, alert=4), b"\x014,5,0006123\x04"),
        ({"baud": 2400}, page("8", "a\nb", charset="se"), b"\x01A,2,0000008,\x02a b\x03\x04"),
    ],
)
def test_the_published_frames(settings: dict[str, Any], sent: Page, frame: bytes) -> None:
    assert create(settings, 9600).encode(sent) == frame


@pytest.mark.parametrize("address", ["6", "2007664", "2045063", "2097152", "12345678", "1234567A", ""])
def test_capcodes_that_the_box_refuses_are_refused_at_setup(address: str) -> None:
    assert capcodes.trouble("waveware", address) is not None
    with pytest.raises(Refused, match="refuses capcode"):
        create({}, 9600).encode(page(address, "x"))


@pytest.mark.parametrize("sent", [page("8", "x" * 241), page("8", "A1B2C3", format=PageFormat.CODE)])
def test_what_a_frame_cannot_carry(sent: Page) -> None:
    with pytest.raises(Refused):
        create({}, 9600).encode(sent)


def test_the_published_answers() -> None:
    (taken,) = judge(SENT + b"\x01\x06V8.01,00,0,1,1A\x04")
    assert taken == Answer(Verdict.TAKEN)
    (refused,) = judge(b"\x014,5,0000006\x04\x01\x1503\x04\r\n", b"\x014,5,0000006\x04")
    assert (refused.verdict, refused.text) == (Verdict.REFUSED, "refuses this capcode (03)")


@pytest.mark.parametrize(
    ("code", "verdict"), [("04", Verdict.BUSY), ("05", Verdict.BUSY), ("07", Verdict.REFUSED)]
)
def test_what_an_error_means(code: str, verdict: Verdict) -> None:
    (answer,) = judge(SENT + b"\x01\x15" + code.encode() + b"\x04")
    assert answer.verdict is verdict
    assert code in answer.text


def test_an_echo_that_differs_says_that_the_line_spoilt_it() -> None:
    (taken,) = judge(SENT.replace(b"test", b"tent") + b"\x01\x06V8.01,00,0,1,1A\x04")
    (refused,) = judge(SENT.replace(b"46180", b"X6180") + b"\x01\x1503\x04")
    (unheard,) = judge(b"\x01\x06V8.01,00,0,1,1A\x04")
    assert [one.verdict for one in (taken, refused, unheard)] == [Verdict.SPOILT] * 3
    assert [one.doubt for one in (taken, refused, unheard)] == [True, False, True]


def test_the_answer_to_a_status_question_is_no_verdict_on_a_page() -> None:
    assert judge(frames.STATUS + b"\x01\x06V8.01,00,0,1,1A\x04") == []


@pytest.mark.parametrize(("words", "rest_s"), [(b"11", 0.0), (b"12", 3.0), (b"14", 3.0), (b"xx", 0.0)])
def test_a_queue_that_is_nearly_full_gets_time(words: bytes, rest_s: float) -> None:
    (taken,) = judge(SENT + b"\x01\x06V8.01," + words + b",0,1,1A\x04")
    assert (taken.verdict, taken.rest_s) == (Verdict.TAKEN, rest_s)


@given(st.lists(st.integers(0, 40), max_size=8), st.booleans())
def test_answers_cut_anywhere(cuts: list[int], parity: bool) -> None:
    said = SENT + b"\x01\x06V8.01,00,0,1,1A\x04"
    said = bytes(byte | 0x80 for byte in said) if parity else said
    replies = frames.WavewareReplies()
    edges = sorted({0, *(cut for cut in cuts if cut < len(said)), len(said)})
    found = [one for a, b in pairwise(edges) for one in replies.feed(said[a:b], SENT, 3.0)]
    assert found == [Answer(Verdict.TAKEN)]


@given(st.integers(8, 2_000_000), st.text(st.characters(codec="ascii"), max_size=80))
def test_another_decoder_reads_what_was_written(number: int, body: str) -> None:
    box = WavewareEncoder()
    frame = create({}, 9600).encode(page(str(number), body))
    box.received(frame, 0.0)
    outputs = box.outputs()
    (heard,) = [one for one in outputs if isinstance(one, OnAir)]
    assert heard.address == f"{number:07d}"
    assert len(heard.text) <= len(body)
    (said,) = [one.data for one in outputs if isinstance(one, Say)]
    assert [one.verdict for one in judge(said, frame)] == [Verdict.TAKEN]


def bench(trouble: Trouble | None = None, amount: int = 1, **habits: Any) -> Bench:
    def box(air: Air) -> WavewareEncoder:
        return WavewareEncoder(WavewareHabits(**habits), knows=air.knows)

    made = Bench(Rig("waveware", {}, box))
    made.open()
    if trouble is not None:
        made.trouble(trouble, amount)
    return made


def test_a_page_that_arrived_wrong_is_said_again() -> None:
    made = bench(Trouble.CHECKSUM)
    sent = made.page("HELP")
    made.submit(sent)
    assert made.final(sent).result.state is PageState.TRANSMITTED
    assert made.texts() == ["HELP"]


def test_a_burst_never_fills_the_queue_of_a_slow_channel() -> None:
    made = bench(baud=512)
    pages = [made.page(f"PAGE {number}", lives_s=1_000) for number in range(40)]
    made.submit(*pages, seconds=300)
    results = [one.result for one in made.reports if isinstance(one, PageReport)]
    assert {one.state for one in results} == {PageState.TRANSMITTED}
    made.clock.advance(60)
    assert made.texts() == [one.body for one in pages]
