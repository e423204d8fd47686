"""A shop as one TOML file: places, hours, devices, people, shifts, policies, causes. No password stands in it.

`read_shop(path)` gives a ShopFile or one SetupError with every mistake; `server.db.shop.load_shop` stores it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import Field, TypeAdapter, ValidationError

from broker_config.errors import SetupError
from server import shop_checks
from server.shop_parts import (
    AccountPart,
    ButtonPart,
    CarrierPart,
    CausePart,
    DevicePart,
    GatewayPart,
    LastResortPart,
    PagerPart,
    StorePart,
    TransmitterPart,
    WatchCodePart,
    ZonePart,
)
from server.shop_times import HoursPart, PolicyPart, RotationPart, ShiftPart, SpecialDayPart
from server.shop_words import Part

LARGEST_FILE = 1_000_000


class ShopFile(Part):
    store: StorePart
    opening: tuple[HoursPart, ...] = ()
    """Without: always open."""
    special_days: tuple[SpecialDayPart, ...] = ()
    zones: tuple[ZonePart, ...] = Field(min_length=1)
    buttons: tuple[ButtonPart, ...] = ()
    button_units: tuple[DevicePart, ...] = ()
    """Only where a unit should have a name: every device of a button is known without it."""
    gateways: tuple[GatewayPart, ...] = ()
    transmitters: tuple[TransmitterPart, ...] = ()
    carriers: tuple[CarrierPart, ...] = ()
    accounts: tuple[AccountPart, ...] = ()
    pagers: tuple[PagerPart, ...] = ()
    rotations: tuple[RotationPart, ...] = ()
    shifts: tuple[ShiftPart, ...] = ()
    policies: tuple[PolicyPart, ...] = ()
    last_resort: tuple[LastResortPart, ...] = ()
    watch_codes: tuple[WatchCodePart, ...] = ()
    """Without: those that the store has; codes that are missing are made."""
    causes: tuple[CausePart, ...] = ()
    """Without: those that the store has, at first the built-in ones."""

    def devices(self) -> dict[str, str]:
        """Device id -> kind, as the broker knows them."""
        found = {button.device: "b" for button in self.buttons}
        found |= {unit.id: "b" for unit in self.button_units}
        found |= {gateway.id: "g" for gateway in self.gateways}
        return found | {self.store.server: "s"}

    def keeper(self) -> str | None:
        """The gateway that stands in while the server is silent: a store with a transmitter is never without one."""
        chosen = [gateway.id for gateway in self.gateways if gateway.keeper]
        return next(iter((*chosen, *(line.gateway for line in self.transmitters))), None)

    def transmitter(self, wanted: str) -> TransmitterPart:
        """The transmitter that a pager names. Raises LookupError."""
        for one in self.transmitters:
            if wanted in (one.name, f"{one.gateway}/{one.name}"):
                return one
        raise LookupError(wanted)


def read_shop(path: Path) -> ShopFile:
    """Raises SetupError with one line per mistake."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SetupError(f"cannot read the shop file {path}: {error.strerror}") from error
    if len(raw) > LARGEST_FILE:
        raise SetupError(f"{path} is larger than {LARGEST_FILE} bytes: this is not a shop file")
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} is not TOML: {error}") from error
    return parse_shop(table, str(path))


def parse_shop(table: Mapping[str, Any], name: str = "shop file") -> ShopFile:
    """As `read_shop`, from what TOML gave. `name` stands at the head of the error."""
    mistakes: list[str] = []
    shop: ShopFile | None = None
    try:
        shop = ShopFile.model_validate(table)
    except ValidationError as error:
        mistakes += [_line(one["loc"], one["msg"]) for one in error.errors(include_url=False)]
    # References are checked in what is well-formed, so that both sorts of mistake are told in one go.
    mistakes += shop_checks.check(_well_formed(table), table)
    if mistakes or shop is None:
        raise SetupError("\n".join([f"{name}:", *(f"  {mistake}" for mistake in mistakes)]))
    return shop


def _well_formed(table: Mapping[str, Any]) -> dict[str, dict[int, Any]]:
    """Section -> index in the file -> part, without the parts that have mistakes of their own."""
    found: dict[str, dict[int, Any]] = {}
    for section, field in ShopFile.model_fields.items():
        one = section == "store"
        rows = [table.get(section)] if one else table.get(section, [])
        kind: Any = field.annotation if one else get_args(field.annotation)[0]
        adapter = TypeAdapter(kind)
        found[section] = {}
        for index, row in enumerate(rows if isinstance(rows, list) else []):
            try:
                found[section][index] = adapter.validate_python(row)
            except ValidationError:
                continue
    return found


def _line(place: tuple[int | str, ...], message: str) -> str:
    words = ""
    for step in place:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if words else step
    return f"{words}: {message.removeprefix('Value error, ')}"
