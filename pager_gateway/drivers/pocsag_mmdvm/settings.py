"""What differs between MMDVM boards, their radios and the pagers around them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pager_gateway.pocsag.settings import PocsagSettings

Percent = Annotated[int, Field(ge=0, le=100)]
Timer = Annotated[float, Field(gt=0, le=600)]


class MmdvmSettings(PocsagSettings):
    """The section `[transmitters.settings]` of a transmitter with the driver `pocsag-mmdvm`."""

    frequency_hz: Annotated[int, Field(ge=1_000_000, le=2_000_000_000)] = 433_920_000
    """That of the pagers. Boards of protocol 2 take it from their radio and ignore this."""
    rf_level: Percent = 100
    pocsag_level: Percent = 50
    """Deviation: 50 % is 4.5 kHz on hotspots."""
    tx_delay_ms: Annotated[int, Field(ge=0, le=500, multiple_of=10)] = 100
    """How long the radio needs to come up. It lengthens the preamble, too."""
    simplex: bool = True
    """Boards with one radio refuse anything else."""
    tx_invert: bool = False
    ptt_invert: bool = False
    """Hotspots ignore both; boards with a radio of their own may need them."""
    idle_after_s: Annotated[float, Field(ge=0.5, le=3_600)] | None = None
    """Back to the idle mode when nothing was sent for so long. None: it stays in POCSAG, which is all that it has."""
    boot_wait_s: Annotated[float, Field(ge=0, le=60)] = 2.0
    """USB boards start anew when their port is opened."""
    version_every_s: Timer = 1.5
    version_tries: Annotated[int, Field(ge=2, le=20)] = 6
    """So often it is asked who it is, then the port is opened anew."""
    reply_s: Timer = 0.3
    """Longest wait for the answer to a command, and for a sign that a batch was read."""
    status_every_s: Annotated[float, Field(ge=0.05, le=1)] = 0.25
    silent_s: Timer = 2.0
    """No status for so long: the board is dead."""
    mend_s: Timer = 5.0
    """How often to try anew with a board that refuses something."""
    key_up_s: Timer = 1.0
    """After the first batch was written, the carrier must be up by then."""
    full_s: Timer = 30.0
    """Longest wait for room in its buffer, or for the end of a transmission that is not ours."""
    lead_s: Annotated[float, Field(ge=0.5, le=6)] = 0.7
    """So long before its first bit a batch is handed over, at the latest; hotspots want it 0.3 s sooner than that. What
    the modem has is in doubt when the line goes; a machine that stands still for longer tears a text."""
    batch: Annotated[int, Field(ge=1, le=32)] = 32
    """Most pages in hand at a time."""
