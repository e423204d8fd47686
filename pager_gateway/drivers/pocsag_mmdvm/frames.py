"""What a host says to an MMDVM modem, as bytes. No ports, no time.

Protocol 1 is that of hotspots (MMDVM_HS), protocol 2 that of boards with a radio of their own."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings

START = 0xE0


class Kind(IntEnum):
    """Type of a frame; both directions."""

    VERSION = 0x00
    STATUS = 0x01
    CONFIG = 0x02
    MODE = 0x03
    FREQUENCY = 0x04
    POCSAG = 0x50
    ACK = 0x70
    NAK = 0x7F


def frame(kind: Kind, data: bytes = b"") -> bytes:
    return bytes((START, len(data) + 3, kind)) + data


GET_VERSION = frame(Kind.VERSION)
GET_STATUS = frame(Kind.STATUS)
IDLE = frame(Kind.MODE, b"\0")
ZEROS = bytes(255)
"""They complete whatever frame was broken off, and mean nothing by themselves. A broken page that they complete goes on
the air."""
POCSAG_ALONE = {1: 0x20, 2: 0x01}
"""The bit of POCSAG among the modes, by protocol."""
_HALF = 0x80


def set_frequency(settings: MmdvmSettings) -> bytes:
    """Receive, transmit and POCSAG frequency: a modem checks all three, whatever they are used for."""
    hertz = settings.frequency_hz.to_bytes(4, "little")
    return frame(Kind.FREQUENCY, b"\0" + hertz + hertz + bytes((_level(settings.rf_level),)) + hertz)


def set_config(protocol: int, settings: MmdvmSettings) -> bytes:
    """POCSAG and nothing else: with a voice mode enabled the chip is loaded anew after each transmission."""
    return frame(Kind.CONFIG, (_config_2 if protocol == 2 else _config_1)(settings))


def batch(words: Sequence[int]) -> bytes:
    """Seventeen codewords, the sync word first."""
    if len(words) != 17:
        raise ValueError(f"a batch has 17 words, not {len(words)}")
    return frame(Kind.POCSAG, b"".join(word.to_bytes(4, "big") for word in words))


def preamble_bits(settings: MmdvmSettings) -> int:
    """The modem puts it in front of a transmission by itself."""
    return 8 * min(150, 72 + 3 * _units(settings) // 2)


def _config_1(settings: MmdvmSettings) -> bytes:
    data = bytearray(23)
    data[0:4] = bytes((_flags(settings), POCSAG_ALONE[1], _units(settings), 0))
    data[4:6] = bytes((_HALF, _HALF))
    data[8:16] = bytes((_HALF,)) * 8
    data[17:19] = bytes((_level(settings.pocsag_level), _HALF))
    return bytes(data)


def _config_2(settings: MmdvmSettings) -> bytes:
    data = bytearray(37)
    data[0:5] = bytes((_flags(settings), 0, POCSAG_ALONE[2], _units(settings), 0))
    data[5:14] = bytes((_HALF,)) * 9
    data[15:17] = bytes((_level(settings.pocsag_level), _HALF))
    data[28] = _HALF
    return bytes(data)


def _flags(settings: MmdvmSettings) -> int:
    return settings.tx_invert * 0x02 | settings.ptt_invert * 0x04 | settings.simplex * 0x80


def _units(settings: MmdvmSettings) -> int:
    return settings.tx_delay_ms // 10


def _level(percent: int) -> int:
    return (percent * 255 + 50) // 100
