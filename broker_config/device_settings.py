"""What the settings of every device say: which store, who it is there, where the broker is, how it proves itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from broker_config import topics
from broker_config.config import FileSettings
from broker_config.credentials import Credentials, credentials
from broker_config.errors import SetupError
from broker_config.messages.base import DeviceId


class DeviceSettings(FileSettings):
    """`identity = "FOLDER"`: a certificate. Or `password_file = "..."` (or `REDBUTTON_PASSWORD`) with `ca_file`;
    without `ca_file` only to a broker on the same machine."""

    store: DeviceId
    device: DeviceId
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] = 8883
    identity: Path | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None

    @property
    def credentials(self) -> Credentials:
        """Raises SetupError."""
        return credentials(
            self.host,
            name=topics.client_id(self.store, self.device),
            identity=self.identity,
            password=None if self.password is None else self.password.get_secret_value(),
            ca_file=self.ca_file,
        )

    @model_validator(mode="after")
    def _it_can_prove_who_it_is(self) -> Self:
        try:
            _ = self.credentials
        except SetupError as error:
            raise ValueError(str(error)) from None
        return self
