"""The gateway's own TOML file, checked whole before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from broker_config.device_settings import DeviceSettings
from broker_config.messages.base import Address, DeviceId
from pager_gateway import registry
from pager_gateway.airtime import AirLimits
from pager_gateway.errors import ConfigError
from pager_gateway.port import PortSettings
from pager_gateway.sender import SenderInput
from pager_gateway.standby import Lane
from pager_gateway.transmitter import Joining, Transmitter

PORT_WORDS = ("baudrate", "bytesize", "parity", "stopbits", "xonxoff", "rtscts", "carrier")


class TransmitterSettings(BaseModel):
    """One `[[transmitters]]`. `port` is a device or a URL; `settings` belong to the driver."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: DeviceId
    driver: str = "tap"
    port: Annotated[str, Field(min_length=1, max_length=300)]
    baudrate: Annotated[int, Field(ge=50, le=4_000_000)] = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    xonxoff: bool = False
    rtscts: bool = False
    carrier: Literal["cd", "dsr", "cts"] | None = None
    """The wire that the box holds up while it has power: `no carrier: cable?` is known at once then."""
    canary_address: Address | None = None
    """A pager that nobody carries: canaries ring it. None: they end at the dialogue."""
    ceiling_s_per_h: Annotated[int, Field(ge=1, le=3_600)] | None = None
    """Seconds of each hour that its carrier may be up: 360 where a band allows 10 %. None: all of them."""
    radio_baud: Literal[512, 1200, 2400] | None = None
    """Of its radio, to reckon the air time of pages beforehand. None: what the driver's own setting `baud` says, or
    1200."""
    most_air_s: Annotated[float, Field(ge=1, le=120)] = 8.0
    """How long several pages in one go may be on the air: an urgent one waits no longer than that."""
    settings: dict[str, Any] = {}

    @model_validator(mode="after")
    def _a_batch_fits_under_the_ceiling(self) -> Self:
        if self.ceiling_s_per_h is not None and self.ceiling_s_per_h < self.most_air_s:
            raise ValueError("ceiling_s_per_h must be at least most_air_s, or a batch never fits")
        return self

    @property
    def line(self) -> PortSettings:
        return PortSettings(url=self.port, **{word: getattr(self, word) for word in PORT_WORDS})

    @property
    def limits(self) -> AirLimits:
        own = self.settings.get("baud")
        baud = self.radio_baud or (own if own in (512, 1200, 2400) else 1200)
        return AirLimits(self.ceiling_s_per_h, baud, self.most_air_s)

    def lane(self, driver: Transmitter, hand: Callable[[SenderInput], None]) -> Lane:
        """How the gateway sees this transmitter."""
        abilities = driver.abilities.model_copy(update={"id": self.name})
        joins = isinstance(driver, Joining) and driver.joins
        return Lane(abilities, driver.batch, hand, self.canary_address, self.limits, joins=joins)

    def create(self) -> Transmitter:
        """Raises ConfigError for an unknown driver or settings that it does not take."""
        try:
            return registry.find(self.driver)(self.settings, self.baudrate)
        except ValidationError as error:
            lines = [
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
                for one in error.errors(include_url=False, include_input=False)
            ]
            raise ConfigError(
                "\n".join(f"transmitter {self.name}: settings.{line}" for line in lines)
            ) from error


class GatewaySettings(DeviceSettings):
    """One gateway."""

    data: Path
    """Folder of the ledger."""
    ready_file: Path | None = None
    """Written once the broker has let us in, and with it our subscriptions."""
    log_json: bool = False
    keeper: bool = False
    """Stand in by the plan when the server is silent. One gateway of a store is the keeper, on the broker too."""
    transmitters: Annotated[tuple[TransmitterSettings, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _nothing_is_used_twice(self) -> Self:
        for what in ("name", "port"):
            found = [getattr(one, what) for one in self.transmitters]
            twice = sorted({one for one in found if found.count(one) > 1})
            if twice:
                raise ValueError(f"transmitter {what} {', '.join(twice)} is used twice")
        return self


def check(settings: GatewaySettings) -> None:
    """Everything that can be told without opening a port. Raises ConfigError with all of it, a line each."""
    troubles: list[str] = []
    for one in settings.transmitters:
        try:
            one.create()
        except ConfigError as error:
            troubles.append(str(error))
    if troubles:
        raise ConfigError("\n".join(troubles))
