"""What the server reads from its TOML file: one frozen model, every error told at once.

A password stands in a file of its own (`password_file = "..."`, owner-only) and never here; the database's address,
which may hold one, can come from the environment as REDBUTTON_SERVER_DATABASE."""

from __future__ import annotations

import ssl
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

from broker_config.config import FileSettings, read_secret
from broker_config.credentials import Credentials, credentials, refuse_odd
from broker_config.errors import SetupError
from broker_config.messages.base import DeviceId
from broker_config.topics import client_id
from server.channels_out.signature import signing_key
from server.channels_out.targets import check_mail
from server.door.settings import DoorSettings

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
    broker_port: Annotated[int, Field(ge=1, le=65_535)] = 8883
    identity: Path | None = None
    """Folder of the certificate by which that broker knows `device`."""
    password_file: Path | None = None
    """Instead of it: the password of `device` at that broker; only its owner may read it."""
    ca_file: Path | None = None
    """The certificate authority of the store, for a broker on another machine."""
    door: DoorSettings | None = None
    """How this server lets devices in. Without it somebody else writes the broker's files."""

    def credentials(self) -> Credentials:
        """Raises SetupError when a file is not there, is empty, does not fit, or when others may read it."""
        return credentials(
            self.broker_host,
            name=client_id(self.id, self.device),
            identity=self.identity,
            password=None if self.password_file is None else read_secret(self.password_file),
            ca_file=self.ca_file,
        )

    @model_validator(mode="after")
    def _one_way_and_a_safe_one(self) -> StoreLink:
        try:
            refuse_odd(
                self.broker_host,
                identity=self.identity,
                has_password=self.password_file is not None,
                ca_file=self.ca_file,
            )
        except SetupError as error:
            raise ValueError(str(error)) from None
        return self


class Mail(BaseModel):
    """The mail server that carries last-resort letters: `[last_resort.mail]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: HostName
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Not given: 587 for starttls, 465 for tls, 25 for none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    password: SecretStr | None = None
    """From `password_file = "..."`, owner-only."""
    from_address: str
    """Who the letters come from; refusals come back to it."""

    def port_used(self) -> int:
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]

    @field_validator("from_address")
    @classmethod
    def _an_address(cls, value: str) -> str:
        check_mail(value)
        return value

    @model_validator(mode="after")
    def _the_password_is_safe(self) -> Mail:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password_file belong together: give both or none")
        if self.user and self.security == "none" and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError('the password would travel in clear: use security = "starttls" or "tls"')
        return self


class LastResortSettings(BaseModel):
    """How letters leave the shop when nobody answered any page: `[last_resort]`. To whom is in the database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    webhook_secret: SecretStr | None = None
    """From `webhook_secret_file = "..."`, owner-only: base64 of 24 to 64 bytes. Signs every webhook."""
    ca_file: Path | None = None
    """A certificate authority of the shop's own, believed beside the usual ones."""
    mail: Mail | None = None

    def trust(self) -> ssl.SSLContext:
        """What a peer's certificate is checked against. Raises SetupError when `ca_file` went away."""
        made = ssl.create_default_context()
        if self.ca_file is not None:
            try:
                made.load_verify_locations(self.ca_file)
            except OSError as error:
                raise SetupError(f"{self.ca_file}: no certificate can be read from it") from error
        return made

    @field_validator("webhook_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            signing_key(value.get_secret_value())
        return value

    @field_validator("ca_file")
    @classmethod
    def _certificates(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
            except OSError as error:
                raise ValueError(f"no certificate can be read from it ({type(error).__name__})") from None
        return value


class LogSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = False
    """One JSON object per line, for a log collector."""


class ServerSettings(FileSettings):
    env_prefix = "REDBUTTON_SERVER_"

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
    https_port: Port | None = None
    """A second listener on `host`, for everybody but this machine's own browser: over plain HTTP nobody else may sign
    in. 0: any free one."""
    https_identity: Path | None = None
    """Folder with `device.key` (owner-only), `device.crt` and the store's authority, `ca.crt`."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies in front of `port` whose X-Forwarded-Proto and -For are believed. Nobody's are,
    if it is not given."""
    stores: tuple[StoreLink, ...] = Field(min_length=1)
    watch: bool = True
    """Whether the server looks after itself: canaries by the schedule, covered minutes. Switch it off only where
    somebody else counts every press, as a test bench does: the screens then say that nobody looks."""
    last_resort: LastResortSettings | None = None
    log: LogSettings = LogSettings()

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(DATABASES):
            raise ValueError(f"must begin with {' or '.join(DATABASES)}")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                network = ip_network(one)
            except ValueError:
                raise ValueError(f"{one!r} is no address or network") from None
            if network.prefixlen == 0:
                raise ValueError(f"{one!r} would believe everybody")
        return value

    @model_validator(mode="after")
    def _https_is_whole(self) -> ServerSettings:
        if (self.https_port is None) != (self.https_identity is None):
            raise ValueError("https_port and https_identity belong together: give both or none")
        return self

    @model_validator(mode="after")
    def _stores_differ(self) -> ServerSettings:
        seen = [store.id for store in self.stores]
        for name in sorted({name for name in seen if seen.count(name) > 1}):
            raise ValueError(f"store {name!r} stands in the file twice")
        return self
