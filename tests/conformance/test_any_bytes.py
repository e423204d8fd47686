"""Whatever comes over the line, cut anywhere: no crash, no hang past a driver's timers, and no page counts as
transmitted that its peer did not take. Over every rig, in virtual time."""

from __future__ import annotations

from functools import cache
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.messages import PageState, Proof
from pager_gateway.sender import PageReport
from pager_gateway.transmitter import Page, SubmitResult
from simulator.transmitters.base import Seen
from simulator.transmitters.virtual import VirtualTransmitter
from tests.conformance.rig import PATIENCE_S
from tests.conformance.rigs import RIGS, Bench

EXAMPLES = 10
DONE = (PageState.TRANSMITTED, PageState.CONFIRMED)


class RoughLine(VirtualTransmitter):
    """Bytes come in pieces of one to three; now and then one that nobody said stands before what the peer says."""

    random = Random(0)
    noise = b""
    chance = 0.0

    def write(self, data: bytes) -> None:
        for piece in self._pieces(data):
            super().write(piece)

    def _say(self, data: bytes) -> None:
        for piece in self._pieces(data):
            while self.random.random() < self.chance:
                super()._say(bytes((self.random.choice(self.noise),)))
            super()._say(piece)

    def _pieces(self, data: bytes) -> list[bytes]:
        found = []
        while data:
            size = self.random.choice((1, 1, 1, 2, 3))
            found.append(data[:size])
            data = data[size:]
        return found


@pytest.mark.parametrize("name", sorted(RIGS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=st.integers(0, 2**32), chance=st.sampled_from([0.0, 0.02, 0.3]))
def test_pieces_and_noise_between(name: str, seed: int, chance: float) -> None:
    bench = Bench(RIGS[name]())
    rough = RoughLine(bench.clock, bench.box, bench.air, baudrate=bench.rig.baudrate)
    rough.random, rough.noise, rough.chance = Random(seed), bench.rig.noise, chance
    bench.use(rough)
    bench.open()
    pages = [bench.page(f"P {number}") for number in range(3)]
    bench.submit(*pages, seconds=len(pages) * PATIENCE_S)
    texts = bench.texts()
    for page in pages:
        result = bench.final(page).result
        (shown,) = bench.shown(page)
        if result.state in DONE and (result.proof is not Proof.NONE or chance == 0.0):
            assert shown in texts
        if result.state is PageState.FAILED:
            assert shown not in texts
        if chance == 0.0:
            assert result.state in DONE
            assert texts.count(shown) == 1
    assert {one.result.page for one in bench.reports if isinstance(one, PageReport)} <= {
        page.id for page in pages
    }


@cache
def _words(name: str) -> tuple[bytes, ...]:
    """What this peer says when all is well, and when it refuses."""
    bench = Bench(RIGS[name]())
    seen: list[Seen] = []
    bench.line.observe(seen.append)
    bench.open()
    bench.submit(bench.page("A"), bench.page("B"))
    bench.clock.advance(20)
    return tuple({one.data for one in seen if one.direction == "out" and one.data}) or (b"\r",)


STEP = st.one_of(
    st.binary(max_size=6),
    st.integers(0, 10_000),
    st.floats(0.0, 12.0),
    st.sampled_from(["page", "page", "lost", "opened"]),
)
"""Bytes, a word of the peer by its number, a wait, or what happens to the port."""


@pytest.mark.parametrize("name", sorted(RIGS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(script=st.lists(STEP, max_size=40))
def test_whatever_is_said_every_page_ends_once_and_in_time(
    name: str, script: list[bytes | int | float | str]
) -> None:
    rig, words = RIGS[name](), _words(name)
    driver = rig.create()
    now = 0.0
    given_pages: set[UUID] = set()
    ended: list[SubmitResult] = []

    def look() -> None:
        for output in driver.outputs():
            if isinstance(output, SubmitResult) and output.state.is_final:
                ended.append(output)

    def wait(seconds: float) -> None:
        nonlocal now
        until = now + seconds
        for _ in range(20_000):
            due = driver.due()
            if due is None or due > until:
                break
            now = max(now, due)
            driver.tick(now)
            look()
        else:
            pytest.fail("busy without end")
        now = until

    for step in script:
        if step == "page":
            if not driver.busy:
                page = Page(UUID(int=len(given_pages)), rig.address, rig.body("HELP"), rig.format)
                given_pages.add(page.id)
                driver.submit([page], now)
        elif step == "lost":
            driver.lost("cable", now)
        elif step == "opened":
            driver.opened(now)
        elif isinstance(step, float):
            wait(step)
        else:
            said = step if isinstance(step, bytes) else words[int(step) % len(words)]
            for byte in said:
                driver.received(bytes((byte,)), now)
                look()
        look()
        wait(0.0)
    wait(3 * PATIENCE_S)
    assert {one.page for one in ended} == given_pages
    assert not driver.busy
    for key in given_pages:
        first, *later = [one for one in ended if one.page == key]
        better = [first, *(one for one in later if one.error is None)]
        ranks = [list(Proof).index(one.proof) for one in better]
        assert ranks == sorted(set(ranks)), (
            "a later result must bring better proof, or a peer's change of mind"
        )


@pytest.mark.parametrize("name", sorted(RIGS))
@settings(max_examples=EXAMPLES, deadline=None)
@given(script=st.lists(st.one_of(st.binary(max_size=12), st.floats(0.0, 12.0)), max_size=30))
def test_a_peer_survives_whatever_is_said_to_it(name: str, script: list[bytes | float]) -> None:
    bench = Bench(RIGS[name]())
    box, now = bench.box, 0.0
    for step in script:
        if isinstance(step, float):
            until = now + step
            for _ in range(2_000):
                due = box.due()
                if due is None or due > until:
                    break
                now = max(now, due)
                box.tick(now)
                box.outputs()
            else:
                pytest.fail("busy without end")
            now = until
        else:
            for byte in step:
                box.received(bytes((byte,)), now)
                box.outputs()
