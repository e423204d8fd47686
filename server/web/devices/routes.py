"""Devices of a store, for its managers: the list, one device with its last day, and what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from broker_config.messages import CommandName
from server.db.device_inputs import named_inputs
from server.db.devices import DeviceDay, device_lines
from server.db.identities import with_identity
from server.requests import CommandDevice, DeskClosed, Refusal, RefusalReason
from server.rules.rights import Right, may
from server.web.devices import settings
from server.web.devices.day import Day, day_view
from server.web.devices.now import COMMANDS_OF, Now, now_view
from server.web.devices.view import Entry, Screen, screen
from server.web.frame.place import Place, holding
from server.web.frame.words import Words

router = APIRouter()
Looking = Annotated[Place, Depends(holding(Right.SEE_DEVICES))]
Commanding = Annotated[Place, Depends(holding(Right.COMMAND_DEVICES))]
router.include_router(settings.router)

ASKED = frozenset({CommandName.DRILL})
"""Commands about one input."""


@dataclass(frozen=True, slots=True)
class Whole:
    now: Now
    day: Day


@router.get("/s/{store}/devices", response_class=Response)
def devices_screen(place: Looking) -> Response:
    return place.show("devices/devices.html", _list(place), active="devices")


@router.get("/s/{store}/devices-now", response_class=Response)
def devices_now(place: Looking) -> Response:
    """The inner part alone: the screen asks for it again and again."""
    return _part(place, "devices/list.html", _list(place))


@router.get("/s/{store}/devices/{device}", response_class=Response)
def device_screen(place: Looking, device: settings.Device) -> Response:
    return _device(place, device)


@router.get("/s/{store}/devices/{device}/now", response_class=Response)
def device_now(place: Looking, device: settings.Device) -> Response:
    found = _found(place, device)
    return _part(place, "devices/now.html", _now(place, found))


@router.get("/s/{store}/devices/{device}/day", response_class=Response)
def device_its_day(place: Looking, device: settings.Device) -> Response:
    found = _found(place, device)
    url = f"{place.url}/devices/{device}"
    return _part(place, "devices/day.html", day_view(found, place.services.now(), place.words, url=url))


@router.post("/s/{store}/devices/{device}/do", response_class=Response)
def do(
    place: Commanding,
    device: settings.Device,
    name: Annotated[CommandName, Form()],
    input: Annotated[int | None, Form(ge=1, le=16)] = None,
) -> Response:
    found = _found(place, device)
    if name not in COMMANDS_OF.get(found.line.kind, ()) or (name in ASKED) != (input is not None):
        raise HTTPException(404)
    args = {} if input is None else {"input": input}
    t = place.words
    request = CommandDevice(place.store.id, place.visitor.account_id, device, name, args, place.visitor.actor)
    try:
        answer = place.services.desk.ask(request)
    except DeskClosed:
        return _device(place, device, t.gettext("The server did not answer in time. Please try again."), 503)
    if isinstance(answer, Refusal):
        return _device(place, device, _refused(answer.reason, t), 409)
    return RedirectResponse(f"{place.url}/devices/{device}", 303)


def _refused(reason: RefusalReason, t: Words) -> str:
    if reason is RefusalReason.AWAY:
        return t.gettext("It is not connected: nothing can be asked of it now.")
    if reason is RefusalReason.BAD_VALUE:
        return t.gettext("The device has no such input, or cannot do this.")
    return t.gettext("The server does not know this device yet, or not any more. Try again in some seconds.")


def _list(place: Place) -> Screen:
    with place.services.db.reading() as session:
        lines = device_lines(session, place.store.id)
        inputs = named_inputs(session, place.store.id)
        inside = with_identity(session, place.store.id)
    opens = place.store.id in place.services.door.addresses
    entry = Entry(inside, may(place.visitor.role, Right.ENROL)) if opens else None
    return screen(lines, inputs, place.services.now(), place.words, url=place.url, entry=entry)


def _found(place: Place, device: str) -> DeviceDay:
    return settings.found_device(place, device)


def _now(place: Place, found: DeviceDay) -> Now:
    commands = place.may(Right.COMMAND_DEVICES)
    return now_view(found, place.services.now(), place.words, url=place.url, commands=commands)


def _device(place: Place, device: str, notice: str | None = None, status: int = 200) -> Response:
    found, now = _found(place, device), place.services.now()
    view = Whole(
        _now(place, found),
        day_view(found, now, place.words, url=f"{place.url}/devices/{device}"),
    )
    return place.show("devices/device.html", view, active="devices", notice=notice, status=status)


def _part(place: Place, template: str, view: object) -> Response:
    return HTMLResponse(place.screens.render(template, place.words, v=view))
