"""Buttons: which input of which unit hangs in which zone, and what for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.db.setup_book import Book, Button
from server.rules.pager_codes import numbered
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup import sayings
from server.web.setup.forms import Filling, FormView, ListView, Offer, Row, Switch, Values, values_of
from server.web.setup.noun import Plain, one_of
from server.web.setup.tree import in_order

INPUTS = 16


class Buttons(Plain):
    path, what = "buttons", "button"

    def listing(self, book: Book, t: Words, url: str) -> ListView:
        zones = {zone.id: zone.name for zone in book.zones}
        numbers = numbered(button.id for button in book.buttons)
        return ListView(
            title=t.gettext("Buttons"),
            back=url,
            back_label=t.gettext("Setup"),
            help=t.gettext(
                "Each button hangs on one input of a button unit, the small box that it is wired to."
            ),
            add_url=f"{url}/buttons/new",
            add_label=t.gettext("Set up a button"),
            offers=tuple(
                Offer(
                    t.gettext(
                        "Somebody pressed %(input)s on %(date)s at %(time)s, and nobody set it up.",
                        input=place_of(book, one.device, one.input, t),
                        date=t.day_short(one.at),
                        time=t.clock(one.at),
                    ),
                    f"{url}/buttons/new?device={one.device}&input={one.input}",
                    t.gettext("Set it up"),
                )
                for one in book.pressed
                if any(unit.device == one.device for unit in book.units)
            ),
            rows=tuple(
                Row(
                    key=f"row-{button.id}",
                    title=f"{zones.get(button.zone_id, '?')} \u00b7 {button.label}",
                    url=f"{url}/buttons/{button.id}",
                    note=place_of(book, button.device, button.input, t),
                    tags=_tags(button, numbers[button.id], t),
                )
                for button in sorted(book.buttons, key=lambda one: (one.device, one.input))
                if button.active
            ),
            empty=t.gettext("No button yet. Press one: it is then offered here."),
            off=tuple(
                Row(
                    f"row-{button.id}",
                    f"{button.label} ({place_of(book, button.device, button.input, t)})",
                    f"{url}/buttons/{button.id}/on",
                )
                for button in book.buttons
                if not button.active
            ),
        )

    def start(self, book: Book, query: Mapping[str, str]) -> Values:
        free = free_inputs(book)
        first = free[0] if free else ("", "")
        device, number = query.get("device", first[0]), query.get("input", first[1])
        return {"where": (f"{device}/{number}",), "colour": ("red",)}

    def kept(self, book: Book, row_id: int) -> Values:
        return values_of(
            one_of(book.buttons, row_id), "zone_id", "label", "colour", "skill", "language", "mark"
        )

    def form(
        self, book: Book, t: Words, url: str, row_id: int | None, values: Values, errors: Mapping[str, str]
    ) -> FormView:
        fill = Filling(values, errors)
        kept: Button | None = None if row_id is None else one_of(book.buttons, row_id)
        fields = []
        if kept is None:
            places = [
                (f"{device}/{number}", place_of(book, device, int(number), t))
                for device, number in free_inputs(book)
            ]
            fields.append(
                fill.select(
                    "where",
                    t.gettext("Input"),
                    places,
                    needed=True,
                    help=t.gettext(
                        "Where its wire goes. Not sure? Press the button and look at the list of buttons."
                    )
                    if places
                    else t.gettext("No free input is known. The shop file names the button units."),
                )
            )
        zones = [
            (str(zone.id), "\u2003" * depth + zone.name)
            for zone, depth in in_order([z for z in book.zones if z.active])
        ]
        skills = sorted({skill for person in book.people if person.active for skill in person.skills})
        languages = sayings.spoken_options(t, [kept.language] if kept and kept.language else ())
        nothing = t.gettext("No matter which")
        fields += [
            fill.select(
                "zone_id", t.gettext("Zone"), [("", t.gettext("Choose \u2026")), *zones], needed=True
            ),
            fill.text(
                "label",
                t.gettext("Label"),
                longest=40,
                needed=True,
                help=t.gettext("What is written beside it, or what stands there: Milk fridge."),
            ),
            fill.select(
                "colour", t.gettext("Colour"), [(one, sayings.colour(one, t)) for one in sayings.COLOURS]
            ),
            fill.text(
                "skill",
                t.gettext("Skill that is needed here"),
                longest=30,
                offer=skills,
                help=t.gettext("People who have it are called before others. May stay empty."),
            ),
            fill.select(
                "language",
                t.gettext("Language that is needed here"),
                [("", nothing), *languages],
                help=t.gettext("People who speak it are called before others."),
            ),
        ]
        return FormView(
            title=kept.label if kept else t.gettext("New button"),
            help=place_of(book, kept.device, kept.input, t) if kept else "",
            back=f"{url}/buttons",
            back_label=t.gettext("Buttons"),
            url=f"{url}/buttons/{row_id or 'new'}",
            fields=tuple(fields),
            submit=t.gettext("Save") if kept else t.gettext("Set up the button"),
            seen=fill.one("seen") or fill.one("mark"),
            links=() if book.zones else ((f"{url}/zones/new", t.gettext("Add a zone first")),),
            switch=Switch(
                f"{url}/buttons/{row_id}/off",
                t.gettext("Switch this button off"),
                t.gettext("A press then calls nobody. What it did stays in the history."),
            )
            if kept and kept.active
            else None,
        )

    def read(self, book: Book, fields: Fields, row_id: int | None) -> tuple[int | None, dict[str, Any]]:
        t = fields.t
        values: dict[str, Any] = {}
        if row_id is None:
            where = tuple(fields.raw("where").split("/"))
            if where not in free_inputs(book):
                fields.wrong("where", t.gettext("Please choose from the list."))
            else:
                device, number = where[0], int(where[1])
                values = {"device": device, "input": number, "active": True}
                there = [one.id for one in book.buttons if (one.device, one.input) == (device, number)]
                row_id = there[0] if there else None
        active = [zone.id for zone in book.zones if zone.active]
        colour, language = fields.raw("colour"), fields.raw("language")
        skill = " ".join(fields.raw("skill").split())
        values |= {
            "zone_id": fields.key("zone_id", active, needed=True),
            "label": fields.text("label", 40),
            "colour": colour,
            "skill": fields.text("skill", 30) if skill else None,
            "language": language or None,
        }
        if colour not in sayings.COLOURS:
            fields.wrong("colour", t.gettext("Please choose from the list."))
        if language and not (
            language.isascii() and language.isalpha() and language.islower() and len(language) <= 3
        ):
            fields.wrong("language", t.gettext("Please choose from the list."))
        return row_id, values

    def name(self, book: Book, row_id: int) -> str:
        return str(one_of(book.buttons, row_id).label)

    def why_not_on(self, book: Book, row_id: int, t: Words) -> str | None:
        button = one_of(book.buttons, row_id)
        if not one_of(book.zones, button.zone_id).active:
            return t.gettext("Its zone is switched off. Set the button up anew instead.")
        return None


def place_of(book: Book, device: str, number: int, t: Words) -> str:
    """`Fresh counters, input 3`"""
    unit = next((one.name for one in book.units if one.device == device), "") or device
    return t.gettext("%(unit)s, input %(number)s", unit=unit, number=number)


def free_inputs(book: Book) -> list[tuple[str, str]]:
    """(unit, input) of what is not in use: those that were pressed first."""
    used = {(button.device, button.input) for button in book.buttons if button.active}
    units = {unit.device for unit in book.units}
    pressed = [(one.device, one.input) for one in book.pressed if one.device in units]
    every = [(unit.device, number) for unit in book.units for number in range(1, INPUTS + 1)]
    return [
        (device, str(number))
        for device, number in dict.fromkeys((*pressed, *every))
        if (device, number) not in used
    ]


def _tags(button: Button, number: int, t: Words) -> tuple[str, ...]:
    """Only what calls somebody has a number that anybody needs to know."""
    red = button.colour == "red"
    found = [t.gettext("No. %(number)s", number=number) if red else sayings.colour_short(button.colour, t)]
    found += [button.skill] if button.skill else []
    return (*found, *([sayings.spoken(button.language, t)] if button.language else []))
