"""Causes: why customers were unhappy, as a tree that is chosen from when a call is closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.db.setup_book import Book, Cause
from server.rules.causes import BUILT_IN
from server.web.frame import names
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import Filling, FormView, ListView, Row, Switch, Values, values_of
from server.web.setup.noun import Plain, one_of
from server.web.setup.tree import in_order, neighbours, within
from server.web.setup.zones import moves, name_in_use, namesake


class Causes(Plain):
    path, what = "causes", "cause"

    def listing(self, book: Book, t: Words, url: str) -> ListView:
        active = [cause for cause in book.causes if cause.active]
        return ListView(
            title=t.gettext("Causes"),
            back=url,
            back_label=t.gettext("Setup"),
            help=t.gettext("Why customers were unhappy. Whoever closes a call chooses one of these."),
            add_url=f"{url}/causes/new",
            add_label=t.gettext("Add a cause"),
            rows=tuple(
                Row(
                    key=f"row-{cause.id}",
                    title=_name(cause, t),
                    url=f"{url}/causes/{cause.id}",
                    depth=min(depth, 4),
                    moves=moves(neighbours(active, cause.id), cause.id, _name(cause, t), f"{url}/causes", t),
                )
                for cause, depth in in_order(active)
            ),
            empty=t.gettext("No cause: calls are then closed without one."),
            off=tuple(
                Row(f"row-{cause.id}", _name(cause, t), f"{url}/causes/{cause.id}/on")
                for cause in book.causes
                if not cause.active
            ),
        )

    def kept(self, book: Book, row_id: int) -> Values:
        return values_of(one_of(book.causes, row_id), "name", "parent_id", "mark")

    def form(
        self, book: Book, t: Words, url: str, row_id: int | None, values: Values, errors: Mapping[str, str]
    ) -> FormView:
        fill = Filling(values, errors)
        kept: Cause | None = None if row_id is None else one_of(book.causes, row_id)
        above = [
            (str(cause.id), "\u2003" * depth + _name(cause, t))
            for cause, depth in in_order(self._parents(book, row_id))
        ]
        own = (
            t.gettext("Empty: %(name)s, in the language of each screen.", name=names.cause(kept.code, "", t))
            if kept and kept.code
            else ""
        )
        return FormView(
            title=_name(kept, t) if kept else t.gettext("New cause"),
            back=f"{url}/causes",
            back_label=t.gettext("Causes"),
            url=f"{url}/causes/{row_id or 'new'}",
            fields=(
                fill.text("name", t.gettext("Name of the cause"), needed=not own, help=own),
                fill.select(
                    "parent_id", t.gettext("Is a part of"), [("", t.gettext("No other cause")), *above]
                ),
            ),
            submit=t.gettext("Save") if kept else t.gettext("Add the cause"),
            seen=fill.one("seen") or fill.one("mark"),
            switch=Switch(
                f"{url}/causes/{row_id}/off",
                t.gettext("Switch this cause off"),
                t.gettext("It is not offered any more. Calls that were closed with it keep it."),
            )
            if kept and kept.active
            else None,
        )

    def read(self, book: Book, fields: Fields, row_id: int | None) -> tuple[int | None, dict[str, Any]]:
        t = fields.t
        kept: Cause | None = None if row_id is None else one_of(book.causes, row_id)
        built_in = kept is not None and kept.code is not None
        name = "" if built_in and not fields.raw("name") else fields.text("name", 60)
        if name in BUILT_IN:
            fields.wrong("name", t.gettext("Another one has this name already."))
        if name:
            row_id = namesake(book.causes, "name", name, row_id, fields)
        values: dict[str, Any] = {
            "name": name,
            "parent_id": fields.key(
                "parent_id", [cause.id for cause in self._parents(book, row_id)], needed=False
            ),
        }
        if row_id is not None and values["parent_id"] in within(book.causes, row_id):
            fields.wrong("parent_id", t.gettext("Please choose from the list."))
        if row_id is None or not one_of(book.causes, row_id).active:
            last = max((cause.position for cause in book.causes), default=-1)
            values |= {"position": last + 1, "active": True}
        return row_id, values

    def name(self, book: Book, row_id: int) -> str:
        cause = one_of(book.causes, row_id)
        return str(cause.name or cause.code)

    def why_not_off(self, book: Book, row_id: int, t: Words) -> str | None:
        if any(cause.active and cause.parent_id == row_id for cause in book.causes):
            return t.gettext("Other causes are a part of this one. Change that first.")
        return None

    def why_not_on(self, book: Book, row_id: int, t: Words) -> str | None:
        return name_in_use(book.causes, "name", row_id, t)

    def _parents(self, book: Book, row_id: int | None) -> list[Cause]:
        inside = set() if row_id is None else within(book.causes, row_id)
        return [cause for cause in book.causes if cause.active and cause.id not in inside]


def _name(cause: Cause, t: Words) -> str:
    return names.cause(cause.code, cause.name, t)
