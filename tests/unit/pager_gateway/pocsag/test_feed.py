"""A transmission that grows while it is on the air: the same words as one packed at once, and room for the urgent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pager_gateway.pocsag.codewords import IDLE, SYNC
from pager_gateway.pocsag.feed import Feed
from pager_gateway.pocsag.packing import SLOTS, Call, call, pack

LENGTHS = st.integers(1, 40)
FRAMES = st.integers(0, 7)


def page(number: int, frame: int, length: int) -> Call:
    """Each has words of its own: its pager, then message words that say which page it is."""
    head, *_ = call(8 * (100 + number) + frame, 3, []).words
    return Call(frame, (head, *(0x8000_0000 | number << 8 | place for place in range(length - 1))))


def run(feed: Feed, waiting: list[Call]) -> list[int]:
    """The slots until all are in and ended."""
    slots: list[int] = []
    waiting = list(waiting)
    while waiting or feed.open:
        words, begun = feed.next(waiting)
        assert words[0] == SYNC
        slots += words[1:]
        places = {one.index for one in begun}
        waiting = [one for index, one in enumerate(waiting) if index not in places]
    return slots


def stands_whole(one: Call, slots: list[int]) -> bool:
    at = slots.index(one.words[0])
    return (
        tuple(slots[at : at + len(one.words)]) == one.words
        and at % SLOTS // 2 == one.frame
        and not slots[at + len(one.words)] >> 31
    )


@given(st.lists(st.tuples(FRAMES, LENGTHS), max_size=24))
def test_what_waits_from_the_start_is_packed_as_well_as_at_once(sizes: list[tuple[int, int]]) -> None:
    pages = [page(number, *size) for number, size in enumerate(sizes)]
    slots = run(Feed(), pages)
    assert all(stands_whole(one, slots) for one in pages)
    assert len(slots) // SLOTS <= len(pack(pages).batches)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.tuples(FRAMES, LENGTHS), max_size=5)), min_size=1, max_size=8
    )
)
def test_pages_that_come_on_the_way_stand_whole_and_end(
    portions: list[tuple[int, list[tuple[int, int]]]],
) -> None:
    feed = Feed()
    slots: list[int] = []
    pages: list[Call] = []
    waiting: list[Call] = []
    for batches, sizes in portions:
        fresh = [page(len(pages) + number, *size) for number, size in enumerate(sizes)]
        pages += fresh
        waiting += fresh
        for _ in range(batches):
            words, begun = feed.next(waiting)
            slots += words[1:]
            for one in begun:
                found = waiting[one.index]
                assert (one.last - one.start + 1, one.start % SLOTS // 2) == (len(found.words), found.frame)
            places = {one.index for one in begun}
            waiting = [one for index, one in enumerate(waiting) if index not in places]
    slots += run(feed, waiting)
    assert all(stands_whole(one, slots) for one in pages)
    assert not feed.open


def test_the_first_in_line_overtakes_all_that_stand_in_no_batch() -> None:
    feed = Feed()
    later = [page(number, 1, 10) for number in range(5)]
    _, begun = feed.next(later)
    assert [one.index for one in begun] == [0]
    urgent = page(9, 1, 10)
    _, begun = feed.next([urgent, *later[1:]])
    assert [one.index for one in begun] == [0]


def test_a_page_that_fills_its_batch_is_ended_by_another() -> None:
    feed = Feed()
    full = page(1, 7, 2)
    words, begun = feed.next([full])
    assert (words[-2:], begun[0].last) == (full.words, 15)
    assert feed.open
    words, _ = feed.next([])
    assert words == (SYNC, *(IDLE,) * SLOTS)
    assert not feed.open
    assert feed.batches == 2
