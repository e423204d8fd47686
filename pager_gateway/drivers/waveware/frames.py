"""The native frames of WaveWare encoders as bytes: SOH T,B,capcode,STX text ETX EOT; and what the box says. Pure.

The box says every frame again before its verdict. That is the only check there is of what arrived: there is no sum."""

from __future__ import annotations

from pager_gateway.turns.parts import Answer, Verdict

SOH, STX, ETX, EOT, ACK, NAK = 0x01, 0x02, 0x03, 0x04, 0x06, 0x15
BAUDS = {512: "5", 1200: "1", 2400: "2"}
STATUS = bytes((SOH,)) + b"S?" + bytes((EOT,))
"""The question that puts nothing on the air."""
NEARLY_FULL = 12
"""Of 14 places in its queue; then it is time to let it send."""
LONGEST_FRAME = 600
ERRORS = {
    "01": "message type not known",
    "02": "data rate not known",
    "03": "refuses this capcode",
    "04": "its input buffer ran over: is CTS connected, rtscts set?",
    "05": "its queue is full: is the channel busy?",
    "06": "status command not understood",
    "07": "its memory is broken: repair",
    "08": "command not understood",
}
BUSY = ("04", "05")


def text(kind: str, baud: int, capcode: str, body: bytes) -> bytes:
    """`kind`: A letters, N digits."""
    head = f"{kind},{BAUDS[baud]},{capcode.zfill(7)},".encode("ascii")
    return bytes((SOH,)) + head + bytes((STX,)) + body + bytes((ETX, EOT))


def tone(beeps: int, baud: int, capcode: str) -> bytes:
    return bytes((SOH,)) + f"{beeps},{BAUDS[baud]},{capcode.zfill(7)}".encode("ascii") + bytes((EOT,))


class WavewareReplies:
    """Frames found in bytes cut anywhere; each SOH begins anew. The eighth bit is ignored, as the box does."""

    def __init__(self) -> None:
        self._frame: bytearray | None = None
        self._echo = b""

    def clear(self) -> None:
        self._frame = None
        self._echo = b""

    def feed(self, data: bytes, sent: bytes, full_s: float) -> list[Answer]:
        """`sent`: what the next verdict is about. `full_s`: rest for a queue that is nearly full."""
        found: list[Answer] = []
        for byte in (raw & 0x7F for raw in data):
            if byte == SOH:
                self._frame = bytearray()
            elif self._frame is not None:
                if byte == EOT:
                    frame, self._frame = bytes(self._frame), None
                    found += self._judge(frame, sent, full_s)
                else:
                    self._frame.append(byte)
                    if len(self._frame) > LONGEST_FRAME:
                        self._frame = None
        return found

    def _judge(self, frame: bytes, sent: bytes, full_s: float) -> list[Answer]:
        if frame[:1] not in (bytes((ACK,)), bytes((NAK,))):
            self._echo = frame
            return []
        echo, self._echo = self._echo, b""
        if echo == STATUS[1:-1]:
            return [Answer(None)]
        if echo != bytes(byte & 0x7F for byte in sent[1:-1]):
            why = "what arrived is not what was sent: is the line noisy?"
            return [Answer(Verdict.SPOILT, "echo", why, doubt=frame[0] == ACK)]
        words = frame[1:].decode("ascii", "replace")
        if frame[0] == ACK:
            return [Answer(Verdict.TAKEN, rest_s=full_s if _queue(words) >= NEARLY_FULL else 0.0)]
        code = words[:2]
        why = f"{ERRORS.get(code, 'refused')} ({code})"
        return [Answer(Verdict.BUSY if code in BUSY else Verdict.REFUSED, f"waveware-{code}"[:32], why)]


def _queue(words: str) -> int:
    """`V8.01,03,0,1,1A`: three pages wait."""
    fields = words.split(",")
    return int(fields[1]) if len(fields) > 1 and fields[1].isascii() and fields[1].isdecimal() else 0
