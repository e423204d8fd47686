"""What the encoder makes, a receiver that shares no line with it reads: any pages, two wrong bits in every word."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.capcodes import HIGHEST_RIC, IDLE_RICS, SYNC_RICS
from pager_gateway.drivers.pocsag_raw.frames import encode
from pager_gateway.pocsag.packing import Call, call, pack
from pager_gateway.pocsag.payload import DIGITS, alphanumeric, numeric
from simulator.transmitters.pocsag_receiver import PocsagReceiver, Received

rics = st.integers(8, HIGHEST_RIC).filter(lambda ric: ric not in IDLE_RICS and ric not in SYNC_RICS)
texts = st.binary(max_size=80).map(lambda data: bytes(byte & 0x7F for byte in data))
digits = st.text(DIGITS, max_size=25)


@dataclass(frozen=True)
class Sent:
    ric: int
    function: int
    letters: bytes | None
    digits: str | None

    def call(self) -> Call:
        pieces: list[int] = []
        if self.letters is not None:
            pieces = alphanumeric(self.letters)
        elif self.digits is not None:
            pieces = numeric(self.digits)
        return call(self.ric, self.function, pieces)

    def is_heard(self, page: Received) -> bool:
        if (page.ric, page.function) != (self.ric, self.function):
            return False
        if self.letters is not None:
            rest = page.septets[len(self.letters) :]
            return page.septets.startswith(self.letters) and rest in (b"", b"\0", b"\0\0")
        return page.digits == (self.digits or "").rstrip(" ")


pages = st.one_of(
    st.builds(Sent, rics, st.integers(0, 3), texts, st.none()),
    st.builds(Sent, rics, st.integers(0, 3), st.none(), digits),
    st.builds(Sent, rics, st.integers(0, 3), st.none(), st.none()),
)


def spoilt(data: bytes, masks: list[int]) -> bytes:
    """Each word, the sync words as well, with the wrong bits of one mask."""
    words = [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4)]
    return b"".join((word ^ masks[at % len(masks)]).to_bytes(4, "big") for at, word in enumerate(words))


masks = st.builds(lambda first, second: 1 << first | 1 << second, st.integers(0, 31), st.integers(0, 31))


@settings(deadline=None)
@given(st.lists(pages, min_size=1, max_size=12), st.lists(masks | st.just(0), min_size=1, max_size=17))
def test_every_page_is_heard_whatever_two_bits_of_a_word_are_wrong(
    sent: list[Sent], wrong: list[int]
) -> None:
    data = encode(pack([one.call() for one in sent]))
    preamble, rest = data[:72], data[72:]
    heard = PocsagReceiver().hear(preamble + spoilt(rest, wrong))
    assert len(heard) == len(sent)
    for one in sent:
        match = next(page for page in heard if one.is_heard(page))
        heard.remove(match)
