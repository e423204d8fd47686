"""What differs between RF bridges and between watches: the way to send, pulses, timers. By default EV1527, 320 us."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pager_gateway.drivers.rf_bridge.frames import A5_FRAMES, Timing

Microseconds = Annotated[int, Field(ge=50, le=65_535)]
Timer = Annotated[float, Field(gt=0, le=600)]


class RfBridgeSettings(BaseModel):
    """The section `[transmitters.settings]` of the gateway's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    send: Literal["a5", "b0"] = "a5"
    """`a5`: 24 bits, eight frames, every firmware. `b0`: any times, number of frames and bits; Portisch firmware."""
    te_us: Annotated[int, Field(ge=50, le=2_000)] = 320
    """The short pulse; watches take 200 to 500."""
    long_us: Microseconds | None = None
    """None: three times the short one."""
    gap_us: Microseconds | None = None
    """The low part of the sync pulse. None: 31 times the short pulse."""
    frames: Annotated[int, Field(ge=2, le=50)] = A5_FRAMES
    """Only with `b0`. Receivers want two to four equal ones."""
    tail: Annotated[str, StringConstraints(pattern=r"^[01]{0,8}$")] = ""
    """Bits behind the 24 of a code, for models with 25; only with `b0`."""
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a code is sent until the chip says that it was: an answer that got lost rings a watch again."""
    patience_s: Timer = 1.0
    """How long to wait for that beyond the time on the air."""
    version: bool = True
    """The firmware says its version when asked: by that it is seen to live. False: pages alone tell."""
    answer_s: Timer = 1.0
    supervise_s: Annotated[float, Field(ge=0, le=86_400)] = 3.0
    """How often to ask a chip that is idle. 0: only when somebody wants to know."""
    mend_s: Timer = 5.0
    """How often to ask one that does not answer."""
    confirm: bool = False
    """Say a word to each report of a foreign button. Whether a firmware needs it is not known."""

    @model_validator(mode="after")
    def _only_with_b0(self) -> RfBridgeSettings:
        if self.send == "a5" and (self.tail or self.frames != A5_FRAMES):
            raise ValueError('tail and frames need send = "b0": an A5 is always eight frames of 24 bits')
        return self

    @property
    def timing(self) -> Timing:
        return Timing(self.te_us, self.long_us or 3 * self.te_us, self.gap_us or min(31 * self.te_us, 65_535))
