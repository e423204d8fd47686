"""The stream: whole board first, one rendering for all, sounds only for what is new, and it ends when told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi.sse import ServerSentEvent

from server.web.frame import live
from server.web.frame.bell import Bell
from server.web.frame.live import Gallery, Shown, stream

KEY = ("shop", "en")
PATIENCE_S = 30.0


class Studio:
    """Renders numbered boards and counts them."""

    def __init__(self) -> None:
        self.made = 0
        self.ringing: frozenset[int] = frozenset()
        self.lost: frozenset[int] = frozenset()
        self.stop = False
        self.allowed = True

    def render(self) -> Shown:
        self.made += 1
        return Shown(self.made, f"<p>{self.made}</p>", self.ringing, self.lost, self.made)


@pytest.fixture
def studio() -> Studio:
    return Studio()


def opened(studio: Studio, bell: Bell, gallery: Gallery | None = None) -> AsyncIterator[ServerSentEvent]:
    return stream(
        gallery or Gallery(bell),
        bell,
        KEY,
        studio.render,
        lambda: studio.allowed,
        lambda: 12.5,
        lambda: studio.stop,
    )


async def take(events: AsyncIterator[ServerSentEvent], count: int) -> list[ServerSentEvent]:
    return await asyncio.wait_for(_take(events, count), PATIENCE_S)


async def _take(events: AsyncIterator[ServerSentEvent], count: int) -> list[ServerSentEvent]:
    return [await anext(events) for _ in range(count)]


@pytest.mark.asyncio
async def test_it_begins_with_the_whole_board_and_its_journal_id(studio: Studio) -> None:
    (first,) = await take(opened(studio, Bell()), 1)
    assert (first.raw_data, first.id, first.event) == ("<p>1</p>", "1", None)


@pytest.mark.asyncio
async def test_a_ring_sends_a_new_board_soon(studio: Studio) -> None:
    bell = Bell()
    events = opened(studio, bell)
    await take(events, 1)
    began = asyncio.get_running_loop().time()
    waiting = asyncio.create_task(take(events, 1))
    await asyncio.sleep(0)
    await asyncio.to_thread(bell.ring, "shop", 5)
    (second,) = await waiting
    assert second.raw_data == "<p>2</p>"
    assert asyncio.get_running_loop().time() - began < live.PULSE_S / 2, "it did not come by the ring"


@pytest.mark.asyncio
async def test_a_ring_between_two_looks_is_not_missed(studio: Studio) -> None:
    bell = Bell()
    events = opened(studio, bell)
    await take(events, 1)
    bell.ring("shop", 5)  # nobody waits for it at this moment
    assert (await take(events, 1))[0].raw_data == "<p>2</p>"


@pytest.mark.asyncio
async def test_many_listeners_share_one_rendering(studio: Studio) -> None:
    bell = Bell()
    gallery = Gallery(bell)
    streams = [opened(studio, bell, gallery) for _ in range(20)]
    await asyncio.gather(*(take(events, 1) for events in streams))
    assert studio.made == 1
    for _ in range(10):
        bell.ring("shop", 1)
    boards = await asyncio.gather(*(take(events, 1) for events in streams))
    assert {board[0].raw_data for board in boards} == {"<p>2</p>"}
    assert studio.made == 2


@pytest.mark.asyncio
async def test_renderings_keep_their_distance(studio: Studio) -> None:
    bell = Bell()
    gallery = Gallery(bell)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(6):
        bell.ring("shop", number)
        await gallery.newest(KEY, studio.render)
    assert studio.made == 6
    assert loop.time() - began > 5 * live.BETWEEN_S - 0.01


@pytest.mark.asyncio
async def test_only_what_is_new_sounds(studio: Studio) -> None:
    bell = Bell()
    studio.ringing = frozenset({1})
    events = opened(studio, bell)
    assert [event.event for event in await take(events, 1)] == [None]
    studio.ringing = frozenset({1, 2})
    bell.ring("shop", 2)
    assert [event.event for event in await take(events, 2)] == [None, "chime"]
    studio.ringing, studio.lost = frozenset({2}), frozenset({2})
    bell.ring("shop", 3)
    assert [event.event for event in await take(events, 2)] == [None, "shout"]
    bell.ring("shop", 4)
    bell.ring("shop", 5)
    await take(events, 1)
    studio.ringing = frozenset({2, 3})
    bell.ring("shop", 6)
    assert [event.event for event in await take(events, 2)] == [None, "chime"]


@pytest.mark.asyncio
async def test_it_ends_at_stop(studio: Studio) -> None:
    bell = Bell()
    events = opened(studio, bell)
    await take(events, 1)
    studio.stop = True
    bell.wake_all()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(events), PATIENCE_S)


@pytest.mark.asyncio
async def test_it_ends_when_the_visitor_may_no_longer_look(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REFRESH_S", 0.01)
    events = opened(studio, Bell())
    await take(events, 1)
    studio.allowed = False
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(events), PATIENCE_S)


@pytest.mark.asyncio
async def test_it_ends_at_once_when_rights_are_called_back(studio: Studio) -> None:
    """And goes on for whoever still has them."""
    bell = Bell()
    events = opened(studio, bell)
    await take(events, 1)
    bell.recall()
    bell.ring(KEY[0], 1)
    await take(events, 1)
    studio.allowed = False
    bell.recall()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(events), PATIENCE_S)


@pytest.mark.asyncio
async def test_a_quiet_stream_says_that_it_is_alive(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PULSE_S", 0.01)
    events = opened(studio, Bell())
    board, pulse = await take(events, 2)
    assert board.event is None
    assert (pulse.event, pulse.raw_data) == ("pulse", "12.500")


@pytest.mark.asyncio
async def test_a_rendering_that_fails_leaves_the_next_one_free(studio: Studio) -> None:
    gallery = Gallery(Bell())

    def broken() -> Shown:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await gallery.newest(KEY, broken)
    assert (await asyncio.wait_for(gallery.newest(KEY, studio.render), PATIENCE_S)).html == "<p>1</p>"
