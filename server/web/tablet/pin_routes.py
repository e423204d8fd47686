"""One's own PIN for the shop's tablets, chosen and changed on one's own phone. Nobody else ever sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from server.db import audit, pins
from server.rules.audit import Action, Target
from server.rules.pins import is_pin, too_easy
from server.rules.rights import Right
from server.web.frame.place import Place, holding
from server.web.frame.words import Words
from server.web.roster.fields import Fields, TypedForm

router = APIRouter()
AtStoreAnswering = Annotated[Place, Depends(holding(Right.ANSWER))]


@dataclass(frozen=True, slots=True)
class PinView:
    url: str
    back: str
    chosen: str
    """When; empty: there is none yet."""
    errors: dict[str, str]


@router.get("/s/{store}/me/pin", response_class=Response)
def pin_screen(place: AtStoreAnswering) -> Response:
    return _show(place)


@router.post("/s/{store}/me/pin", response_class=Response)
def choose_pin(place: AtStoreAnswering, typed: TypedForm) -> Response:
    fields = Fields(typed, place.words)
    pin, services = fields.raw("pin"), place.services
    wrong = what_is_wrong(pin, place.words)
    if wrong:
        fields.wrong("pin", wrong)
    elif pin != fields.raw("again"):
        fields.wrong("again", place.words.gettext("This is not the same PIN. Write both again."))
    if fields.errors:
        return _show(place, fields.errors, status=422)

    def note(session: Session) -> None:
        audit.note(
            session,
            services.now(),
            place.visitor.actor,
            Action.PIN_SET,
            store=place.store.id,
            target=Target("account", str(place.visitor.account_id), place.visitor.name),
        )

    pins.choose(services.db, place.visitor.account_id, pin, services.now(), note=note)
    return RedirectResponse(f"{place.url}/me/pin", 303)


def what_is_wrong(pin: str, t: Words) -> str:
    if not is_pin(pin):
        return t.gettext("A PIN has six figures.")
    if too_easy(pin):
        return t.gettext("Everybody would try this one first. Choose another one.")
    return ""


def _show(place: Place, errors: dict[str, str] | None = None, *, status: int = 200) -> Response:
    with place.services.db.reading() as session:
        at = pins.set_at(session, place.visitor.account_id)
    t = place.words
    view = PinView(
        url=f"{place.url}/me/pin",
        back=f"{place.url}/me",
        chosen=f"{t.day_short(at)} {t.clock(at)}" if at else "",
        errors=errors or {},
    )
    return place.show("tablet/pin.html", view, active="me", status=status)
