"""Devices by JSON: the list, one with its last day, other settings for it, a command to it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from broker_config.messages import CommandName, Telemetry
from broker_config.messages.base import IDENTIFIER
from server.db.devices import DeviceDay, DeviceLine, InForce, SettingsLine, device_day, device_lines
from server.requests import (
    ChangeSettings,
    CommandDevice,
    CommandSent,
    DeskClosed,
    Refusal,
    RefusalReason,
    Request,
    SettingsSent,
)
from server.rules.presence import Presence
from server.rules.rights import Right
from server.rules.wishes import wanted
from server.web.api.faults import Fault
from server.web.api.shared import (
    IN_A_STORE,
    Answers,
    MaybeMoment,
    Moment,
    Out,
    Problem,
    WithServices,
    holding,
)
from server.web.frame.access import SignedIn
from server.web.services import Services

router = APIRouter(prefix="/stores/{store}/devices", tags=["devices"])
Looking = Annotated[str, Depends(holding(Right.SEE_DEVICES))]
Commanding = Annotated[str, Depends(holding(Right.COMMAND_DEVICES))]

RETRY_AFTER_S = 2
KEPT_BACK = {"v", "run", "boot", "seq", "last_press_s", "faults"}
"""Of telemetry: what has its own place here, or would tell of quiet calls."""

DeviceId = Annotated[str, Path(pattern=IDENTIFIER, description="Id of the device.")]


class Device(Out):
    device: str
    kind: Annotated[str, Field(description="`b` button unit, `g` pager gateway, `s` server.")]
    name: str
    keeper: Annotated[bool, Field(description="The gateway that stands in while the server is silent.")]
    presence: Presence
    since: Annotated[MaybeMoment, Field(description="Since when it is there, away or silent.")]
    heard_at: Annotated[MaybeMoment, Field(description="Its last sign of life, some seconds behind.")]
    pressed_at: Annotated[MaybeMoment, Field(description="Its last press.")]
    sw: str
    spool: Annotated[int | None, Field(description="Presses that wait for a receipt; null: never told.")]
    told_at: Annotated[MaybeMoment, Field(description="When it last told of itself.")]
    settings: InForce
    faults: Annotated[list[Fault], Field(description="Those that are not over, the oldest first.")]


class DeviceList(Out):
    items: list[Device]


class Input(Out):
    input: int
    label: Annotated[str | None, Field(description="null: the device has it and the shop does not know it.")]
    zone: str | None
    colour: str | None


class Sample(Out):
    at: Moment
    online: Annotated[bool, Field(description="false: all but `presses` is of before.")]
    spool: int
    oldest_ms: int
    rssi_dbm: int | None
    temp_c: float | None
    undervolt: bool | None
    throttled: bool | None
    disk_free_mb: int | None
    memory_mb: int | None
    reconnects: int
    clock: str
    presses: int


class Hour(Out):
    starts_at: Moment
    input: int
    presses: int
    drills: int


class Asked(Out):
    id: UUID
    name: str
    args: dict[str, Any]
    by: str | None
    asked_at: Moment
    state: Annotated[str, Field(description="`asked`, `done`, `refused` or `no_answer` (after 30 s).")]
    text: Annotated[str, Field(description="The device's own words.")]
    answered_at: MaybeMoment


class SettingsOut(Out):
    state: Annotated[InForce, Field(description="`own`: nobody wants anything; its own file is in force.")]
    rev: Annotated[int, Field(description="Hand this in as `of_rev` to change them.")]
    wanted: Annotated[
        dict[str, Any], Field(description="What is missing leaves the device's own file in force.")
    ]
    by: str | None
    set_at: MaybeMoment
    answer_rev: int | None
    answer_ok: bool | None
    answer_errors: dict[str, str]
    answered_at: MaybeMoment


class OneDevice(Device):
    """With its last 24 hours."""

    telemetry: Annotated[dict[str, Any] | None, Field(description="As the device last told it.")]
    inputs: list[Input]
    samples: Annotated[list[Sample], Field(description="About every five minutes, the oldest first.")]
    day_faults: Annotated[
        list[Fault], Field(description="Also those that were over within the day, newest first.")
    ]
    hours: list[Hour]
    commands: Annotated[list[Asked], Field(description="The newest first.")]
    wanted: SettingsOut


class NewSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    of_rev: Annotated[int, Field(ge=0, description="The revision that was changed; 0: there was none.")]
    settings: Annotated[
        dict[str, JsonValue],
        Field(
            max_length=20,
            description="All values that are wanted: inputs, ttl_s, resend_s, volume, night, timezone, lights, "
            "telemetry_s. They replace those of before.",
        ),
    ]


class NewCommand(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[CommandName, Field(description="Canaries are asked for by `readiness/try`.")]
    args: Annotated[
        dict[str, JsonValue], Field(max_length=8, description="A drill names its `input`, or a list of them.")
    ] = {}


class SettingsDone(Out):
    rev: int


class CommandDone(Out):
    id: UUID


ACTION: Answers = IN_A_STORE | {
    422: {"description": "A value that cannot be meant; `detail` is a list of `loc` and `msg`."},
    503: {"model": Problem, "description": "Not done in time; try again after `Retry-After` seconds."},
}
SETTINGS_ACTION = ACTION | {409: {"model": Problem, "description": "Somebody else changed them meanwhile."}}
COMMAND_ACTION = ACTION | {409: {"model": Problem, "description": "The device is not there."}}


@router.get("", summary="Every device, and what is wrong with it", responses=IN_A_STORE)
def devices(store: Looking, services: WithServices) -> DeviceList:
    with services.db.reading() as session:
        return DeviceList(items=[Device(**_line(line)) for line in device_lines(session, store)])


@router.get("/{device}", summary="One device with its last day", responses=IN_A_STORE)
def device(store: Looking, device: DeviceId, services: WithServices) -> OneDevice:
    return _whole(_read(services, store, device))


@router.put("/{device}/settings", summary="Other settings for a device", responses=SETTINGS_ACTION)
def put_settings(
    store: Commanding, device: DeviceId, new: NewSettings, visitor: SignedIn, services: WithServices
) -> SettingsDone:
    request = ChangeSettings(store, visitor.account_id, device, new.of_rev, new.settings, visitor.actor)
    answer = _ask(services, request, "settings")
    assert isinstance(answer, SettingsSent)
    return SettingsDone(rev=answer.rev)


@router.post(
    "/{device}/commands", summary="Tell a device what to do", status_code=202, responses=COMMAND_ACTION
)
def post_command(
    store: Commanding, device: DeviceId, new: NewCommand, visitor: SignedIn, services: WithServices
) -> CommandDone:
    request = CommandDevice(store, visitor.account_id, device, new.name, new.args, visitor.actor)
    answer = _ask(services, request, "args")
    assert isinstance(answer, CommandSent)
    return CommandDone(id=answer.id)


def _ask(services: Services, request: Request, part: str) -> object:
    """`part`: where in the body the values stand that a refusal may name."""
    try:
        answer = services.desk.ask(request)
    except DeskClosed:
        raise HTTPException(503, "not done in time; try again", {"Retry-After": str(RETRY_AFTER_S)}) from None
    if not isinstance(answer, Refusal):
        return answer
    match answer.reason:
        case RefusalReason.UNKNOWN:
            raise HTTPException(404, "no such device in this store")
        case RefusalReason.TOO_LATE:
            raise HTTPException(409, "somebody else changed them meanwhile")
        case RefusalReason.AWAY:
            raise HTTPException(409, "the device is not there")
    errors = [
        {
            "loc": ["body", *([] if name == "name" else [part]), *name.split(".")],
            "msg": words,
            "type": "value_error",
        }
        for name, words in answer.errors.items()
    ]
    raise HTTPException(422, errors)


def _read(services: Services, store: str, device: str) -> DeviceDay:
    with services.db.reading() as session:
        found = device_day(session, store, device, services.now())
    if found is None:
        raise HTTPException(404, "no such device in this store")
    return found


def _line(line: DeviceLine) -> dict[str, Any]:
    return {
        "device": line.device,
        "kind": line.kind,
        "name": line.name,
        "keeper": line.keeper,
        "presence": line.presence,
        "since": line.since,
        "heard_at": line.heard_at,
        "pressed_at": line.pressed_at,
        "sw": line.sw,
        "spool": line.spool,
        "told_at": line.told_at,
        "settings": line.settings,
        "faults": [Fault.model_validate(one) for one in line.faults],
    }


def _whole(day: DeviceDay) -> OneDevice:
    return OneDevice(
        **_line(day.line),
        telemetry=_told(day.line.telemetry),
        inputs=[Input.model_validate(one) for one in day.inputs],
        samples=[Sample.model_validate(one) for one in day.samples],
        day_faults=[Fault.model_validate(one) for one in day.faults],
        hours=[Hour.model_validate(one) for one in day.hours],
        commands=[Asked.model_validate(one) for one in day.commands],
        wanted=_settings(day.settings),
    )


def _told(telemetry: Telemetry | None) -> dict[str, Any] | None:
    return None if telemetry is None else telemetry.model_dump(mode="json", exclude=KEPT_BACK)


def _settings(line: SettingsLine) -> SettingsOut:
    return SettingsOut(
        state=line.state,
        rev=line.rev,
        wanted=wanted(line.wanted),
        by=line.by,
        set_at=line.set_at,
        answer_rev=line.answer_rev,
        answer_ok=line.answer_ok,
        answer_errors=dict(line.answer_errors),
        answered_at=line.answered_at,
    )
