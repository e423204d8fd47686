"""What differs between SNPP servers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Word = Annotated[str, StringConstraints(pattern=r"^[!-~]*$", max_length=60)]
Timer = Annotated[float, Field(gt=0, le=600)]


class SnppSettings(BaseModel):
    """`settings` of a `[[transmitters]]` with driver = "snpp"; its port is socket://host:444."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal[1, 2] = 1
    """2: the server knows LEVEl for priority, DATA for several lines, LOGIn."""
    login: Word = ""
    password: SecretStr = SecretStr("")
    levels: tuple[int, int, int] = (0, 1, 2)
    """What LEVEl says for pages of priority 1, 2 and 3: 0 is priority, 1 normal, up to 11."""
    leave: bool = False
    """QUIT when no page waits. The port connects again at once; a server may end that as it likes."""
    reply_s: Timer = 10.0
    greet_s: Timer = 4.0
    """Longest wait for the reply to a RESEt when no 220 came for a second, and for the reply to LOGIn."""
    ask_s: Annotated[float, Field(gt=0, le=8)] = 3.0
    """Longest wait for the reply to a RESEt while idle: the question whether the server is there."""
    supervise_s: Annotated[float, Field(ge=0, le=86_400)] = 5.0
    """Ask when nothing was heard for so long, so that a dead server is known before a page needs it. 0: never."""
    grace_s: Timer = 4.0
    """So long a connection that ended between pages may take to come back before the server counts as dead."""
    mend_s: Timer = 10.0
    """How often a dead server is tried by a new connection."""
    repeats: Annotated[int, Field(ge=0, le=5)] = 1
    """How often a page is begun again after a 421, a 503, or a reply that did not come. The last can double it."""
    longest: Annotated[int, Field(ge=1, le=240)] = 240
