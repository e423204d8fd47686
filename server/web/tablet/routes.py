"""The tablet of a shop: pick a call, say what you do and who you are, six figures, and it is nobody's again.

A PIN buys one action and comes last, with it. A minute for the same person would leave a minute in which the next hand
acts in their name; and what is asked for a close (outcome, cause, remedy) is no secret, so it may be chosen before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import RedirectResponse, Response

from server.db import cause_tree, pins
from server.db.engine_store import read_store
from server.db.open_incidents import OpenIncident
from server.db.pins import Holder
from server.requests import Refusal, RefusalReason
from server.rules.incidents import State
from server.rules.roster import roster
from server.web.frame.live import Gallery, stream
from server.web.frame.place import Number
from server.web.frame.seats import Seat, seat_for
from server.web.incident.asking import ask, busy, not_there, refused
from server.web.incident.ending import TypedEnding
from server.web.incident.forms import Form as CallForm
from server.web.incident.forms import PassForm, close_form, people_here
from server.web.staff.phones import Phones
from server.web.tablet import access, pad
from server.web.tablet.access import HOME, AtTablet, TabletPlace
from server.web.tablet.boards import TabletBoards
from server.web.tablet.view import CALLS, Pad, Who, call, doing, first_name, tiles
from server.web.tablet.wanted import (
    Sent,
    Wanted,
    WantedByForm,
    WantedByLink,
    carrier_of,
    ending_of,
    request_of,
)

router = APIRouter()


async def _seat(request: Request, place: AtTablet) -> Seat:
    return seat_for(request, ("tablet", place.tablet.id))


@router.get(f"{HOME}/stream", response_class=EventSourceResponse)
async def tablet_stream(
    request: Request, place: AtTablet, seat: Annotated[Seat, Depends(_seat)]
) -> AsyncIterator[ServerSentEvent]:
    boards = _boards(place)
    gallery: Gallery = request.app.state.gallery
    services, store, tablet, language = place.services, place.store, place.tablet, place.words.language

    def still_ours() -> bool:
        now = access.place_or_none(request)
        return now is not None and now.tablet.id == tablet.id

    with seat.taken():
        async for event in stream(
            gallery,
            services.bell,
            (store.id, "tablet", language),
            lambda: boards.shown(store, language),
            still_ours,
            lambda: services.now().timestamp(),
            services.stopping,
        ):
            yield event


@router.get(f"{CALLS}/{{number}}", response_class=Response)
def call_screen(place: AtTablet, number: Number) -> Response:
    one = _find(place, number)
    return _gone(place) if one is None else place.show("tablet/call.html", _who(place, one, Wanted("")))


@router.get(f"{CALLS}/{{number}}/close", response_class=Response)
def close_screen(place: AtTablet, number: Number) -> Response:
    one = _find(place, number)
    return _gone(place) if one is None else _show_close(place, one, TypedEnding(), {})


@router.get(f"{CALLS}/{{number}}/pass", response_class=Response)
def pass_screen(place: AtTablet, number: Number) -> Response:
    one = _find(place, number)
    if one is None or not Wanted("pass").fits(State(one.state)):
        return _gone(place)
    now = place.services.now()
    with place.services.db.reading() as session:
        store = read_store(session, place.store.id, now)
    found = () if store is None else people_here(store, roster(store, now), None, place.words)
    people = tuple(replace(person, label=first_name(person.label)) for person in found)
    return place.show("tablet/pass.html", PassForm(_form(place, one), people))


@router.get(f"{CALLS}/{{number}}/who", response_class=Response)
def who_screen(place: AtTablet, number: Number, wanted: WantedByLink) -> Response:
    one = _find(place, number)
    if one is None or not wanted.fits(State(one.state)):
        return _gone(place)
    if wanted.act == "close":
        with place.services.db.reading() as session:
            ending, errors = ending_of(session, place.store.id, one, wanted, place.words)
        if ending is None:
            return _show_close(place, one, wanted.ending, errors)
    return _show_who(place, one, wanted)


@router.get(f"{CALLS}/{{number}}/pin", response_class=Response)
def pin_screen(place: AtTablet, number: Number, wanted: WantedByLink, who: str = "") -> Response:
    one = _find(place, number)
    if one is None or not wanted.fits(State(one.state)):
        return _gone(place)
    holder = _holder(place, who)
    return _show_who(place, one, wanted) if holder is None else _show_pad(place, one, wanted, holder)


@router.post(f"{CALLS}/{{number}}/do", response_class=Response)
def act(place: AtTablet, number: Number, wanted: WantedByForm, who: Sent = "", pin: Sent = "") -> Response:
    """All of it at once: who, the PIN, and the one thing it buys."""
    one = _find(place, number)
    if one is None or not wanted.fits(State(one.state)):
        return _gone(place)
    holder = _holder(place, who)
    if holder is None:
        return _show_who(place, one, wanted, notice=not_there(place.words), status=422)
    with place.services.db.reading() as session:
        ending, errors = (
            ending_of(session, place.store.id, one, wanted, place.words)
            if wanted.act == "close"
            else (None, {})
        )
    if errors:
        return _show_close(place, one, wanted.ending, errors)
    wrong = pad.try_pin(place, holder, pin)
    if wrong is not None:
        answer = _show_pad(place, one, wanted, holder, wrong.words, wrong.status)
        if wrong.wait_s:
            answer.headers["Retry-After"] = str(wrong.wait_s)
        return answer
    request = request_of(one, wanted, holder.account_id, place.tablet.name, ending)
    assert request is not None, "it fits the state, and an ending is there"
    done = ask(place.services, request)
    if done is None:
        return show_board(place, notice=busy(place.words), status=503)
    if isinstance(done, Refusal):
        by_name = wanted.act == "pass" and done.reason is RefusalReason.BAD_VALUE
        words = not_there(place.words) if by_name else refused(place.services, done, place.words, first_name)
        return show_board(place, notice=words, status=409)
    return RedirectResponse(HOME, 303)


def show_board(place: TabletPlace, *, notice: str | None = None, status: int = 200) -> Response:
    view = _boards(place).view(place.store, place.words.language)
    return place.show("tablet/board.html", view, notice=notice, status=status)


def _show_who(
    place: TabletPlace, one: OpenIncident, wanted: Wanted, *, notice: str | None = None, status: int = 200
) -> Response:
    return place.show("tablet/who.html", _who(place, one, wanted), notice=notice, status=status)


def _who(place: TabletPlace, one: OpenIncident, wanted: Wanted) -> Who:
    phones: Phones = place.request.app.state.phones
    with place.services.db.reading() as session:
        holders = pins.holders(session, place.store.id)
    here, others = tiles(holders, phones.standings(place.store.id), one, wanted, place.words)
    now = place.services.now()
    return Who(
        call=call(one, now, place.words),
        doing=doing(wanted, one, place.words),
        back=f"{CALLS}/{one.number}" if wanted.act else HOME,
        here=here,
        others=others,
    )


def _show_pad(
    place: TabletPlace, one: OpenIncident, wanted: Wanted, holder: Holder, error: str = "", status: int = 200
) -> Response:
    now = place.services.now()
    view = Pad(
        call=call(one, now, place.words),
        doing=doing(wanted, one, place.words),
        back=f"{CALLS}/{one.number}/who?{wanted.query()}",
        name=first_name(holder.name),
        initials=holder.initials,
        hidden=(*wanted.pairs, ("who", str(holder.account_id))),
        error=error,
    )
    return place.show("tablet/pad.html", view, status=status)


def _show_close(
    place: TabletPlace, one: OpenIncident, given: TypedEnding, errors: dict[str, str]
) -> Response:
    with place.services.db.reading() as session:
        causes = cause_tree.causes(session, place.store.id)
    view = close_form(_form(place, one), causes, given, errors, place.words)
    return place.show("tablet/close.html", view, status=422 if errors else 200)


def _form(place: TabletPlace, one: OpenIncident) -> CallForm:
    title = place.words.gettext("Call %(number)s", number=one.number)
    url = f"{CALLS}/{one.number}"
    return CallForm(url=url, place=one.place, title=title, back="", back_url=url)


def _gone(place: TabletPlace) -> Response:
    words = place.words.gettext("That is not possible any more: somebody was faster. Here is how it stands.")
    return show_board(place, notice=words, status=409)


def _find(place: TabletPlace, number: int) -> OpenIncident | None:
    """An open call of this store. Quiet ones do not exist here."""
    return next((one for one in _boards(place).open(place.store.id) if one.number == number), None)


def _holder(place: TabletPlace, who: str) -> Holder | None:
    with place.services.db.reading() as session:
        found = pins.holders(session, place.store.id)
    return next((one for one in found if one.account_id == carrier_of(who)), None)


def _boards(place: TabletPlace) -> TabletBoards:
    boards: TabletBoards = place.request.app.state.tablet_boards
    return boards
