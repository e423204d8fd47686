"""Screens of whoever may let devices in: who is in, a new one, confirming it, taking rights away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from sqlmodel import Session, col, select
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from server.db import claims, identities, setup_write
from server.db.setup_read import read_book
from server.db.tables import Claim, Device
from server.rules import claims as rules
from server.rules.audit import Action, Target
from server.rules.rights import Right
from server.web.devices.settings import Device as DeviceName
from server.web.enrol import form
from server.web.enrol.codes import FILE, Codes, join_of, make_code
from server.web.enrol.form import Known, Wanted
from server.web.enrol.view import ClaimNow, Screen, claim_now, screen
from server.web.frame.audited import note
from server.web.frame.place import Number, Place, holding
from server.web.frame.words import Words
from server.web.roster.fields import Fields, TypedForm
from server.web.setup.forms import Values

router = APIRouter()
AsEnroller = Annotated[Place, Depends(holding(Right.ENROL))]
Kind = Annotated[Literal["b", "g"], Query()]


@dataclass(frozen=True, slots=True)
class Question:
    title: str
    url: str
    back: str
    kind: str
    connected: bool


@router.get("/s/{store}/enrol", response_class=Response)
def identities_screen(place: AsEnroller) -> Response:
    return place.show("enrol/identities.html", _screen(place), active="devices")


@router.get("/s/{store}/enrol-now", response_class=Response)
def identities_now(place: AsEnroller) -> Response:
    return _part(place, "enrol/list.html", _screen(place))


@router.get("/s/{store}/enrol/new", response_class=Response)
def new_screen(
    place: AsEnroller,
    kind: Kind = "b",
    device: str = "",
    rows: Annotated[int, Query(ge=1, le=form.INPUTS)] = form.ROWS[0],
) -> Response:
    _need_door(place)
    with place.services.db.reading() as session:
        known = _known(session, place.store.id)
    replaces = device if any(one.device == device and one.kind == kind for one in known) else ""
    return _form(place, kind, form.start(kind, known, device), {}, replaces=replaces, rows=rows)


@router.post("/s/{store}/enrol/new", response_class=Response)
def open_claim(place: AsEnroller, typed: TypedForm, kind: Kind = "b") -> Response:
    _need_door(place)
    fields, now = Fields(typed, place.words), place.services.now()
    own, code = place.services.door.addresses[place.store.id].server, make_code()
    replaces = fields.raw("replaces")
    with place.services.db.transaction() as session:
        setup_write.lock(session, place.store.id)  # or two at once could open one too many
        book, known = read_book(session, place.store.id), _known(session, place.store.id)
        wanted = form.read(book, known, fields, kind, own)
        if wanted is not None:
            row = _open(session, place, kind, wanted, code)
            number = row.id if row is not None else None
            if row is not None:
                note(place, session, Action.CLAIM_OPENED, _target(row))
    if wanted is None:
        if replaces and not fields.errors:
            raise HTTPException(404)
        return _form(place, kind, typed, fields.errors, replaces=replaces, status=422)
    if number is None:
        words = place.words.gettext(
            "Too many devices are being let in at once: finish or refuse one of them first."
        )
        return _form(place, kind, typed, {}, replaces=replaces, notice=words, status=409)
    _codes(place).keep(number, code, now + rules.OPEN_FOR, now)
    return RedirectResponse(f"{place.url}/enrol/{number}", 303)


@router.get("/s/{store}/enrol/{number}", response_class=Response)
def claim_screen(place: AsEnroller, number: Number) -> Response:
    return _claim(place, number)


@router.get("/s/{store}/enrol/{number}/now", response_class=Response)
def claim_part(place: AsEnroller, number: Number) -> Response:
    return _part(place, "enrol/now.html", _claim_view(place, number))


@router.get("/s/{store}/enrol/{number}/" + FILE, response_class=Response)
def join_file(place: AsEnroller, number: Number) -> Response:
    """For the memory card of the device."""
    view = _claim_view(place, number)
    if not view.join:
        raise HTTPException(404)
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"', "Cache-Control": "no-store"}
    return PlainTextResponse(f"{view.join}\n", headers=headers)


@router.post("/s/{store}/enrol/{number}/confirm", response_class=Response)
def confirm(place: AsEnroller, number: Number, typed: TypedForm) -> Response:
    """Whoever had the name before loses its rights with this very click; the door does the rest."""
    compared = Fields(typed, place.words).raw("compared") == "1"
    return _decide(place, number, lambda claim, now: rules.confirm(claim, now, compared=compared))


@router.post("/s/{store}/enrol/{number}/refuse", response_class=Response)
def refuse(place: AsEnroller, number: Number) -> Response:
    return _decide(place, number, rules.refuse)


@router.get("/s/{store}/enrol/of/{device}/revoke", response_class=Response)
def revoke_question(place: AsEnroller, device: DeviceName) -> Response:
    with place.services.db.reading() as session:
        found = _revocable(session, place, device)
    view = Question(
        found.name or found.device,
        f"{place.url}/enrol/of/{device}/revoke",
        f"{place.url}/enrol",
        found.kind,
        found.state == "online",
    )
    return place.show("enrol/revoke.html", view, active="devices")


@router.post("/s/{store}/enrol/of/{device}/revoke", response_class=Response)
def revoke(place: AsEnroller, device: DeviceName) -> Response:
    with place.services.db.transaction() as session:
        found = _revocable(session, place, device)
        now, by = place.services.now(), place.visitor.account_id
        identities.end(session, place.store.id, device, now, account=by)
        note(place, session, Action.IDENTITY_REVOKED, Target("device", device, found.name))
    place.services.door.wake()
    return RedirectResponse(f"{place.url}/enrol#ended", 303)


def _open(session: Session, place: Place, kind: str, wanted: Wanted, code: str) -> Claim | None:
    """None: there are too many. An earlier one for the same device ends."""
    now, store = place.services.now(), place.store.id
    before = claims.running(session, store, now)
    for one in before:
        if one.device == wanted.device and one.state in claims.OPEN:
            one.state, one.decided_at = rules.State.REFUSED.value, now
            one.decided_by_id = place.visitor.account_id
    if sum(one.state in claims.OPEN for one in before) >= rules.MOST_OPEN:
        return None
    claims.tidy(session, now - rules.FETCH_FOR)
    row = Claim(
        store_id=store,
        device=wanted.device,
        kind=kind,
        name=wanted.name,
        inputs=list(wanted.inputs),
        replaces=wanted.replaces,
        code_hash=claims.hashed(code),
        made_at=now,
        made_by_id=place.visitor.account_id,
        expires_at=now + rules.OPEN_FOR,
    )
    session.add(row)
    session.flush()
    return row


def _target(row: Claim) -> Target:
    return Target("device", row.device, row.name)


def _decide(place: Place, number: int, rule: rules.Rule) -> Response:
    now, by = place.services.now(), place.visitor.account_id
    with place.services.db.transaction() as session:
        row = claims.of_store(session, place.store.id, number, lock=True)
        if row is None:
            raise HTTPException(404)
        try:
            new = rule(claims.facts(row), now)
        except rules.Refused as refused:
            why: rules.Why | None = refused.why
        else:
            why = None
            claims.keep(row, new)
            row.decided_at, row.decided_by_id = now, by
            if new.state is rules.State.CONFIRMED:
                identities.end(session, row.store_id, row.device, now, account=by)
                note(place, session, Action.IDENTITY_GIVEN, _target(row))
            else:
                note(place, session, Action.CLAIM_CLOSED, _target(row))
    if why is not None:
        return _claim(place, number, _why_not(why, place.words), 409)
    place.services.door.wake()
    return RedirectResponse(f"{place.url}/enrol/{number}", 303)


def _why_not(why: rules.Why, t: Words) -> str:
    if why is rules.Why.NOT_PRESSED:
        return t.gettext("Nobody has pressed its button yet.")
    if why is rules.Why.NOT_COMPARED:
        return t.gettext("Compare the figures first, and say that they are the same.")
    return t.gettext("That was too late: it stands as you see it here.")


def _revocable(session: Session, place: Place, device: str) -> Device:
    """Raises 404. The server's own identity is not taken away from a screen: nobody could give it back."""
    row = session.exec(
        select(Device).where(Device.store_id == place.store.id, Device.device == device)
    ).first()
    ours = place.store.id in place.services.door.addresses
    if row is None or row.kind == "s" or not ours or not identities.active(session, place.store.id, device):
        raise HTTPException(404)
    return row


def _known(session: Session, store: str) -> tuple[Known, ...]:
    inside = identities.with_identity(session, store)
    rows = session.exec(select(Device).where(Device.store_id == store).order_by(col(Device.device)))
    return tuple(Known(row.device, row.kind, row.name, row.device in inside) for row in rows)


def _screen(place: Place) -> Screen:
    now, store = place.services.now(), place.store.id
    with place.services.db.reading() as session:
        inside = identities.with_identity(session, store)
        devices = session.exec(
            select(Device).where(Device.store_id == store).order_by(col(Device.device))
        ).all()
        lines = identities.lines(session, store)
        running = claims.running(session, store, now)
    opens = store in place.services.door.addresses
    without = [one for one in devices if one.device not in inside and one.kind != "s"]
    return screen(lines, without, running, now, place.words, url=place.url, opens=opens)


def _claim_view(place: Place, number: int) -> ClaimNow:
    now = place.services.now()
    with place.services.db.reading() as session:
        row = claims.of_store(session, place.store.id, number)
        if row is None:
            raise HTTPException(404)
        device = session.exec(
            select(Device).where(Device.store_id == row.store_id, Device.device == row.device)
        ).first()
    at, code = place.services.door.addresses.get(place.store.id), _codes(place).of(number, now)
    join = join_of(code, at) if at is not None and code is not None else None
    return claim_now(row, device, join, now, place.words, url=place.url)


def _claim(place: Place, number: int, notice: str | None = None, status: int = 200) -> Response:
    view = _claim_view(place, number)
    return place.show("enrol/claim.html", view, active="devices", notice=notice, status=status)


def _form(
    place: Place,
    kind: str,
    values: Values,
    errors: dict[str, str],
    *,
    replaces: str = "",
    rows: int = form.ROWS[0],
    notice: str | None = None,
    status: int = 200,
) -> Response:
    with place.services.db.reading() as session:
        book, known = read_book(session, place.store.id), _known(session, place.store.id)
    view = form.new_view(
        book,
        known,
        place.words,
        url=f"{place.url}/enrol",
        kind=kind,
        values=values,
        errors=errors,
        replaces=replaces,
        rows=rows,
    )
    return place.show("enrol/new.html", view, active="devices", notice=notice, status=status)


def _need_door(place: Place) -> None:
    if place.store.id not in place.services.door.addresses:
        raise HTTPException(404)


def _codes(place: Place) -> Codes:
    found: Codes = place.request.app.state.enrol_codes
    return found


def _part(place: Place, template: str, view: object) -> Response:
    return HTMLResponse(place.screens.render(template, place.words, v=view))
