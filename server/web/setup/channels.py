"""Slow channels: an e-mail or a webhook, tried after everybody was called in vain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.channels_out.targets import check_mail, web_target
from server.db.setup_book import Book, Channel
from server.web.frame.words import Words
from server.web.roster.fields import Fields
from server.web.setup.forms import Filling, FormView, ListView, Row, Switch, Values, values_of
from server.web.setup.noun import Plain, one_of

KINDS = ("mail", "webhook")
LONGEST = 200


class Channels(Plain):
    path, what = "channels", "last_resort"

    def listing(self, book: Book, t: Words, url: str) -> ListView:
        return ListView(
            title=t.gettext("Slow channels"),
            back=url,
            back_label=t.gettext("Setup"),
            help=t.gettext(
                "Tried when everybody was called and nobody goes. They are slow: an e-mail may take minutes, "
                "and nobody may read it. They never replace a pager."
            ),
            add_url=f"{url}/channels/new",
            add_label=t.gettext("Add a slow channel"),
            rows=tuple(
                Row(
                    key=f"row-{one.id}",
                    title=one.target,
                    url=f"{url}/channels/{one.id}",
                    note=kind(one.kind, t),
                    tags=(t.gettext("slow"),),
                )
                for one in book.channels
                if one.active
            ),
            empty=t.gettext("No slow channel. The board shouts in any case."),
            off=tuple(
                Row(f"row-{one.id}", one.target, f"{url}/channels/{one.id}/on")
                for one in book.channels
                if not one.active
            ),
        )

    def start(self, book: Book, query: Mapping[str, str]) -> Values:
        return {"kind": ("mail",)}

    def kept(self, book: Book, row_id: int) -> Values:
        return values_of(one_of(book.channels, row_id), "kind", "target", "mark")

    def form(
        self, book: Book, t: Words, url: str, row_id: int | None, values: Values, errors: Mapping[str, str]
    ) -> FormView:
        fill = Filling(values, errors)
        kept: Channel | None = None if row_id is None else one_of(book.channels, row_id)
        return FormView(
            title=kept.target if kept else t.gettext("New slow channel"),
            back=f"{url}/channels",
            back_label=t.gettext("Slow channels"),
            url=f"{url}/channels/{row_id or 'new'}",
            fields=(
                fill.select("kind", t.gettext("Kind"), [(one, kind(one, t)) for one in KINDS]),
                fill.text(
                    "target",
                    t.gettext("Send it to"),
                    longest=LONGEST,
                    needed=True,
                    help=t.gettext("manager@shop.example, or https://\u2026 for a webhook."),
                ),
            ),
            submit=t.gettext("Save") if kept else t.gettext("Add the channel"),
            seen=fill.one("seen") or fill.one("mark"),
            switch=Switch(f"{url}/channels/{row_id}/off", t.gettext("Switch this channel off"))
            if kept and kept.active
            else None,
        )

    def read(self, book: Book, fields: Fields, row_id: int | None) -> tuple[int | None, dict[str, Any]]:
        t = fields.t
        which, target = fields.raw("kind"), fields.text("target", LONGEST)
        if which not in KINDS:
            fields.wrong("kind", t.gettext("Please choose from the list."))
        try:
            (check_mail if which == "mail" else web_target)(target)
        except ValueError:
            fields.wrong(
                "target",
                t.gettext("Write an e-mail address, as name@shop.example.")
                if which == "mail"
                else t.gettext(
                    "Write an address that begins with https://, without a name or password in it."
                ),
            )
        values: dict[str, Any] = {"kind": which, "target": target}
        for other in book.channels:
            if (other.kind, other.target) == (which, target) and other.id != row_id:
                if other.active or row_id is not None:
                    fields.wrong("target", t.gettext("This one is there already."))
                else:
                    return other.id, {**values, "active": True}
        return row_id, values

    def name(self, book: Book, row_id: int) -> str:
        return str(one_of(book.channels, row_id).kind)


def kind(word: str, t: Words) -> str:
    return {"mail": t.gettext("E-mail"), "webhook": t.gettext("Webhook")}.get(word, word)
