"""`[stores.door]`: where a server that lets devices in finds the authority and the broker's files, and what it tells
devices about itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class DoorSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: Path
    """Folder of the store's certificate authority: `ca.crt` and `ca.key`."""
    broker: Path
    """Folder of the broker's files. Stores that share a broker name the same one."""
    pid_file: Path | None = None
    """Not given: `mosquitto.pid` in the broker's folder."""
    local: Path | None = None
    """Folder with the identity folders of devices that are processes of this machine, one per device: who makes them
    may do that without a claim."""
    host: Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=r"^[^\s/]+$")]
    """The name or address by which devices in the shop call this machine."""
    broker_port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Where devices find the broker; not given: where this server does."""
    https_port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Where a device asks to be let in. Not given: nobody is let in by a claim."""
