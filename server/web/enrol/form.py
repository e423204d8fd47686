"""Adding a device: what it is called, and which buttons hang on a unit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from broker_config.messages.base import IDENTIFIER
from server.db.setup_book import Book
from server.door.broker_files import JANITOR
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup import sayings
from server.web.setup.forms import Field, Filling, Values
from server.web.setup.tree import in_order

INPUTS = 16
ROWS = (4, INPUTS)
PREFIX = {"b": "b", "g": "g"}


@dataclass(frozen=True, slots=True)
class Known:
    """A device of the store, as far as this form has to know."""

    device: str
    kind: str
    name: str
    comes_in: bool


@dataclass(frozen=True, slots=True)
class InputRow:
    number: int
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class NewDevice:
    title: str
    help: str
    url: str
    back: str
    kind: str
    replaces: str
    fields: tuple[Field, ...]
    inputs: tuple[InputRow, ...]
    inputs_error: str
    more_url: str
    zones_url: str
    """Where the first zone is added, when there is none yet."""


@dataclass(frozen=True, slots=True)
class Wanted:
    device: str
    name: str
    inputs: tuple[dict[str, Any], ...]
    replaces: bool


def start(kind: str, known: Collection[Known], device: str) -> Values:
    found = next((one for one in known if one.device == device), None)
    name = found.name if found else ""
    return {"device": (found.device if found else free_name(kind, known),), "name": (name,)}


def free_name(kind: str, known: Collection[Known]) -> str:
    taken = {one.device for one in known}
    return next(name for n in range(1, 10_000) if (name := f"{PREFIX[kind]}{n}") not in taken)


def new_view(
    book: Book,
    known: Collection[Known],
    t: Words,
    *,
    url: str,
    kind: str,
    values: Values,
    errors: Mapping[str, str],
    replaces: str = "",
    rows: int = ROWS[0],
) -> NewDevice:
    fill = Filling(values, errors)
    there = next((one for one in known if one.device == replaces), None)
    zones = [
        (str(zone.id), "\u2003" * depth + zone.name)
        for zone, depth in in_order([z for z in book.zones if z.active])
    ]
    called = (
        ()
        if there
        else (
            fill.text(
                "name",
                t.gettext("What people call it"),
                needed=True,
                help=t.gettext("Where it hangs, or what it is for: Fresh counters."),
            ),
            fill.text(
                "device",
                t.gettext("Short name"),
                longest=32,
                needed=True,
                help=t.gettext("Small letters, figures and dashes. It stands in logs and files."),
            ),
        )
    )
    rows = max([rows, *(n for n in range(1, INPUTS + 1) if fill.one(f"zone_{n}"))])
    wanted = kind == "b" and there is None
    if there is not None:
        name = there.name or there.device
        title = (
            t.gettext("Replace %(name)s", name=name)
            if there.comes_in
            else t.gettext("Enrol %(name)s", name=name)
        )
    else:
        title = t.gettext("Add a button unit") if kind == "b" else t.gettext("Add a gateway")
    return NewDevice(
        title=title,
        help=_help(kind, there, t),
        url=f"{url}/new",
        back=url,
        kind=kind,
        replaces=replaces,
        fields=called,
        inputs=tuple(_row(n, fill, zones, t) for n in range(1, rows + 1)) if wanted else (),
        inputs_error=errors.get("inputs", ""),
        more_url=f"{url}/new?kind=b&rows={INPUTS}" if wanted and rows < INPUTS else "",
        zones_url=f"{url.removesuffix('/enrol')}/setup/zones/new" if wanted and not zones else "",
    )


def _help(kind: str, there: Known | None, t: Words) -> str:
    if there is not None and not there.comes_in:
        return t.gettext("It keeps its name, its buttons and its settings.")
    if there is not None:
        return t.gettext(
            "The new one takes its name, its buttons and its settings. The old one loses its rights when you confirm "
            "the new one, not before."
        )
    if kind == "b":
        return t.gettext("Say which buttons hang on it: each pages as soon as the unit is let in.")
    return t.gettext("Its transmitters are set up in the gateway's own file.")


def _row(n: int, fill: Filling, zones: list[tuple[str, str]], t: Words) -> InputRow:
    return InputRow(
        n,
        t.gettext("Input %(number)s", number=t.number(n)),
        (
            fill.select(f"zone_{n}", t.gettext("Zone"), [("", t.gettext("Nothing hangs here")), *zones]),
            fill.text(f"label_{n}", t.gettext("Label"), longest=40),
            fill.select(
                f"colour_{n}",
                t.gettext("Colour"),
                [(one, sayings.colour(one, t)) for one in sayings.COLOURS],
            ),
        ),
    )


def read(book: Book, known: Collection[Known], fields: Fields, kind: str, own: str) -> Wanted | None:
    """None: something is wrong, and said at its field."""
    t = fields.t
    replaces = fields.raw("replaces")
    if replaces:
        there = next((one for one in known if one.device == replaces and one.kind == kind), None)
        return Wanted(there.device, there.name, (), True) if there is not None else None
    name, device = fields.text("name", 60), fields.raw("device")
    if not re.fullmatch(IDENTIFIER, device):
        fields.wrong("device", t.gettext("Small letters, figures and dashes, at most 32, no dash in front."))
    elif device in (JANITOR, own):
        fields.wrong("device", t.gettext("This name is taken by the shop itself."))
    elif any(one.device == device and (one.comes_in or one.kind != kind) for one in known):
        fields.wrong(
            "device", t.gettext("There is a device of this name: replace that one, or choose another name.")
        )
    inputs = _inputs(book, fields) if kind == "b" else ()
    return None if fields.errors else Wanted(device, name, inputs, False)


def _inputs(book: Book, fields: Fields) -> tuple[dict[str, Any], ...]:
    t = fields.t
    active = [zone.id for zone in book.zones if zone.active]
    found = []
    for n in range(1, INPUTS + 1):
        if not fields.raw(f"zone_{n}"):
            continue
        colour = fields.raw(f"colour_{n}") or sayings.COLOURS[0]
        if colour not in sayings.COLOURS:
            fields.wrong(f"colour_{n}", t.gettext("Please choose from the list."))
        found.append(
            {
                "input": n,
                "zone_id": fields.key(f"zone_{n}", active, needed=True),
                "label": fields.text(f"label_{n}", 40),
                "colour": colour,
            }
        )
    if not found:
        fields.wrong("inputs", t.gettext("Choose a zone for at least one input."))
    return tuple(found)
