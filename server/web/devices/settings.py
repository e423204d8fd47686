"""The settings of a device: the form, what became of what is wanted, and handing in what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.db.devices import DeviceDay, InForce, device_day
from server.requests import ChangeSettings, DeskClosed, Refusal, RefusalReason
from server.rules.rights import Right
from server.web.devices import form, lights
from server.web.devices.form import Section
from server.web.devices.now import COMMANDS_OF, WHILE_ASKED_S, SettingsState, now_view
from server.web.devices.typed import read as typed_values
from server.web.frame.place import Place, holding
from server.web.roster.fields import Fields, TypedForm
from server.web.setup.forms import Values

router = APIRouter()
Commanding = Annotated[Place, Depends(holding(Right.COMMAND_DEVICES))]

OTHERWISE_S = 15

Device = Annotated[str, Path(max_length=32, pattern=r"^[a-z0-9][a-z0-9-]*$")]


@dataclass(frozen=True, slots=True)
class State:
    """The part that asks for itself anew."""

    state: SettingsState
    url: str
    again_s: int
    tick: int


@dataclass(frozen=True, slots=True)
class Screen:
    title: str
    back: str
    url: str
    sections: tuple[Section, ...]
    lights: tuple[lights.Row, ...]
    general: str
    """What is wrong and belongs to no field."""
    wrong: int
    """Fields with an error."""
    seen: str
    state: State


@router.get("/s/{store}/devices/{device}/settings", response_class=Response)
def settings_screen(place: Commanding, device: Device) -> Response:
    return _show(place, _device(place, device))


@router.get("/s/{store}/devices/{device}/settings/now", response_class=Response)
def settings_now(place: Commanding, device: Device) -> Response:
    found = _device(place, device)
    return HTMLResponse(
        place.screens.render("devices/settings_state.html", place.words, v=_state(place, found))
    )


@router.post("/s/{store}/devices/{device}/settings", response_class=Response)
def save(place: Commanding, device: Device, typed: TypedForm) -> Response:
    found, t = _device(place, device), place.words
    fields = Fields(typed, t)
    values = typed_values(found.line.kind, found.inputs, fields, place.store.timezone)
    if fields.errors:
        return _show(place, found, typed, fields.errors, status=422)
    seen = fields.raw("seen")
    of_rev = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= 16 else -1
    request = ChangeSettings(
        place.store.id, place.visitor.account_id, device, of_rev, values, place.visitor.actor
    )
    try:
        answer = place.services.desk.ask(request)
    except DeskClosed:
        notice = t.gettext("The server did not answer in time. Please try again.")
        return _show(place, found, typed, notice=notice, status=503)
    if not isinstance(answer, Refusal):
        return RedirectResponse(f"{place.url}/devices/{device}/settings", 303)
    if answer.reason is RefusalReason.TOO_LATE:
        notice = t.gettext(
            "Somebody else changed this meanwhile. Nothing of yours was saved: here is how it stands now."
        )
        return _show(place, _device(place, device), notice=notice, status=409)
    if answer.reason is RefusalReason.BAD_VALUE:
        errors = form.errors_of(answer.errors, [one["n"] for one in values.get("inputs", ())], t)
        return _show(place, found, typed, errors, status=422)
    return _show(
        place,
        found,
        typed,
        notice=t.gettext(
            "The server does not know this device yet, or not any more. Try again in some seconds."
        ),
        status=409,
    )


def found_device(place: Place, device: str) -> DeviceDay:
    with place.services.db.reading() as session:
        found = device_day(session, place.store.id, device, place.services.now())
    if found is None:
        raise HTTPException(404)
    return found


def _device(place: Place, device: str) -> DeviceDay:
    """One that has settings: a server has none."""
    found = found_device(place, device)
    if found.line.kind not in COMMANDS_OF:
        raise HTTPException(404)
    return found


def _show(
    place: Place,
    found: DeviceDay,
    typed: Values | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    notice: str | None = None,
    status: int = 200,
) -> Response:
    t = place.words
    values = form.kept(found.settings) if typed is None else typed
    if errors is None:
        errors = form.own_errors(found.settings, t) if typed is None else {}
    line = found.line
    view = Screen(
        title=t.gettext("Settings of %(name)s", name=line.name or line.device),
        back=f"{place.url}/devices/{line.device}",
        url=f"{place.url}/devices/{line.device}/settings",
        sections=form.sections(line.kind, found.inputs, values, errors, place.store.timezone, t),
        lights=lights.rows(t) if line.kind == "b" else (),
        general=errors.get("", ""),
        wrong=sum(bool(name) for name in errors),
        seen=(values.get("seen") or ("",))[-1],
        state=_state(place, found),
    )
    return place.show("devices/settings.html", view, active="devices", notice=notice, status=status)


def _state(place: Place, found: DeviceDay) -> State:
    now = place.services.now()
    view = now_view(found, now, place.words, url=place.url, commands=True)
    assert view.settings is not None
    again_s = WHILE_ASKED_S if found.settings.state is InForce.WAITING else OTHERWISE_S
    return State(view.settings, view.settings.url, again_s, view.tick)
