"""What differs between real TAP boxes: timers, counts and profile switches. Defaults are those of TAP 1.8."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from pager_gateway.drivers.tap.profiles import PROFILES, Profile

Timer = Annotated[float, Field(gt=0, le=600)]
Tries = Annotated[int, Field(ge=0, le=20)]


class TapSettings(BaseModel):
    """`settings` of a `[[transmitters]]` with driver = "tap"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: Profile = "standard"
    """Other defaults for the rest, by maker (profiles.py)."""
    password: SecretStr = SecretStr("")
    service: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "PG"
    kind: Annotated[str, StringConstraints(pattern=r"^\d$")] = "1"
    """1 is pager id plus message; 7, 8 and 9 belong to the site."""
    t1_s: Timer = 2.0
    """Gap between carriage returns while nobody says ID=."""
    t2_s: Timer = 1.0
    """After a second ID= that follows our logon: when nothing else comes this long, the logon is said again."""
    t3_s: Timer = 10.0
    """Longest wait for a reply to the logon and to each block, counted from the block's last character."""
    hold_s: Timer = 30.0
    """Longest wait for the control code after a line 2xx: some boxes hold it back as flow control."""
    closing_s: Timer = 2.0
    """Longest wait for the terminal's goodbye; also the quiet that separates two dialogues."""
    n1: Annotated[int, Field(ge=1, le=20)] = 3
    n2: Tries = 3
    """Most repeats of a page's blocks. A reply that got lost can double a page: this is the bound."""
    logons: Annotated[int, Field(ge=1, le=20)] = 3
    implied_login: bool = False
    """The box takes a block at any time; steps 3 to 7 are left out."""
    keep_alive: Annotated[str, StringConstraints(pattern=r"^[ -~]*$", max_length=20)] = ""
    """With implied login: a line that the box answers without putting anything on the air, such as ATI. Said when
    nothing was heard for `supervise_s`; empty: such a box is asked by a page or a probe only."""
    ask_s: Annotated[float, Field(gt=0, le=8)] = 2.0
    """Longest wait for the answer to `keep_alive`."""
    go_ahead: bool = True
    """The box says ESC [ p after the logon; without it the logon's reply is enough."""
    idle_s: Annotated[float, Field(ge=0, le=86_400)] = 3.0
    """How long to stay logged on without pages; below the box's own t4 (4 s). 0: leave after each batch."""
    stay: bool = False
    """For boxes that keep a session: log off only to supervise, and log on again at once; `idle_s` means nothing."""
    log_on_early: bool = False
    """Log on again as soon as the session ends, so that the first page finds a warm line."""
    supervise_s: Annotated[float, Field(ge=0, le=86_400)] = 3.0
    """Log on when nothing was heard for this long, so that a dead box is known before a page needs it: within 10 s,
    with the other timers as they are. 0: never. A box with implied login is asked by a page or a probe only."""
    mend_s: Timer = 5.0
    """How often to knock at a box that does not answer."""
    pages_per_session: Annotated[int, Field(ge=1)] | None = None
    batch: Annotated[int, Field(ge=1, le=64)] = 1
    """Pages in hand at once. With 1 a crash leaves at most one page in doubt; a long session needs no more."""
    longest: Annotated[int, Field(ge=1, le=1_000)] = 240
    longest_with_id: Annotated[int, Field(ge=2, le=1_000)] | None = None
    """Most characters of id and text together, for boxes that count both."""
    multi_block: bool = False
    """The box understands messages of several blocks."""
    split: bool = False
    """Without `multi_block`: a text that is too long for this box goes as several pages, `1/2 ...` and so on."""
    line_break: Literal["escape", "field", "blank"] = "escape"
    """Boxes older than TAP 1.6 do not know the escape; some take further fields as further lines."""
    replace: dict[Annotated[str, StringConstraints(min_length=1, max_length=1)], str] = {}
    """Characters that this box cannot take, for instance {"~" = "-"}."""
    alert_suffix: Annotated[list[str], Field(max_length=4)] = []
    """What the pager id ends in for alert 1, 2 ...; empty: the box has one alert."""

    @model_validator(mode="before")
    @classmethod
    def _by_profile(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {**PROFILES.get(str(given.get("profile")), {}), **given}
