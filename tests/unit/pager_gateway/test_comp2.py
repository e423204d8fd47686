"""COMP2: the published frames, what a verbose box says, and what cannot be known of one that says nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages import PageFormat, PageState, Proof
from pager_gateway.drivers.comp2.driver import create
from pager_gateway.drivers.comp2.frames import Comp2Replies
from pager_gateway.errors import Refused
from pager_gateway.transmitter import Health, Page, SubmitResult, Write
from pager_gateway.turns.parts import Verdict
from simulator.transmitters.base import OnAir
from simulator.transmitters.comp2 import Comp2Encoder, Comp2Habits

TALK = b"Invalid character in pager ID\r\r\x1e\rPage accepted\r\r\x06\rInput error\r\r\x15\r"
MEANT = [None, Verdict.REFUSED, Verdict.TAKEN, Verdict.TAKEN, None, Verdict.SPOILT]


def page(address: str, body: str, **more: Any) -> Page:
    return Page(uuid4(), address, body, **more)


@pytest.mark.parametrize(
    ("settings", "sent", "frame"),
    [
        ({"resync": False}, page("101", "Test Message"), b"101A\rTest Message\r"),
        ({}, page("101", "Test Message"), b"\x7f\x7f\x7f101A\rTest Message\r"),
        ({"resync": False}, page("101d", "x"), b"101D\rx\r"),
        ({"resync": False}, page("101", "x", alert=3), b"101C\rx\r"),
        ({"resync": False, "beeps": False}, page("101", "x", alert=3), b"101\rx\r"),
        ({"resync": False}, page("101", "", format=PageFormat.TONE), b"101A\r\r"),
        ({"resync": False}, page("101", "a~b\rc"), b"101A\ra-b c\r"),
        ({"resync": False}, page("101", "Straße", charset="de"), b"101A\rStrasse\r"),
    ],
)
def test_the_published_frames(settings: dict[str, Any], sent: Page, frame: bytes) -> None:
    assert create(settings, 9600).encode(sent) == frame


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (page("12345678901", "x"), "capcode"),
        (page("12E", "x"), "capcode"),
        (page("1", "x" * 241), "too-long"),
        (page("1", "чек", charset="koi7"), "charset"),
    ],
)
def test_what_a_frame_cannot_carry(sent: Page, code: str) -> None:
    """The place of Ч in that character set ends a field here."""
    with pytest.raises(Refused) as refused:
        create({}, 9600).encode(sent)
    assert refused.value.code == code


@given(st.text(st.characters(codec="ascii"), max_size=60), st.integers(0, 10**10 - 1))
def test_another_decoder_reads_what_was_written(body: str, number: int) -> None:
    box = Comp2Encoder()
    box.received(b"half a pa", 0.0)
    sent = page(str(number), body, alert=2)
    box.received(create({}, 9600).encode(sent), 0.0)
    (heard,) = [one for one in box.outputs() if isinstance(one, OnAir)]
    assert (heard.address, heard.alert) == (str(number), 2)
    assert "~" not in heard.text
    assert len(heard.text) <= len(body)


@given(st.lists(st.integers(0, len(TALK)), max_size=12))
def test_words_cut_anywhere(cuts: list[int]) -> None:
    replies = Comp2Replies(["accepted"])
    edges = [0, *sorted(cuts), len(TALK)]
    found = [one for a, b in pairwise(edges) for one in replies.feed(TALK[a:b])]
    assert [one.verdict for one in found] == MEANT
    assert "Invalid character" in found[1].text


def test_without_an_answer_a_page_is_out_when_its_last_character_is() -> None:
    driver = create({"gap_s": 2.0}, 1200)
    driver.opened(0.0)
    first, second = page("1", "x" * 20), page("1", "y")
    driver.submit([first, second], 0.0)
    health, write = driver.outputs()
    assert health == Health("ready")
    assert isinstance(write, Write)
    line_s = len(write.data) * 10 / 1200
    driver.tick(line_s - 0.01)
    assert driver.outputs() == []
    due = driver.due()
    assert due == pytest.approx(line_s, abs=0.05)
    assert due is not None
    driver.tick(due)
    assert driver.outputs() == [SubmitResult(first.id, PageState.TRANSMITTED, Proof.NONE)]
    driver.tick(due + 1.9)
    assert driver.outputs() == []
    driver.tick(due + 2.0)
    assert [type(one) for one in driver.outputs()] == [Write]


def test_a_cable_that_goes_with_half_a_page_leaves_it_unknown() -> None:
    driver = create({}, 1200)
    driver.opened(0.0)
    sent = page("1", "x" * 20)
    driver.submit([sent], 0.0)
    driver.outputs()
    driver.lost("no carrier: cable?", 0.01)
    results = [one for one in driver.outputs() if isinstance(one, SubmitResult)]
    assert [one.state for one in results] == [PageState.UNKNOWN]


def test_the_box_takes_a_tilde_for_a_return_and_forgets_half_a_page() -> None:
    box = Comp2Encoder(Comp2Habits())
    box.received(b"101~hello~", 0.0)
    box.received(b"102\rlost", 1.0)
    box.received(b"103C\rkept\r", 12.0)
    assert [one for one in box.outputs() if isinstance(one, OnAir)] == [
        OnAir("101", "hello", 1),
        OnAir("103", "kept", 3),
    ]
