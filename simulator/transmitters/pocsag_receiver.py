"""Every pager in reach, as one receiver: bits in, pages out, as the air brings them.

Written from the protocol's description: it hunts for the sync word, mends up to two wrong bits of a word, reads the
frame off the slot. A page is over when a word comes that is not its own; one that nothing ends is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from simulator.transmitters import pocsag_words
from simulator.transmitters.pocsag_words import IDLE, REPAIRS, SYNC

SLOTS = 16
UNREADABLE = 2
"""So many words in a row that cannot be mended: it has lost the step, and hunts."""
_FILL = "\0\x03\x04"
"""What a display leaves out behind a text: the rest of the last word, and marks of the end."""


class Reading(Enum):
    """How a pager shows what comes with a function. Without message words every call is a tone."""

    TEXT = auto()
    DIGITS = auto()
    TONE = auto()
    """It rings, and shows nothing whatever comes."""


USUAL: Mapping[int, Reading] = {0: Reading.DIGITS, 1: Reading.TEXT, 2: Reading.TEXT, 3: Reading.TEXT}
"""Function -> reading of a pager that nobody set up otherwise. Function 1 is a tone alone by custom."""


@dataclass(frozen=True, slots=True)
class Received:
    """One call. `last_bit`: where its last word ended, counted from the beginning of the bits."""

    ric: int
    function: int
    pieces: tuple[int, ...]
    last_bit: int
    mended: int = 0
    """Wrong bits that were put right."""

    @property
    def address(self) -> str:
        return f"{self.ric:07d}"

    @property
    def alert(self) -> int:
        return self.function + 1

    @property
    def digits(self) -> str:
        """The rest of the last word comes as blanks."""
        return pocsag_words.digits(self.pieces).rstrip(" ")

    @property
    def septets(self) -> bytes:
        return pocsag_words.letters(self.pieces)

    @property
    def letters(self) -> str:
        """Codes as they are, one character each: which letter a display makes of one is its own affair."""
        return self.septets.decode("ascii").rstrip(_FILL)


@dataclass(slots=True)
class PagerHabits:
    """How the pagers in reach are set up: by RIC, then by function; what is not there is as usual."""

    readings: dict[int, Mapping[int, Reading]] = field(default_factory=dict)
    usual: Mapping[int, Reading] = field(default_factory=lambda: dict(USUAL))

    def shows(self, page: Received) -> str:
        """What stands on the display of the pager that was called."""
        reading = self.readings.get(page.ric, self.usual).get(page.function, self.usual[page.function])
        if reading is Reading.TONE or not page.pieces:
            return ""
        return page.digits if reading is Reading.DIGITS else page.letters


@dataclass(slots=True)
class _Open:
    """A page of which more may come."""

    ric: int
    function: int
    pieces: list[int]
    last_bit: int
    mended: int
    broken: bool = False


class PocsagReceiver:
    """Feed it bits in any portions. `bits`: how many it has heard since it was made."""

    def __init__(self) -> None:
        self.bits = 0
        self.lost = 0
        """Pages that broke off, were damaged beyond repair, or that nothing ended."""
        self._window = 0
        self._seen = 0
        """Bits in the window, up to 32: what came before the carrier does not count."""
        self._slot: int | None = None
        """The next word of the batch; None: it hunts for the sync word; 16: that is due."""
        self._unreadable = 0
        self._page: _Open | None = None

    def hear(self, data: bytes) -> list[Received]:
        """Whole bytes, the highest bit first."""
        return self.hear_bits((byte >> place) & 1 for byte in data for place in range(7, -1, -1))

    def hear_bits(self, bits: Iterable[int]) -> list[Received]:
        found: list[Received] = []
        for bit in bits:
            self.bits += 1
            self._window = (self._window << 1 | bit) & 0xFFFFFFFF
            self._seen += 1
            if self._seen < 32:
                continue
            if self._slot is None:
                self._hunt()
            else:
                self._seen = 0
                self._word(self._window, found)
        return found

    def silence(self) -> None:
        """The carrier is gone."""
        self._drop()
        self._slot = None
        self._seen = self._window = 0

    def _hunt(self) -> None:
        if (self._window ^ SYNC).bit_count() <= REPAIRS:
            self._slot = 0
            self._seen = 0

    def _word(self, raw: int, found: list[Received]) -> None:
        if self._slot == SLOTS:
            if (raw ^ SYNC).bit_count() <= REPAIRS:
                self._slot = 0
            else:
                self._out_of_step()
            return
        assert self._slot is not None
        frame, self._slot = self._slot // 2, self._slot + 1
        word = pocsag_words.repair(raw)
        self._unreadable = self._unreadable + 1 if word is None else 0
        if word is None:
            if self._page is not None:
                self._page.broken = True
            if self._unreadable >= UNREADABLE:
                self._out_of_step()
            return
        mended = (word ^ raw).bit_count()
        if pocsag_words.is_message(word):
            if self._page is not None:
                self._page.pieces.append(pocsag_words.carried(word))
                self._page.last_bit = self.bits
                self._page.mended += mended
            return
        self._over(found)
        if word != IDLE:
            ric, function = pocsag_words.called(word, frame)
            self._page = _Open(ric, function, [], self.bits, mended)

    def _over(self, found: list[Received]) -> None:
        page, self._page = self._page, None
        if page is None:
            return
        if page.broken:
            self.lost += 1
            return
        found.append(Received(page.ric, page.function, tuple(page.pieces), page.last_bit, page.mended))

    def _out_of_step(self) -> None:
        self._drop()
        self._slot = None
        self._unreadable = 0
        self._seen = 32

    def _drop(self) -> None:
        if self._page is not None:
            self._page = None
            self.lost += 1
