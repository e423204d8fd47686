from hypothesis import given
from hypothesis import strategies as st

from pager_gateway.pocsag.codewords import IDLE, SYNC
from pager_gateway.pocsag.packing import SLOTS, Call, batches_alone, call, pack, seconds
from pager_gateway.pocsag.payload import alphanumeric, numeric


def _words(text: str) -> list[int]:
    return [int(one, 16) for one in text.split()]


def test_one_page_over_two_batches() -> None:
    found = pack([call(1234567, 3, alphanumeric(b"HELLO"))])
    assert found.batches == (
        (SYNC, *[IDLE] * 14, *_words("4B5A1A25 89A2634D")),
        (SYNC, *_words("CCF905DE"), *[IDLE] * 15),
    )
    assert found.ends == (1,)
    assert found.seconds(1200) == (576 + 2 * 544) / 1200


def test_three_pages_earliest_fit() -> None:
    found = pack(
        [call(8, 3, alphanumeric(b"Kassa 3: abi!")), call(133703, 0, numeric("42")), call(10, 1, [])]
    )
    assert found.batches == (
        (
            SYNC,
            *_words("00003B49 E987995B F3C3030F D997032B A868E016 DC2007FD"),
            *[IDLE] * 8,
            *_words("08290470 921999DB"),
        ),
        (SYNC, *[IDLE] * 4, *_words("0000283F"), *[IDLE] * 11),
    )
    assert found.ends == (0, 0, 1)


def test_a_later_page_goes_into_an_earlier_gap() -> None:
    found = pack([call(7, 3, alphanumeric(b"X" * 20)), call(8, 1, [])])
    assert found.batches[0][1] == call(8, 1, []).words[0]
    assert found.ends == (1, 0)


def test_pages_of_one_pager_never_overtake_each_other() -> None:
    """The gap before the first page is too short for the second one, and long enough for the third."""
    first, second = call(15, 3, alphanumeric(b"X" * 20)), call(8, 3, alphanumeric(b"X" * 60))
    found = pack([first, second, call(8, 3, alphanumeric(b"done"))])
    assert found.ends == (1, 3, 4)
    other = pack([first, second, call(16, 3, alphanumeric(b"done"))])
    assert other.ends == (1, 3, 0), "another pager of that frame may"


def test_the_packing_table() -> None:
    """Batches of n pages of so many words: spread over the frames, all in frame 3."""
    table: dict[int, dict[int, int | tuple[int, int]]] = {
        1: {1: 1, 4: (1, 2), 8: (1, 4), 16: (2, 8), 32: (3, 16)},
        2: {1: 1, 4: (1, 4), 8: (2, 8), 16: (3, 16), 32: (5, 32)},
        3: {4: (2, 4), 8: (2, 8), 16: (4, 16), 32: (7, 32)},
        7: {4: (3, 4), 8: (6, 8), 16: (10, 16), 32: (19, 32)},
        10: {4: (5, 5), 8: (9, 9), 16: (18, 17), 32: (36, 33)},
        15: {4: (5, 5), 8: (9, 9), 16: (18, 17), 32: (36, 33)},
        29: {4: (9, 9), 8: (17, 17), 16: (34, 33), 32: (68, 65)},
    }
    for length, rows in table.items():
        for pages, wanted in rows.items():
            spread, one = wanted if isinstance(wanted, tuple) else (wanted, wanted)
            words = (1,) * length
            assert len(pack([Call(at % 8, words) for at in range(pages)]).batches) == spread, (length, pages)
            assert len(pack([Call(3, words)] * pages).batches) == one, (length, pages)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(1, 40)), max_size=30))
def test_every_page_stands_whole_in_its_own_frame_and_ends(sizes: list[tuple[int, int]]) -> None:
    calls = [Call(frame, tuple(1000 * number + at for at in range(length))) for number, (frame, length) in
             enumerate(sizes, 1)]  # fmt: skip
    found = pack(calls)
    assert all(batch[0] == SYNC and len(batch) == SLOTS + 1 for batch in found.batches)
    slots = [word for batch in found.batches for word in batch[1:]]
    for one, end in zip(calls, found.ends, strict=True):
        start = slots.index(one.words[0])
        assert tuple(slots[start : start + len(one.words)]) == one.words
        assert start % SLOTS // 2 == one.frame
        assert (start + len(one.words) - 1) // SLOTS == end
    used = sum(len(one.words) for one in calls)
    assert slots.count(IDLE) == len(slots) - used
    if calls:
        assert slots[-1] == IDLE


@given(st.integers(0, 7), st.integers(1, 40))
def test_one_alone_takes_what_it_must(frame: int, length: int) -> None:
    one = Call(frame, (1,) * length)
    assert len(pack([one]).batches) == batches_alone(one)


def test_nothing_takes_no_batches() -> None:
    assert pack([]).batches == ()
    assert seconds(1, 512) == (576 + 544) / 512
