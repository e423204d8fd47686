"""What differs between boxes that put bytes on the air as they are, and what nobody has measured on one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pager_gateway.pocsag.settings import PocsagSettings

LEAST_AHEAD_S = 0.1


class RawSettings(PocsagSettings):
    """The section `[transmitters.settings]` of the gateway's file. The speed of the line is `baudrate` of the
    transmitter: 38400 for both known boxes."""

    baud: Literal[512, 1200, 2400] = 1200
    """Of the radio; the box must be set to the same, and so must the pagers."""
    inverted: bool = False
    """Every bit the other way round, for a radio or pagers that take the higher frequency for a one."""
    end: Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{2}){0,8}$")] = "17"
    """Bytes after the last word, hexadecimal: `17` ends a transmission of the UniPager RFM69 stick; empty for boxes
    that want the words alone, like the C9000 controller."""
    ahead_s: Annotated[float, Field(ge=LEAST_AHEAD_S, le=600)] = 10.0
    """The line may be this much air time ahead of the radio. Less for a box with a small buffer; but when this machine
    stands still for longer, the carrier breaks off in the middle."""
    spare_s: Annotated[float, Field(ge=0, le=10)] = 0.1
    """What the box takes to key up and down, and its clock may be off: added to each transmission's air time."""
    batch: Annotated[int, Field(ge=1, le=64)] = 32
    """Most pages of one transmission."""
