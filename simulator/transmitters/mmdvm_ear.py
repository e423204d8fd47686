"""How an MMDVM modem hears: bytes until E0 are dropped, then length is all. From the published description only."""

from __future__ import annotations

E0 = 0xE0
WHOLE = 256
"""What a hotspot makes of the lengths 0, 1 and 2."""


class MmdvmEar:
    """It keeps what is not complete for ever; whoever owns it may `forget`."""

    def __init__(self, protocol: int) -> None:
        self._protocol = protocol
        self._heard = bytearray()

    @property
    def kind(self) -> int | None:
        """Type of the frame that has begun, as far as that is known."""
        place = 3 if self._long() else 2
        return self._heard[place] if len(self._heard) > place else None

    def forget(self) -> None:
        self._heard.clear()

    def hear(self, byte: int) -> tuple[int, bytes, bytes] | None:
        """The frame that this byte completes: its type, its data, and all of it."""
        if not self._heard and byte != E0:
            return None
        self._heard.append(byte)
        if len(self._heard) < self._size():
            return None
        place = 3 if self._long() else 2
        raw = bytes(self._heard)
        self._heard.clear()
        return raw[place], raw[place + 1 :], raw

    def _long(self) -> bool:
        return self._protocol == 2 and len(self._heard) > 1 and self._heard[1] == 0

    def _size(self) -> int:
        """Bytes of this frame; more than there are while it cannot be told."""
        heard = self._heard
        if len(heard) < 3:
            return len(heard) + 1
        if self._long():
            return heard[2] + 255
        return heard[1] if heard[1] >= 3 else WHOLE
