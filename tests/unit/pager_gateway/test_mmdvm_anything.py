"""Noise, cuts and losses on the line of an MMDVM modem: nothing hangs, nothing lies."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from pager_gateway.drivers.pocsag_mmdvm.driver import create
from pager_gateway.drivers.pocsag_mmdvm.session import BLIND_S
from pager_gateway.transmitter import Output, Page, Probed, SubmitResult, Write
from simulator.transmitters.base import Say
from simulator.transmitters.mmdvm import MmdvmHabits
from tests.unit.pager_gateway.mmdvm_line import BAUD, F, Line, T


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([1, 2]))
def test_bytes_cut_anywhere_with_noise_between_never_hang_a_page_or_lie(
    data: st.DataObject, protocol: int
) -> None:
    """The modem's words arrive in pieces, among noise; the pages end once, in bounded time, and none is called
    transmitted that was not on the air."""
    line = Line(MmdvmHabits(protocol=protocol), up=False)
    driver, box = line.driver, line.box
    results: list[SubmitResult] = []
    pages = [Page(uuid4(), "1234567", f"NUMBER {number}", expires_at=60.0) for number in range(3)]
    pieces = data.draw(st.lists(st.integers(1, 20), min_size=1, max_size=5))
    noise = data.draw(st.lists(st.binary(max_size=6), max_size=12))
    heard: list[str] = []
    now, number, waiting = 0.0, 0, list(pages)

    def act() -> None:
        nonlocal number, now
        for output in driver.outputs():
            results.extend([output] if isinstance(output, SubmitResult) else [])
            if isinstance(output, Write):
                box.received(output.data, now)
            elif type(output).__name__ == "Reopen":
                driver.lost("reopened", now)
                driver.opened(now)
        for said in box.outputs():
            if type(said).__name__ == "OnAir":
                heard.append(said.text)  # type: ignore[union-attr]
            if isinstance(said, Say):
                rest = said.data
                if noise and now < 20:
                    rest = noise.pop() + rest
                while rest:
                    size = pieces[number % len(pieces)]
                    number += 1
                    driver.received(rest[:size], now)
                    rest = rest[size:]
                act()

    driver.opened(now)
    while now < 60:
        if waiting and not driver.busy and now > 2.5:
            driver.submit([waiting.pop()], now)
        due = driver.due()
        if due is not None and due <= now:
            driver.tick(now)
        act()
        box.tick(now)
        act()
        now += 0.05
    assert sorted(str(one.page) for one in results if one.state.is_final) == sorted(
        str(page.id) for page in pages
    )
    bodies = {page.id: page.body for page in pages}
    assert {bodies[one.page] for one in results if one.state is T} <= set(heard)
    assert not driver.busy


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(1, 70), min_size=1, max_size=12),
    st.sets(st.integers(0, 60), max_size=8),
    st.sets(st.integers(0, 60), max_size=8),
    st.sampled_from([1, 2]),
)
def test_what_gets_lost_on_the_line_is_never_called_transmitted(
    lengths: list[int], lost_to_it: set[int], lost_from_it: set[int], protocol: int
) -> None:
    """Batches, questions and answers vanish whole; nobody says a word about it."""
    line = Line(MmdvmHabits(protocol=protocol))
    heard, real, act = 0, line.box.received, line.wire._say
    said = 0

    def hears(data: bytes, now: float) -> None:
        nonlocal heard
        heard += 1
        if heard - 1 not in lost_to_it:
            real(data, now)

    def says(data: bytes) -> None:
        nonlocal said
        said += 1
        if said - 1 not in lost_from_it:
            act(data)

    line.box.received = hears  # type: ignore[method-assign]
    line.wire._say = says  # type: ignore[method-assign]
    pages = [
        Page(uuid4(), str(1_234_560 + number % 8), f"{number}".ljust(length, "X"))
        for number, length in enumerate(lengths)
    ]
    results = line.run(*pages, seconds=25)
    bodies = {page.id: page.body for page in pages}
    assert {bodies[one.page] for one in results if one.state is T} <= set(line.texts())
    if not lost_to_it and not lost_from_it:
        assert {one.state for one in results} == {T}
    line.clock.advance(10)
    assert line.states("THE END", seconds=3) == [T]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1.5), st.integers(1, 70), st.integers(1, 3)), min_size=1, max_size=14),
    st.sets(st.integers(0, 90), max_size=6),
    st.sets(st.integers(0, 90), max_size=6),
    st.lists(st.tuples(st.floats(0, 9), st.sampled_from(["reset", "cable", "freeze"])), max_size=3),
    st.sampled_from([1, 2]),
    st.booleans(),
    st.sampled_from([0.3, 0.8, 2.0]),
    st.sampled_from([0.0, 0.02, 0.3]),
)
def test_pages_that_come_while_others_are_on_the_air_are_called_transmitted_when_they_were(
    given_pages: list[tuple[float, int, int]],
    lost_to_it: set[int],
    lost_from_it: set[int],
    troubles: list[tuple[float, str]],
    protocol: int,
    usb: bool,
    boot_s: float,
    reply_s: float,
) -> None:
    """Whatever gets lost, whoever starts anew: nobody is called transmitted before the page has left the antenna, none
    is called failed that has, and none goes out twice."""
    line = Line(MmdvmHabits(protocol=protocol, usb=usb, boot_s=boot_s, reply_s=reply_s))
    real, act = line.box.received, line.wire._say
    counts = {"to": 0, "from": 0}

    def hears(data: bytes, now: float) -> None:
        counts["to"] += 1
        if counts["to"] - 1 not in lost_to_it:
            real(data, now)

    def says(data: bytes) -> None:
        counts["from"] += 1
        if counts["from"] - 1 not in lost_from_it:
            act(data)

    line.box.received = hears  # type: ignore[method-assign]
    line.wire._say = says  # type: ignore[method-assign]
    for at, kind in troubles:
        if kind == "reset":
            line.clock.call_later(at, lambda: line.wire.do(lambda: line.box._reset(line.clock.boot())))
        elif kind == "cable":
            line.clock.call_later(at, line.wire.unplug)
            line.clock.call_later(at + 0.3, line.wire.plug)
        else:
            line.clock.call_later(at, line.loop.freeze)
            line.clock.call_later(at + 1.1, line.loop.thaw)
    pages = []
    for number, (wait_s, length, priority) in enumerate(given_pages):
        page = Page(uuid4(), str(1_234_560 + number % 8), f"{number}".ljust(length, "X"), priority=priority)
        pages.append(page)
        line.give(page)
        line.clock.advance(wait_s)
    line.clock.advance(60)
    results = {one.page: one for one in line.finals([page.id for page in pages])}
    texts = line.texts()
    assert len(set(texts)) == len(texts)
    ended = line.ended()
    heard = {page.text: page.at for pager in line.air.pagers() for page in pager.history}
    for page in pages:
        state = results[page.id].state
        if state is T:
            assert page.body in texts
            assert heard[page.body] <= ended[page.id] + 1e-6
        if state is F:
            assert page.body not in texts
    if not (lost_to_it or lost_from_it or troubles):
        assert {one.state for one in results.values()} == {T}
    line.clock.advance(20)
    unnoticed = protocol == 2 and boot_s < BLIND_S and "reset" in [kind for _, kind in troubles]
    if not unnoticed:
        assert line.states("THE END", seconds=5) == [T]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 3)), max_size=20))
def test_a_peer_that_talks_rubbish_proves_nothing(portions: list[tuple[bytes, float]]) -> None:
    """Whatever arrives on the line, nothing raises, no moment lies behind for ever, and no page is called done."""
    driver = create({}, BAUD)
    outputs: list[Output] = []
    now = 0.0
    driver.opened(now)
    page = Page(uuid4(), "1234567", "NOBODY HEARS")
    driver.submit([page], now)
    for portion, wait in [*portions, *[(b"", 3.0)] * 40]:
        driver.received(portion, now)
        for _ in range(100):
            due = driver.due()
            if due is None or due > now + wait:
                break
            driver.tick(max(now, due))
            outputs += driver.outputs()
        else:
            raise AssertionError("it is due without end")
        now += wait
    outputs += driver.outputs()
    results = [one for one in outputs if isinstance(one, SubmitResult)]
    assert [(one.page, one.state) for one in results] == [(page.id, F)]
    driver.probe(now)
    driver.tick(now + 10)
    assert [one.error is not None for one in driver.outputs() if isinstance(one, Probed)] == [True]
