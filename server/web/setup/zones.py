"""Zones: the parts of a store that routing cares about, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.db.setup_book import Book, Zone
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import Filling, FormView, ListView, Move, Row, Switch, Values, values_of
from server.web.setup.noun import Plain, one_of
from server.web.setup.previews import previews_of_zone
from server.web.setup.tree import in_order, neighbours, within


class Zones(Plain):
    path, what = "zones", "zone"

    def listing(self, book: Book, t: Words, url: str) -> ListView:
        active = [zone for zone in book.zones if zone.active]
        return ListView(
            title=t.gettext("Zones"),
            back=url,
            back_label=t.gettext("Setup"),
            help=t.gettext(
                "A zone is a part of the store: the dairy shelf, the tills. Who works in it is called first."
            ),
            add_url=f"{url}/zones/new",
            add_label=t.gettext("Add a zone"),
            rows=tuple(
                Row(
                    key=f"row-{zone.id}",
                    title=zone.name,
                    url=f"{url}/zones/{zone.id}",
                    note=zone.pager_name,
                    tags=_buttons(book, zone.id, t),
                    depth=min(depth, 4),
                    moves=moves(neighbours(active, zone.id), zone.id, zone.name, f"{url}/zones", t),
                )
                for zone, depth in in_order(active)
            ),
            empty=t.gettext("No zone yet. Begin with one or two: you can add more at any time."),
            off=tuple(
                Row(f"row-{zone.id}", zone.name, f"{url}/zones/{zone.id}/on")
                for zone in book.zones
                if not zone.active
            ),
        )

    def kept(self, book: Book, row_id: int) -> Values:
        return values_of(one_of(book.zones, row_id), "name", "pager_name", "parent_id", "mark")

    def form(
        self, book: Book, t: Words, url: str, row_id: int | None, values: Values, errors: Mapping[str, str]
    ) -> FormView:
        fill = Filling(values, errors)
        above = [
            (str(zone.id), "\u2003" * depth + zone.name)
            for zone, depth in in_order(self._parents(book, row_id))
        ]
        fields = [
            fill.text(
                "name",
                t.gettext("Name of the zone"),
                needed=True,
                help=t.gettext("As people in the store say it."),
            ),
            fill.text(
                "pager_name",
                t.gettext("Name on pagers"),
                longest=30,
                needed=True,
                help=t.gettext("Short: it stands first on every pager."),
            ),
        ]
        if above:
            nothing = ("", t.gettext("No other zone"))
            fields.append(
                fill.select(
                    "parent_id",
                    t.gettext("Is a part of"),
                    [nothing, *above],
                    help=t.gettext("When nobody works here, people of that zone are called."),
                )
            )
        here = [button.label for button in book.buttons if button.active and button.zone_id == row_id]
        kept = None if row_id is None else one_of(book.zones, row_id)
        return FormView(
            title=kept.name if kept else t.gettext("New zone"),
            back=f"{url}/zones",
            back_label=t.gettext("Zones"),
            url=f"{url}/zones/{row_id or 'new'}",
            fields=tuple(fields),
            submit=t.gettext("Save") if kept else t.gettext("Add the zone"),
            seen=fill.one("seen") or fill.one("mark"),
            preview_url=f"{url}/preview/zone?of={row_id or ''}",
            previews=previews_of_zone(book, fill.one("pager_name"), here[0] if here else "", t),
            switch=Switch(
                f"{url}/zones/{row_id}/off",
                t.gettext("Switch this zone off"),
                t.gettext("It is not offered any more. What happened in it stays in the history."),
            )
            if kept and kept.active
            else None,
        )

    def read(self, book: Book, fields: Fields, row_id: int | None) -> tuple[int | None, dict[str, Any]]:
        values: dict[str, Any] = {
            "name": fields.text("name", 60),
            "pager_name": fields.text("pager_name", 30),
            "parent_id": fields.key(
                "parent_id", [zone.id for zone in self._parents(book, row_id)], needed=False
            ),
        }
        row_id = namesake(book.zones, "name", values["name"], row_id, fields)
        if row_id is not None and values["parent_id"] in within(book.zones, row_id):
            fields.wrong("parent_id", fields.t.gettext("Please choose from the list."))
        if row_id is None or not one_of(book.zones, row_id).active:
            last = max((zone.position for zone in book.zones), default=-1)
            values |= {"position": last + 1, "active": True}
        return row_id, values

    def name(self, book: Book, row_id: int) -> str:
        return str(one_of(book.zones, row_id).name)

    def why_not_off(self, book: Book, row_id: int, t: Words) -> str | None:
        if any(button.active and button.zone_id == row_id for button in book.buttons):
            return t.gettext(
                "There is a button in this zone. Put it into another zone first, or switch it off."
            )
        if any(zone.active and zone.parent_id == row_id for zone in book.zones):
            return t.gettext("Another zone is a part of this one. Change that first.")
        if ("zone", row_id) in book.working:
            return t.gettext("Somebody works in this zone by the weekly shifts. Change the shifts first.")
        policy = book.policy_of("zone", row_id)
        if policy is not None:
            return t.gettext("The policy %(name)s is for this zone. Change it first.", name=policy)
        return None

    def why_not_on(self, book: Book, row_id: int, t: Words) -> str | None:
        return name_in_use(book.zones, "name", row_id, t)

    def _parents(self, book: Book, row_id: int | None) -> list[Zone]:
        """Zones that this one may be a part of: not itself, nor what lies in it."""
        inside = set() if row_id is None else within(book.zones, row_id)
        return [zone for zone in book.zones if zone.active and zone.id not in inside]


def namesake(rows: Any, field: str, name: str, row_id: int | None, fields: Fields) -> int | None:
    """The row to write: a new thing of the name of one that is switched off is that one, with its history. Names of
    what is in use must differ, whatever the size of their letters."""
    for row in rows:
        if row.id == row_id or getattr(row, field).casefold() != name.casefold():
            continue
        if row.active:
            fields.wrong(field, fields.t.gettext("Another one has this name already."))
        elif row_id is None:
            return int(row.id)
        elif getattr(row, field) == name:
            fields.wrong(field, fields.t.gettext("One that is switched off has this name. Choose another."))
    return row_id


def name_in_use(rows: Any, field: str, row_id: int, t: Words) -> str | None:
    """Why a thing cannot be switched on again: another one took its name meanwhile."""
    name = getattr(one_of(rows, row_id), field).casefold()
    if name and any(
        row.active and row.id != row_id and getattr(row, field).casefold() == name for row in rows
    ):
        return t.gettext("Another one has this name by now. Rename that one first.")
    return None


def moves(side: list[int], row_id: int, name: str, url: str, t: Words) -> tuple[Move, ...]:
    place = side.index(row_id)
    found = []
    if place > 0:
        found.append(Move(f"{url}/{row_id}/move", t.gettext("%(name)s further up", name=name), "up"))
    if place < len(side) - 1:
        found.append(Move(f"{url}/{row_id}/move", t.gettext("%(name)s further down", name=name), "down"))
    return tuple(found)


def _buttons(book: Book, zone: int, t: Words) -> tuple[str, ...]:
    count = sum(button.active and button.zone_id == zone for button in book.buttons)
    return (t.ngettext("%(n)s button", "%(n)s buttons", count),) if count else ()
