"""What all messages share: frozen, strict, `v` = 1, and the small types they are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

IDENTIFIER = r"^[a-z0-9][a-z0-9-]{0,31}$"

DeviceId = Annotated[str, StringConstraints(pattern=IDENTIFIER)]
"""Store, device and transmitter ids."""
RunId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{4,36}$")]
"""Random per process start, or the kernel's boot id: lower-case hex, dashes allowed."""
InputNumber = Annotated[int, Field(ge=1, le=16)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Milliseconds = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[int, Field(ge=1, le=86_400)]
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL: nobody may send what cannot be kept."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Address = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,32}$")]
"""What a transmitter calls a pager by. Text, since leading zeros count."""


class Part(BaseModel):
    """A piece of a message. Unknown fields are ignored, so that a newer peer may say more.

    Validators are built when they are first needed (`codec.prepare`): a button unit never needs those of pages."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False, defer_build=True)


class Message(Part):
    """Anything that is published. `v` is the version of the contract, not of the software."""

    v: Literal[1] = 1
