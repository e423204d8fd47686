"""Pagers: what a transmitter calls each of them by, what it can show, and who wears it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broker_config import capcodes
from broker_config.charsets import NAMES
from server.db.setup_book import Book, Pager
from server.rules.pager_text import PLAIN, VISIBLE
from server.web.frame.words import LANGUAGES, Words
from server.web.roster.fields import Fields
from server.web.setup import group, pager_words, sayings
from server.web.setup.forms import Field, Filling, FormView, ListView, Row, Switch, Values, values_of
from server.web.setup.noun import Plain, one_of
from server.web.setup.pager_fit import SILENT, charsets_for, line_of, misfits, misfits_of
from server.web.setup.previews import MOST, previews_of_form
from server.web.setup.zones import name_in_use, namesake

KEPT = (
    *("label", "transmitter_id", "address", "carrier_id", "format", "charset"),
    *("longest", "visible", "alert", "language", "fallback", "members", "mark"),
)
ALIKE = ("transmitter_id", "format", "charset", "longest", "visible", "alert", "language")
"""What a new pager has like the one that was added last."""
LENGTH = 40


class Pagers(Plain):
    path, what = "pagers", "pager"

    def listing(self, book: Book, t: Words, url: str) -> ListView:
        people = {person.id: person.name for person in book.people}
        pagers = sorted(book.pagers, key=lambda one: (one.carrier_id is None, one.label))
        return ListView(
            title=t.gettext("Pagers"),
            back=url,
            back_label=t.gettext("Setup"),
            help=t.gettext("A pager is known by its capcode, the number on its label or in its menu."),
            add_url=f"{url}/pagers/new",
            add_label=t.gettext("Add a pager"),
            rows=tuple(
                Row(
                    key=f"row-{pager.id}",
                    title=pager.label,
                    url=f"{url}/pagers/{pager.id}",
                    note=sayings.listed([_holder(book, pager, people, t), pager.address]),
                    tags=_tags(pager, t),
                    warnings=misfits_of(book, pager, t),
                )
                for pager in pagers
                if pager.active
            ),
            empty=t.gettext("No pager yet."),
            off=tuple(
                Row(f"row-{pager.id}", f"{pager.label} ({pager.address})", f"{url}/pagers/{pager.id}/on")
                for pager in pagers
                if not pager.active
            ),
            links=((f"{url}/pagers/card", t.gettext("Card of digits and beeps for staff")),),
        )

    def start(self, book: Book, query: Mapping[str, str]) -> Values:
        """As the one that was added last: pagers are bought by the dozen."""
        last = max((one for one in book.pagers if one.active), key=lambda one: one.id, default=None)
        if last is not None:
            return values_of(last, *ALIKE)
        line = (str(book.lines[0].id),) if book.lines else ()
        return {
            "transmitter_id": line,
            "format": ("text",),
            "charset": (PLAIN,),
            "longest": (str(LENGTH),),
            "visible": (str(VISIBLE),),
            "alert": ("1",),
            "language": ("en",),
        }

    def kept(self, book: Book, row_id: int) -> Values:
        return values_of(one_of(book.pagers, row_id), *KEPT)

    def form(
        self, book: Book, t: Words, url: str, row_id: int | None, values: Values, errors: Mapping[str, str]
    ) -> FormView:
        fill = Filling(values, errors)
        kept: Pager | None = None if row_id is None else one_of(book.pagers, row_id)
        return FormView(
            title=kept.label if kept else t.gettext("New pager"),
            back=f"{url}/pagers",
            back_label=t.gettext("Pagers"),
            url=f"{url}/pagers/{row_id or 'new'}",
            fields=(*self._fields(book, fill, t), *group.fields(book, fill, row_id, t)),
            submit=t.gettext("Save") if kept else t.gettext("Add the pager"),
            seen=fill.one("seen") or fill.one("mark"),
            preview_url=f"{url}/preview/pager",
            previews=previews_of_form(book, fill, t),
            switch=Switch(
                f"{url}/pagers/{row_id}/off",
                t.gettext("Switch this pager off"),
                t.gettext("For one that is lost or broken. It is called no more; its history stays."),
            )
            if kept and kept.active
            else None,
        )

    def read(self, book: Book, fields: Fields, row_id: int | None) -> tuple[int | None, dict[str, Any]]:
        t = fields.t
        address = fields.raw("address")
        values: dict[str, Any] = {
            "label": fields.text("label", 40),
            "transmitter_id": fields.key("transmitter_id", [line.id for line in book.lines], needed=True),
            "address": address,
            "carrier_id": fields.key(
                "carrier_id", [one.id for one in book.people if one.active], needed=False
            ),
            "alert": fields.number("alert", 1, 4),
            "fallback": bool(fields.raw("fallback")),
        }
        for name, allowed in (("format", sayings.FORMATS), ("language", LANGUAGES)):
            values[name] = fields.raw(name)
            if values[name] not in allowed:
                fields.wrong(name, t.gettext("Please choose from the list."))
        values |= _display(fields, values["format"])
        if not (address.isascii() and address.isalnum() and len(address) <= 32):
            fields.wrong("address", t.gettext("Only digits and Latin letters, as on the pager."))
        line = line_of(book, values["transmitter_id"])
        for name, words in misfits(line, address, values, t):
            fields.wrong(name, words)
        row_id = namesake(book.pagers, "label", values["label"], row_id, fields)
        other = _same_address(book, values["transmitter_id"], address, row_id)
        if other is not None:
            words = t.gettext("The pager %(label)s has this capcode already.", label=other.label)
            fields.wrong("address", words)
        values["members"] = group.read(book, fields, values, row_id)
        if row_id is None or not one_of(book.pagers, row_id).active:
            values["active"] = True
        return row_id, values

    def name(self, book: Book, row_id: int) -> str:
        return str(one_of(book.pagers, row_id).label)

    def why_not_off(self, book: Book, row_id: int, t: Words) -> str | None:
        policy = book.policy_of("pager", row_id)
        if policy is not None:
            return t.gettext("The policy %(name)s calls this pager. Change it first.", name=policy)
        return None

    def why_not_on(self, book: Book, row_id: int, t: Words) -> str | None:
        pager = one_of(book.pagers, row_id)
        other = _same_address(book, pager.transmitter_id, pager.address, row_id)
        if other is not None:
            return t.gettext("The pager %(label)s has this capcode already.", label=other.label)
        line = line_of(book, pager.transmitter_id)
        trouble = None if line is None else capcodes.trouble(line.driver, pager.address)
        if trouble is not None:
            return pager_words.capcode(trouble, t)
        return name_in_use(book.pagers, "label", row_id, t)

    def _fields(self, book: Book, fill: Filling, t: Words) -> tuple[Field, ...]:
        lines = [(str(line.id), f"{line.name} ({line.gateway})") for line in book.lines]
        people = sorted((one for one in book.people if one.active), key=lambda one: one.name.casefold())
        charsets = charsets_for(book, fill.one("charset"))
        return (
            fill.text(
                "label",
                t.gettext("Label"),
                longest=40,
                needed=True,
                help=t.gettext("What is written on it: P07."),
            ),
            fill.text(
                "address",
                t.gettext("Capcode"),
                longest=32,
                needed=True,
                help=t.gettext("Leading zeros count."),
            ),
            fill.select(
                "carrier_id",
                t.gettext("Worn by"),
                [
                    ("", t.gettext("Nobody: lies in the drawer, or is for a group")),
                    *((str(one.id), one.name) for one in people),
                ],
            ),
            fill.tick(
                "fallback",
                t.gettext("Rings when nobody at all can be called"),
                help=t.gettext(
                    "For a pager that lies where somebody always hears it, as at the desk of the office."
                ),
            ),
            fill.select(
                "transmitter_id",
                t.gettext("Transmitter"),
                lines,
                help="" if lines else t.gettext("None is known yet. The shop file names the transmitters."),
            ),
            fill.select(
                "format", t.gettext("Shows"), [(one, sayings.format_words(one, t)) for one in sayings.FORMATS]
            ),
            fill.plain("number", "longest", t.gettext("Signs on its display"), least=1, most=MOST),
            fill.plain("number", "visible", t.gettext("Of these seen without scrolling"), least=1, most=MOST),
            fill.select("language", t.gettext("Language of its texts"), sayings.screen_languages()),
            fill.select(
                "charset",
                t.gettext("Letters it knows"),
                [(one, pager_words.charset(one, t)) for one in charsets],
                help=t.gettext("When in doubt: Latin letters only."),
            ),
            fill.select(
                "alert",
                t.gettext("Beep or vibration"),
                [(str(number), t.gettext("Pattern %(number)s", number=number)) for number in range(1, 5)],
            ),
        )


def _display(fields: Fields, form: str) -> dict[str, Any]:
    """What counts of a display is typed only where there is one."""
    values: dict[str, Any] = {"longest": LENGTH, "visible": VISIBLE, "charset": PLAIN}
    if form not in SILENT:
        values["longest"] = fields.number("longest", 1, MOST)
        values["visible"] = fields.maybe_number("visible", 1, MOST) or VISIBLE
    if form == "text":
        values["charset"] = fields.raw("charset")
        if values["charset"] not in NAMES:
            fields.wrong("charset", fields.t.gettext("Please choose from the list."))
    return values


def _same_address(book: Book, line: int | None, address: str, row_id: int | None) -> Pager | None:
    for pager in book.pagers:
        if pager.active and pager.id != row_id and (pager.transmitter_id, pager.address) == (line, address):
            return pager
    return None


def _holder(book: Book, pager: Pager, people: Mapping[int, str], t: Words) -> str:
    if pager.carrier_id is not None:
        return people.get(pager.carrier_id, "?")
    policy = book.policy_of("pager", pager.id)
    if policy is not None or pager.members:
        return t.gettext("for a group")
    return t.gettext("worn by nobody") if pager.fallback else t.gettext("in the drawer")


def _tags(pager: Pager, t: Words) -> tuple[str, ...]:
    found = [t.gettext("rings when nobody else can")] if pager.fallback else []
    if pager.members:
        found.append(t.ngettext("rings %(n)s pager", "rings %(n)s pagers", len(pager.members)))
    if pager.format != "text":
        found.append(sayings.format_words(pager.format, t))
    return tuple(found)
