"""The manager's side: open the door for a tablet, let in the one that shows this number, take it back, clear a PIN."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from server.db import audit, pins, tablets
from server.db.pins import Holder
from server.rules.audit import Action, Target
from server.rules.rights import Right
from server.rules.tablets import number_of
from server.web.frame.place import Number, Place, holding
from server.web.roster.fields import Fields, TypedForm
from server.web.tablet.access import HOME

router = APIRouter()
BASE = "/s/{store}/setup/tablets"
LONGEST = 40
AtStoreGiving = Annotated[Place, Depends(holding(Right.GIVE_SIGN_INS))]


@dataclass(frozen=True, slots=True)
class TabletLine:
    key: str
    name: str
    note: str
    agent: str
    revoke: str
    """Where to take it back; empty: that was done."""


@dataclass(frozen=True, slots=True)
class PinLine:
    key: str
    name: str
    note: str
    clear: str
    """Where to do so; empty: not this visitor."""


@dataclass(frozen=True, slots=True)
class TabletsView:
    url: str
    back: str
    address: str
    """To open on the tablet."""
    picture: Markup
    """The same to scan; empty while the door is closed."""
    until: str
    """The door is open until then; empty: it is closed."""
    lines: tuple[TabletLine, ...]
    gone: tuple[TabletLine, ...]
    pins: tuple[PinLine, ...]
    number: str
    name: str
    errors: dict[str, str]


@router.get(BASE, response_class=Response)
def tablets_screen(place: AtStoreGiving) -> Response:
    return _show(place)


@router.post(f"{BASE}/open", response_class=Response)
def open_door(place: AtStoreGiving) -> Response:
    with place.services.db.transaction() as session:
        tablets.open_door(session, place.store.id, place.visitor.account_id, place.services.now())
    return RedirectResponse(_url(place), 303)


@router.post(f"{BASE}/close", response_class=Response)
def close_door(place: AtStoreGiving) -> Response:
    with place.services.db.transaction() as session:
        tablets.close_door(session, place.store.id)
    return RedirectResponse(_url(place), 303)


@router.post(f"{BASE}/let-in", response_class=Response)
def let_in(place: AtStoreGiving, typed: TypedForm) -> Response:
    """By the number that stands on the tablet in front of the manager: nobody else's can be meant."""
    fields = Fields(typed, place.words)
    name, number = fields.text("name", LONGEST), number_of(fields.raw("number"))
    if number is None:
        fields.wrong("number", place.words.gettext("Write the six figures that the tablet shows."))
    if fields.errors or number is None:
        return _show(place, fields=fields, status=422)
    with place.services.db.transaction() as session:
        found = tablets.let_in(
            session, place.store.id, number, name, place.visitor.account_id, place.services.now()
        )
        if found is not None:
            audit.note(
                session,
                place.services.now(),
                place.visitor.actor,
                Action.TABLET_ADDED,
                store=place.store.id,
                target=Target("tablet", name=name),
            )
    if found is None:
        words = place.words.gettext("No tablet shows this number now. Look again, or let it ask anew.")
        fields.wrong("number", words)
        return _show(place, fields=fields, status=422)
    return RedirectResponse(_url(place), 303)


@router.post(f"{BASE}/{{row_id}}/revoke", response_class=Response)
def revoke(place: AtStoreGiving, row_id: Number) -> Response:
    """At once, also for what it shows at this moment."""
    with place.services.db.transaction() as session:
        if row_id not in {one.id for one in tablets.listed(session, place.store.id)}:
            raise HTTPException(404)
        now, by = place.services.now(), place.visitor.account_id
        name = tablets.revoke(session, place.store.id, row_id, by, now)
        if name is not None:
            about = Target("tablet", str(row_id), name)
            audit.note(
                session, now, place.visitor.actor, Action.TABLET_REVOKED, store=place.store.id, target=about
            )
    place.services.bell.recall()
    return RedirectResponse(_url(place), 303)


@router.post(f"{BASE}/pins/{{account_id}}/clear", response_class=Response)
def clear_pin(place: AtStoreGiving, account_id: Number) -> Response:
    """Nobody sees a PIN, a manager neither: whoever forgot theirs chooses another one on their own phone."""
    with place.services.db.transaction() as session:
        held = {one.account_id: one for one in pins.holders(session, place.store.id)}
        if account_id not in held:
            raise HTTPException(404)
        if not _may_clear(place, held[account_id]):
            raise HTTPException(403)
        pins.clear(session, account_id)
        audit.note(
            session,
            place.services.now(),
            place.visitor.actor,
            Action.PIN_TAKEN,
            store=place.store.id,
            target=Target("account", str(account_id), held[account_id].name),
        )
    return RedirectResponse(f"{_url(place)}#pins", 303)


def _may_clear(place: Place, holder: Holder) -> bool:
    return place.visitor.store_id is None or not holder.everywhere


def _url(place: Place) -> str:
    return f"{place.url}/setup/tablets"


def _show(place: Place, *, fields: Fields | None = None, status: int = 200) -> Response:
    t, now, url = place.words, place.services.now(), _url(place)
    with place.services.db.reading() as session:
        until = tablets.door(session, place.store.id, now)
        found = tablets.listed(session, place.store.id)
        held = pins.holders(session, place.store.id)
    base = place.services.settings.public_url or str(place.request.base_url)
    address = base.rstrip("/") + HOME
    lines = [
        TabletLine(
            key=f"t{one.id}",
            name=one.name,
            note=t.gettext(
                "let in by %(name)s, %(day)s, last used %(used)s",
                name=one.enrolled_by,
                day=t.day_short(one.enrolled_at),
                used=f"{t.day_short(one.used_at)} {t.clock(one.used_at)}",
            )
            if one.revoked_at is None
            else t.gettext(
                "taken back %(day)s", day=f"{t.day_short(one.revoked_at)} {t.clock(one.revoked_at)}"
            ),
            agent=one.agent,
            revoke=f"{url}/{one.id}/revoke" if one.revoked_at is None else "",
        )
        for one in found
    ]
    view = TabletsView(
        url=url,
        back=f"{place.url}/setup",
        address=address,
        picture=_picture(address) if until else Markup(""),
        until=t.clock(until) if until else "",
        lines=tuple(line for line in lines if line.revoke),
        gone=tuple(line for line in lines if not line.revoke),
        pins=tuple(
            PinLine(
                key=f"p{one.account_id}",
                name=one.name,
                note=t.gettext("chosen %(day)s", day=t.day_short(one.set_at)),
                clear=f"{url}/pins/{one.account_id}/clear" if _may_clear(place, one) else "",
            )
            for one in held
        ),
        number=fields.raw("number") if fields else "",
        name=fields.raw("name") if fields else "",
        errors=fields.errors if fields else {},
    )
    return place.show("tablet/setup.html", view, active="setup", status=status)


def _picture(address: str) -> Markup:
    """The address as a picture to scan: no secret is in it."""
    import segno

    out = io.BytesIO()
    segno.make(address, micro=False).save(
        out, kind="svg", scale=4, border=4, xmldecl=False, svgns=False, nl=False, title=address
    )
    return Markup(out.getvalue().decode())  # noqa: S704  our own drawing of our own address
