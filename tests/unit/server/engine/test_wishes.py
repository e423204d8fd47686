"""Settings with a revision and commands, from a person to the device and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Connected, Disconnected
from broker_config.messages import Command, CommandAnswer, CommandName, Settings, SettingsAnswer, Telemetry
from broker_config.messages.device import InputHealth
from broker_config.topics import parse
from server.db.devices import InForce, SettingsLine
from server.db.tables import Device, DeviceCommand, DeviceSettings, Journal, Store
from server.engine.events import FromLink
from server.requests import (
    Answer,
    ChangeSettings,
    CommandDevice,
    CommandSent,
    Refusal,
    RefusalReason,
    SettingsSent,
    ShopChanged,
)
from tests.engine_box import EngineBox
from tests.small_shop import ANNA, BORIS, STORE
from tests.unit.server.engine.test_health import WALK, day, open_kinds, status, tell


def change(
    box: EngineBox, of_rev: int = 0, *, device: str = "b1", account: int = ANNA, **values: Any
) -> Answer:
    found = box.ask(ChangeSettings(STORE, account, device, of_rev, values))
    assert found is not None
    return found


def answer(box: EngineBox, rev: int, ok: bool = True, device: str = "b1", **errors: str) -> None:
    said = SettingsAnswer(rev=rev, ok=ok, errors=errors)
    box.deliver(publication(channels.SETTINGS_ANSWER, STORE, "b", device, said), retain=True)
    box.time.advance(0)


def sent(box: EngineBox) -> list[Settings]:
    return box.link.messages(channels.SETTINGS, Settings)


def settings(box: EngineBox) -> SettingsLine:
    return day(box).settings


def connect(box: EngineBox) -> None:
    box.link.connected = True
    box.loop.put(FromLink(STORE, Connected(2, True, box.time.boot())))
    box.time.advance(3)


def test_settings_are_retained_and_in_force_when_the_unit_says_so(box: EngineBox) -> None:
    status(box)
    assert change(box, volume=3, lights="slow") == SettingsSent(STORE, "b1", 1)
    (packet,) = [one for one in box.link.published if parse(one.topic).tail == channels.SETTINGS.tail]
    assert packet.retain
    assert sent(box) == [Settings(rev=1, volume=3, lights="slow")]
    assert (settings(box).state, settings(box).by, settings(box).rev) == (InForce.WAITING, "Anna T.", 1)
    answer(box, 1)
    assert settings(box).state is InForce.IN_FORCE
    assert settings(box).wanted == Settings(rev=1, volume=3, lights="slow")
    with box.db.reading() as session:
        said = session.exec(select(Journal).where(Journal.action == "settings")).one()
        assert (said.account_id, said.detail) == (ANNA, {"device": "b1", "rev": 1})


def test_two_who_write_at_once(box: EngineBox) -> None:
    assert change(box, volume=3) == SettingsSent(STORE, "b1", 1)
    assert change(box, volume=5, account=BORIS) == Refusal(None, RefusalReason.TOO_LATE)
    assert change(box, 1, volume=5, account=BORIS) == SettingsSent(STORE, "b1", 2)
    assert settings(box).wanted.volume == 5
    assert [one.rev for one in sent(box)] == [1, 2]


def test_a_refusal_is_a_fault_until_other_settings_are_taken(box: EngineBox) -> None:
    status(box)
    change(box, lights="disco")
    answer(box, 1, False, lights="no such set")
    answer(box, 1, False, lights="no such set")
    assert open_kinds(box) == ["settings_refused"]
    assert (settings(box).state, settings(box).answer_errors) == (InForce.REFUSED, {"lights": "no such set"})
    box.restart()
    answer(box, 1, False, lights="no such set")
    change(box, 1, lights="std")
    assert open_kinds(box) == []
    answer(box, 2)
    assert settings(box).state is InForce.IN_FORCE


def test_who_was_away_is_told_when_it_comes(box: EngineBox) -> None:
    change(box, volume=1)
    assert len(sent(box)) == 1
    status(box)
    assert len(sent(box)) == 2
    answer(box, 1)
    status(box, run="bbbb")
    assert len(sent(box)) == 2
    answer(box, 7)  # it was told by a server before this one
    status(box, run="cccc")
    assert [one.rev for one in sent(box)] == [1, 1, 1]
    assert change(box, 1, volume=2) == SettingsSent(STORE, "b1", 8)


def test_what_was_changed_without_a_link_is_told_later(box: EngineBox) -> None:
    box.link.connected = False
    box.loop.put(FromLink(STORE, Disconnected(1, "gone", box.time.boot())))
    assert change(box, volume=1) == SettingsSent(STORE, "b1", 1)
    assert sent(box) == []
    connect(box)
    assert [one.rev for one in sent(box)] == [1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"volume": 11}, "volume"),
        ({"volume": "3"}, "volume"),
        ({"loudness": 1}, "loudness"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"night": {"starts": "25:00", "ends": "06:00", "volume": 1}}, "night.starts"),
        ({"inputs": [{"n": 9}]}, "inputs.0.n"),
        ({"inputs": [{"n": 1}, {"n": 1}]}, "inputs.1.n"),
        ({"inputs": [{"n": 1, "role": "key"}]}, "inputs.0"),
        ({"inputs": [{"n": 1, "role": "key", "for": 1}]}, "inputs.0.for"),
        ({"inputs": [{"n": 1, "role": "key", "for": 9}]}, "inputs.0.for"),
        ({"inputs": [{"n": 1, "role": "key", "for": 2}, {"n": 2, "role": "key", "for": 1}]}, "inputs.0.for"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_field(box: EngineBox, values: dict[str, Any], field: str) -> None:
    found = change(box, **values)
    assert isinstance(found, Refusal)
    assert found.reason is RefusalReason.BAD_VALUE
    assert field in found.errors
    assert sent(box) == []


def test_an_input_that_only_the_unit_knows_may_become_a_key(box: EngineBox) -> None:
    status(box)
    key = {"n": 3, "role": "key", "for": 1}
    assert isinstance(change(box, inputs=[{"n": 1}, key]), Refusal)
    tell(box, inputs=[InputHealth(input=number) for number in (1, 2, 3)])
    assert change(box, inputs=[{"n": 1}, key]) == SettingsSent(STORE, "b1", 1)
    inputs = settings(box).wanted.inputs
    assert inputs is not None
    assert inputs[1].key_for == 1


def test_a_gateway_has_one_setting(box: EngineBox) -> None:
    assert isinstance(change(box, device="g1", volume=3), Refusal)
    assert change(box, device="g1", telemetry_s=30, volume=None) == SettingsSent(STORE, "g1", 1)


@pytest.mark.parametrize(("device", "account"), [("b9", ANNA), ("srv", ANNA), ("b1", 99)])
def test_strangers(box: EngineBox, device: str, account: int) -> None:
    unknown = Refusal(None, RefusalReason.UNKNOWN)
    assert change(box, device=device, account=account, volume=1) == unknown
    assert box.ask(CommandDevice(STORE, account, device, CommandName.PROBE)) == unknown


@pytest.mark.parametrize("restart", [False, True])
def test_a_unit_that_left_the_shop_leaves_nothing_at_the_broker(box: EngineBox, restart: bool) -> None:
    change(box, volume=1)
    box.link.connected = False
    with box.db.transaction() as session:
        session.delete(session.exec(select(Device).where(Device.device == "b1")).one())
        shop = session.get(Store, STORE)
        assert shop is not None
        shop.revision += 1
    if restart:
        box.restart()
    else:
        box.ask(ShopChanged(STORE, ANNA, "device"))
    box.time.advance(2 * WALK)
    box.link.published.clear()
    connect(box)
    box.time.advance(WALK)
    cleared = [(one.topic, one.payload, one.retain) for one in box.link.published if not one.payload]
    assert cleared == [(f"rb/1/{STORE}/{kind}/b1/cfg", b"", True) for kind in "bg"]
    with box.db.reading() as session:
        assert session.exec(select(DeviceSettings)).all() == []


# commands


def ask(box: EngineBox, name: CommandName, device: str = "b1", **args: Any) -> Answer:
    found = box.ask(CommandDevice(STORE, ANNA, device, name, args))
    assert found is not None
    return found


def commanded(box: EngineBox) -> list[Command]:
    return box.link.messages(channels.COMMAND, Command)


def reply(box: EngineBox, command: UUID, ok: bool = True, text: str = "", device: str = "b1") -> None:
    said = CommandAnswer(id=command, ok=ok, text=text)
    box.deliver(publication(channels.COMMAND_ANSWER, STORE, "b", device, said))
    box.time.advance(0)


def states(box: EngineBox) -> list[tuple[str, str, str]]:
    with box.db.reading() as session:
        rows = session.exec(
            select(DeviceCommand).order_by(col(DeviceCommand.asked_at), col(DeviceCommand.id))
        )
        return [(row.name, row.state, row.text) for row in rows]


def test_a_command_and_its_answer(box: EngineBox) -> None:
    status(box)
    sent = ask(box, CommandName.DRILL, input=2)
    assert isinstance(sent, CommandSent)
    assert commanded(box) == [Command(id=sent.id, name=CommandName.DRILL, args={"input": 2})]
    assert states(box) == [("drill", "asked", "")]
    reply(box, sent.id, device="b2")
    assert states(box) == [("drill", "asked", "")]
    reply(box, sent.id, text="1 press")
    reply(box, sent.id, ok=False, text="again")
    assert states(box) == [("drill", "done", "1 press")]
    box.time.advance(60)
    assert states(box) == [("drill", "done", "1 press")]


def test_a_device_may_say_no(box: EngineBox) -> None:
    status(box)
    sent = ask(box, CommandName.ROTATE)
    assert isinstance(sent, CommandSent)
    reply(box, sent.id, ok=False, text="no new word")
    assert states(box) == [("rotate", "refused", "no new word")]
    (line,) = day(box).commands
    assert (line.by, line.answered_at) == ("Anna T.", box.time.now())


@pytest.mark.parametrize("restart", [False, True])
def test_no_answer_within_half_a_minute(box: EngineBox, restart: bool) -> None:
    status(box)
    sent = ask(box, CommandName.PROBE)
    box.time.advance(20)
    if restart:
        box.restart()
    box.time.advance(9)
    assert states(box) == [("probe", "asked", "")]
    box.time.advance(1)
    assert states(box) == [("probe", "no_answer", "")]
    assert isinstance(sent, CommandSent)
    reply(box, sent.id)
    assert states(box) == [("probe", "no_answer", "")]


def test_an_answer_to_the_server_before(box: EngineBox) -> None:
    status(box)
    sent = ask(box, CommandName.IDENTIFY)
    assert isinstance(sent, CommandSent)
    box.restart()
    reply(box, sent.id)
    assert states(box) == [("identify", "done", "")]


def test_what_others_notice_is_in_the_journal(box: EngineBox) -> None:
    status(box)
    for name in (CommandName.IDENTIFY, CommandName.PROBE, CommandName.RESTART, CommandName.ROTATE):
        ask(box, name)
    ask(box, CommandName.DRILL, input=1)
    with box.db.reading() as session:
        rows = session.exec(
            select(Journal).where(Journal.action == "command").order_by(col(Journal.id))
        ).all()
        assert [(row.new, row.account_id) for row in rows] == [
            ("restart", ANNA),
            ("rotate", ANNA),
            ("drill", ANNA),
        ]


@pytest.mark.parametrize(
    ("name", "args", "field"),
    [
        (CommandName.CANARY, {"input": 1}, "name"),
        (CommandName.DRILL, {}, "input"),
        (CommandName.DRILL, {"input": 9}, "input"),
        (CommandName.DRILL, {"input": True}, "input"),
        (CommandName.DRILL, {"input": []}, "input"),
        (CommandName.DRILL, {"input": {}}, "input"),
        (CommandName.DRILL, {"input": 1, "loud": 1}, "loud"),
        (CommandName.RESTART, {"when": "now"}, "when"),
    ],
)
def test_a_command_that_cannot_be_meant(
    box: EngineBox, name: CommandName, args: dict[str, Any], field: str
) -> None:
    status(box)
    found = ask(box, name, **args)
    assert isinstance(found, Refusal)
    assert (found.reason, set(found.errors)) == (RefusalReason.BAD_VALUE, {field})
    assert commanded(box) == []


def test_nothing_is_said_to_who_is_away(box: EngineBox) -> None:
    away = Refusal(None, RefusalReason.AWAY)
    assert ask(box, CommandName.PROBE) == away
    status(box)
    box.link.connected = False
    assert ask(box, CommandName.PROBE) == away
    box.link.connected = True
    status(box, "offline")
    assert ask(box, CommandName.PROBE) == away
    assert states(box) == []


def test_a_gateway_has_no_light_and_makes_no_drill(box: EngineBox) -> None:
    for name in (CommandName.IDENTIFY, CommandName.DRILL):
        found = ask(box, name, "g1")
        assert isinstance(found, Refusal)
        assert found.reason is RefusalReason.BAD_VALUE
    told = Telemetry(run="aaaa", boot="bbbb", up_s=1, sw="1")
    box.deliver(publication(channels.TELEMETRY, STORE, "g", "g1", told))
    assert ask(box, CommandName.PROBE, "g1") == Refusal(None, RefusalReason.AWAY)
