"""Transmitters, and which one takes over for which. They themselves come from the shop file: each hangs on a line."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db.lines import LineFacts, read_lines, set_standby
from server.db.setup_book import Book
from server.rules.rights import Right
from server.rules.standby import standby_trouble
from server.web.frame.place import Number, Place, holding
from server.web.frame.words import Words
from server.web.roster.fields import Fields, TypedForm
from server.web.setup import sayings
from server.web.setup.forms import Filling, FormView, ListView, Row, Values
from server.web.setup.shared import Changed, change, url_of

router = APIRouter()
Changing = Annotated[Place, Depends(holding(Right.CHANGE_SHOP))]
BASE = "/s/{store}/setup/transmitters"


@router.get(BASE, response_class=Response)
def listed(place: Changing) -> Response:
    view = list_view(_lines(place), place.words, url_of(place))
    return place.show("setup/list.html", view, active="setup")


@router.get(f"{BASE}/{{row_id}}", response_class=Response)
def shown(place: Changing, row_id: Number) -> Response:
    return _form(place, row_id)


@router.post(f"{BASE}/{{row_id}}", response_class=Response)
def save(place: Changing, row_id: Number, typed: TypedForm) -> Response:
    fields = Fields(typed, place.words)

    def do(session: Session, _book: Book) -> str | None:
        lines = read_lines(session, place.store.id)
        one = _one(lines, row_id)
        if fields.raw("seen") != _seen(one):
            raise Changed
        standby = fields.key("standby_id", [line.id for line in lines if line.id != row_id], needed=False)
        if standby_trouble({line.id: line.standby_id for line in lines} | {row_id: standby}) is not None:
            words = place.words.gettext(
                "These would stand by for each other in a ring: two may, three may not."
            )
            fields.wrong("standby_id", words)
        if fields.errors:
            return None
        set_standby(session, row_id, standby)
        return one.name

    try:
        change(place, "transmitter", do)
    except Changed:
        words = place.words.gettext(
            "Somebody else changed this meanwhile. Nothing of yours was saved: here is how it stands now."
        )
        return _form(place, row_id, notice=words, status=409)
    if fields.errors:
        return _form(place, row_id, typed=typed, fields=fields, status=422)
    return RedirectResponse(f"{url_of(place)}/transmitters", 303)


def list_view(lines: tuple[LineFacts, ...], t: Words, url: str) -> ListView:
    names = {line.id: line.name for line in lines}
    return ListView(
        title=t.gettext("Transmitters"),
        back=url,
        back_label=t.gettext("Setup"),
        help=t.gettext("The shop file names them. Here you say which one takes over when another one fails."),
        add_url="",
        add_label="",
        rows=tuple(
            Row(
                key=f"row-{line.id}",
                title=line.name,
                url=f"{url}/transmitters/{line.id}",
                note=sayings.listed([line.gateway, line.driver]),
                tags=(t.gettext("standby: %(name)s", name=names[line.standby_id]),)
                if line.standby_id in names
                else (),
                warnings=(t.gettext("does not answer"),) if line.state == "dead" else (),
            )
            for line in lines
        ),
        empty=t.gettext("None is known yet. The shop file names the transmitters."),
    )


def form_view(
    lines: tuple[LineFacts, ...], row_id: int, t: Words, url: str, values: Values, errors: dict[str, str]
) -> FormView:
    one, fill = _one(lines, row_id), Filling(values, errors)
    others = [(str(line.id), f"{line.name} ({line.gateway})") for line in lines if line.id != row_id]
    return FormView(
        title=one.name,
        back=f"{url}/transmitters",
        back_label=t.gettext("Transmitters"),
        url=f"{url}/transmitters/{row_id}",
        fields=(
            fill.select(
                "standby_id",
                t.gettext("When it fails, this one calls its pagers"),
                [("", t.gettext("None")), *others],
                help=t.gettext(
                    "Only one whose radio reaches the same pagers, on the same frequency and speed."
                ),
            ),
        ),
        submit=t.gettext("Save"),
        seen=fill.one("seen"),
    )


def _form(
    place: Place,
    row_id: int,
    *,
    typed: Values | None = None,
    fields: Fields | None = None,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    lines = _lines(place)
    try:
        one = _one(lines, row_id)
    except LookupError:
        raise HTTPException(404) from None
    kept = {"standby_id": (str(one.standby_id or ""),), "seen": (_seen(one),)}
    view = form_view(
        lines, row_id, place.words, url_of(place), typed or kept, fields.errors if fields else {}
    )
    return place.show("setup/form.html", view, active="setup", notice=notice, status=status)


def _lines(place: Place) -> tuple[LineFacts, ...]:
    with place.services.db.reading() as session:
        return read_lines(session, place.store.id)


def _one(lines: tuple[LineFacts, ...], row_id: int) -> LineFacts:
    """Raises LookupError."""
    found = next((line for line in lines if line.id == row_id), None)
    if found is None:
        raise LookupError(row_id)
    return found


def _seen(line: LineFacts) -> str:
    return f"s{line.standby_id or 0}"
