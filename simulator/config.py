"""The TOML file of a simulated shop: what stands where, who carries which pager, and where the server is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from broker_config import lines
from broker_config.config import FileSettings
from broker_config.messages.base import Address, DeviceId, InputNumber
from broker_config.messages.page import PageFormat
from simulator.transmitters.kinds import KINDS

Label = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Port = Annotated[int, Field(ge=0, le=65_535)]
HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$", max_length=300)]
Language = Literal["en", "ru", "et"]
Colour = Literal["red", "yellow", "green"]
LoopbackHost = Literal["127.0.0.1", "::1", "localhost"]
"""The floor can press buttons and pull cables: nobody outside this machine may reach it."""


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UnitInput(Row):
    n: InputNumber
    colour: Colour = "red"
    label: Label
    zone: Label


class UnitKey(Row):
    """A staff key: no button, but an input of the unit that belongs to one."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    n: InputNumber
    key_for: Annotated[InputNumber, Field(alias="for")]


class UnitSettings(Row):
    """One button unit: its own config file, and the socket behind which its pins can be moved."""

    device: DeviceId
    config: Path
    control: Path
    inputs: Annotated[tuple[UnitInput, ...], Field(min_length=1, max_length=16)]
    keys: tuple[UnitKey, ...] = ()

    @model_validator(mode="after")
    def _every_key_has_its_button(self) -> Self:
        buttons = [one.n for one in self.inputs]
        _once(f"input of {self.device}", [str(n) for n in (*buttons, *(key.n for key in self.keys))])
        _once(f"key of a button of {self.device}", [str(key.key_for) for key in self.keys])
        for key in self.keys:
            if key.key_for not in buttons:
                raise ValueError(f"unit {self.device}: key {key.n} is for {key.key_for}, which is no button")
        return self


class BoxSettings(Row):
    """A device that nobody has unpacked yet. Once it is, its folder is its disk: its file, its identity, its data."""

    name: DeviceId
    kind: Literal["button", "gateway"]
    folder: Path
    control: Path
    """Of a button unit: the socket behind which its pins can be moved."""

    @property
    def config(self) -> Path:
        return self.folder / f"{self.kind}.toml"

    @property
    def line(self) -> Path:
        """Of a gateway: where it looks for its transmitter."""
        return self.folder / "line"


class TransmitterSettings(Row):
    gateway: DeviceId
    name: DeviceId
    driver: str = "tap"
    """That of the gateway; it names the kind of box."""
    link: Path | None = None
    """Where the gateway's config looks for the serial line: a symlink to the pty, made anew at every start."""
    port: Port | None = None
    """In place of a link, on this machine: of a box in the network."""
    baudrate: Annotated[int, Field(ge=50, le=4_000_000)] | None = None
    """None: the usual one of its kind."""
    settings: dict[str, Any] = {}
    """Those of the gateway's driver: the box is set up to fit them."""

    @model_validator(mode="after")
    def _is_a_kind(self) -> Self:
        if self.driver not in KINDS:
            raise ValueError(
                f"no simulated box speaks {self.driver!r}; there are: {', '.join(sorted(KINDS))}"
            )
        in_network = self.driver in lines.TCP
        if (self.port is None) == in_network or (self.link is None) != in_network:
            needs = "port" if in_network else "link"
            raise ValueError(
                f"transmitter {self.name}: with driver {self.driver} it has a {needs}, and only that"
            )
        return self

    @property
    def where(self) -> Path | int:
        """The link or the port."""
        found = self.link if self.port is None else self.port
        assert found is not None
        return found


class PagerSettings(Row):
    transmitter: DeviceId
    address: Address
    label: Label
    holder: Label | None = None
    initials: Annotated[str, StringConstraints(max_length=4)] = ""
    format: PageFormat = PageFormat.TEXT
    longest: Annotated[int, Field(ge=1, le=240)] = 40
    """How many characters its display takes."""


class PersonSettings(Row):
    login: Label
    name: Label
    password: SecretStr
    """In the file as `password_file`, which the loader reads."""
    pager: Address
    """The pager on this person's wrist."""
    zones: tuple[Label, ...] = ()
    """Where this person works; anywhere if empty. The floor page lets each stand in one of them."""
    manages: bool = False
    """May read history and devices: the endings of scenarios are looked up by this sign-in."""


class SimulateSettings(FileSettings):
    """Everything that is simulated of one shop."""

    store: DeviceId
    store_name: Label
    language: Language = "en"
    host: LoopbackHost = "127.0.0.1"
    floor_port: Port = 0
    ready_file: Path | None = None
    """The floor's address is written here when it answers."""
    api_url: HttpUrl
    board_url: HttpUrl
    seed: int = 1
    shop_file: Path | None = None
    """What the shop was made from: fast motion makes a world of it. Without it there is none."""
    up: Path | None = None
    """The socket at which `redbutton up` starts and ends the other parts; without it nobody here can."""
    network: Path | None = None
    """The socket of the simulated network (`simulator/network.py`)."""
    units: tuple[UnitSettings, ...] = ()
    transmitters: tuple[TransmitterSettings, ...] = ()
    pagers: tuple[PagerSettings, ...] = ()
    people: tuple[PersonSettings, ...] = ()
    boxes: tuple[BoxSettings, ...] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        _once("unit", [unit.device for unit in self.units])
        _once("transmitter", [one.name for one in self.transmitters])
        _once("pager", [one.address for one in self.pagers])
        _once("device", [*(unit.device for unit in self.units), *(box.name for box in self.boxes)])
        _once("person", [one.login for one in self.people])
        known = {one.name for one in self.transmitters}
        for pager in self.pagers:
            if pager.transmitter not in known:
                raise ValueError(f"pager {pager.address}: there is no transmitter {pager.transmitter}")
        worn = {one.address for one in self.pagers}
        for person in self.people:
            if person.pager not in worn:
                raise ValueError(f"person {person.login}: there is no pager {person.pager}")
        return self


def _once(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{what} {', '.join(twice)} is there twice")
