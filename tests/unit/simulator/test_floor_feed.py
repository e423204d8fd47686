"""The feed: everything first, then the newest of what changed; slow readers and closing are no trouble."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.floor.feed import Feed

PATIENCE_S = 30.0


async def newest(stream: AsyncIterator[Any]) -> Any:
    return await asyncio.wait_for(anext(stream), PATIENCE_S)


@pytest.mark.asyncio
async def test_first_everything_then_what_changed() -> None:
    feed = Feed()
    feed.put("a", {"n": 1})
    feed.put("b", {"n": 1})
    stream = feed.read()
    assert await newest(stream) == {"a": {"n": 1}, "b": {"n": 1}}
    feed.put("b", {"n": 2})
    assert await newest(stream) == {"b": {"n": 2}}
    await stream.aclose()


@pytest.mark.asyncio
async def test_a_slow_reader_gets_the_newest_only() -> None:
    feed = Feed()
    stream = feed.read()
    assert await newest(stream) == {}
    for number in range(1_000):
        feed.put("light", {"n": number})
    assert await newest(stream) == {"light": {"n": 999}}
    await stream.aclose()


@pytest.mark.asyncio
async def test_what_did_not_change_is_not_sent() -> None:
    feed = Feed()
    feed.put("a", {"n": 1})
    stream = feed.read()
    await newest(stream)
    feed.put("a", {"n": 1})
    feed.put("b", {"n": 1})
    assert await newest(stream) == {"b": {"n": 1}}
    await stream.aclose()


@pytest.mark.asyncio
async def test_changes_of_another_thread_wake_every_reader() -> None:
    feed = Feed()
    streams = [feed.read(), feed.read()]
    for stream in streams:
        await newest(stream)
    thread = threading.Thread(target=feed.put, args=("a", {"n": 1}))
    thread.start()
    assert [await newest(stream) for stream in streams] == [{"a": {"n": 1}}] * 2
    thread.join()
    for stream in streams:
        await stream.aclose()


@pytest.mark.asyncio
async def test_close_ends_a_waiting_stream_at_once() -> None:
    feed = Feed()
    stream = feed.read()
    await newest(stream)
    feed.close()
    with pytest.raises(StopAsyncIteration):
        await newest(stream)


@pytest.mark.asyncio
async def test_a_reader_that_left_costs_nothing() -> None:
    feed = Feed()
    stream = feed.read()
    await newest(stream)
    await stream.aclose()
    feed.put("a", {"n": 1})
    assert feed.readers == 0


def test_put_after_the_web_server_is_gone_is_no_trouble() -> None:
    feed = Feed()

    async def begin() -> AsyncIterator[Any]:
        stream = feed.read()
        await anext(stream)
        return stream

    loop = asyncio.new_event_loop()
    stream = loop.run_until_complete(begin())
    feed.put("a", {"n": 1})
    loop.run_until_complete(stream.aclose())  # type: ignore[attr-defined]
    loop.close()
    feed.put("a", {"n": 2})
    assert feed.items() == {"a": {"n": 2}}
