"""What a modem's silence and refusals mean, in words for a technician."""

from __future__ import annotations

from pager_gateway.drivers.pocsag_mmdvm.frames import Kind
from pager_gateway.drivers.pocsag_mmdvm.settings import MmdvmSettings

NO_ANSWER = "no answer from the modem: cable, power, speed of the port?"
NO_POCSAG = "its firmware has no POCSAG: it needs a newer one"
FULL = "its buffer stays full"
OCCUPIED = "it stays on the air with something that is not ours"
NO_CARRIER = "the modem did not go on the air"
ENDLESS = "the modem does not leave the air"
BUSY_ELSEWHERE = "the modem is busy in another mode"
DAMAGED = "a batch was damaged on the line"
_REASONS = {
    1: "it does not know this command",
    2: "it is busy in another mode",
    4: "a value is out of its range",
    5: "its buffer is full",
    6: "it has one radio",
}


def reason(number: int) -> str:
    return f"{_REASONS.get(number, 'no reason that we know')} (NAK {number})"


def setup(kind: int, number: int, settings: MmdvmSettings) -> str:
    """The modem refused a step of its start-up."""
    if kind == Kind.FREQUENCY and number == 4:
        mhz = settings.frequency_hz / 1_000_000
        return f"refuses {mhz:g} MHz: outside its bands, or in one kept for satellites (NAK 4)"
    if kind == Kind.CONFIG and number == 6:
        return "it has one radio: setting simplex = true (NAK 6)"
    command = {Kind.FREQUENCY: "frequency", Kind.CONFIG: "settings"}.get(Kind(kind), "mode")
    return f"refuses our {command}: {reason(number)}"
