"""What the server reads from its TOML file: one frozen model, every error told at once.

A password stands in a file of its own (`password_file = "..."`, owner-only) and never here; the database's address,
which may hold one, can come from the environment as REDBUTTON_SERVER_DATABASE."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from broker_config.config import FileSettings, read_secret
from broker_config.messages.base import DeviceId

Port = Annotated[int, Field(ge=0, le=65_535)]
HostName = Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=r"^[^\s/]+$")]
DATABASES = ("sqlite:///", "postgresql+psycopg://")


class StoreLink(BaseModel):
    """One store that this server looks after, and the broker of that store."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: DeviceId
    device: DeviceId = "srv"
    """Name of this server on that broker: client id, user name and the id in its topics."""
    broker_host: HostName = "127.0.0.1"
    broker_port: Annotated[int, Field(ge=1, le=65_535)] = 1883
    password_file: Path
    """Holds the password of `device` at that broker; only its owner may read it."""

    def password(self) -> str:
        """Raises SetupError when the file is not there, is empty, or when others may read it."""
        return read_secret(self.password_file)


class LogSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = False
    """One JSON object per line, for a log collector."""


class ServerSettings(FileSettings):
    model_config = SettingsConfigDict(env_prefix="REDBUTTON_SERVER_")

    database: str = Field(repr=False)
    """`sqlite:////var/lib/redbutton/redbutton.db` (four strokes: an absolute path) or `postgresql+psycopg://...`."""
    host: HostName = "127.0.0.1"
    port: Port = 8080
    """0: any free one; then `ready_file` says which."""
    ready_file: Path | None = None
    """Once people can sign in, the address (`http://127.0.0.1:8080`) is written here in one piece."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+$", max_length=200)
    """How people reach the server, for links and QR codes, without a stroke at the end."""
    allowed_hosts: tuple[HostName, ...] = ("127.0.0.1", "localhost")
    """Names by which a browser may call; anything else is refused."""
    secure_cookies: bool = False
    """True behind HTTPS. On plain HTTP a browser would drop the sign-in."""
    stores: tuple[StoreLink, ...] = Field(min_length=1)
    log: LogSettings = LogSettings()

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(DATABASES):
            raise ValueError(f"must begin with {' or '.join(DATABASES)}")
        return value

    @model_validator(mode="after")
    def _stores_differ(self) -> ServerSettings:
        seen = [store.id for store in self.stores]
        for name in sorted({name for name in seen if seen.count(name) > 1}):
            raise ValueError(f"store {name!r} stands in the file twice")
        return self
