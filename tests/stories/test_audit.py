"""What people ask of the engine stands in the audit log, in the transaction that does it; a press never does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import event
from sqlmodel import select

from broker_config.messages import CommandName
from server.db import audit
from server.db.tables import AuditEntry, Pager
from server.requests import (
    AboutStore,
    ChangeSettings,
    CommandDevice,
    Looked,
    Refusal,
    RunCanaries,
    SendCode,
    SetDuty,
    ShopChanged,
)
from server.rules.audit import Action, Actor, Kind
from server.rules.facts import DutyKind
from server.rules.watch_codes import CodeReason
from tests.shop import Shop
from tests.small_shop import ADDRESS, ANNA, BORIS, STORE

AT_DESK = Actor(Kind.ACCOUNT, ANNA, "Anna at the desk", "10.0.0.5")


def entries(shop: Shop) -> list[AuditEntry]:
    with shop.db.reading() as session:
        assert audit.check(session, STORE).faults == ()
        return list(session.exec(select(AuditEntry).where(AuditEntry.store_id == STORE)))


def ask(shop: Shop, request: Any) -> AuditEntry:
    before = len(entries(shop))
    assert not isinstance(shop.server.ask(request), Refusal)
    (new,) = entries(shop)[before:]
    return new


def test_every_request_about_a_store_is_noted_once(shop: Shop) -> None:
    shop.clock.advance(75)
    until = shop.clock.now() + timedelta(hours=1)
    duty = ask(shop, SetDuty(STORE, ANNA, ANNA, DutyKind.BREAK, until, by=AT_DESK))
    assert (duty.action, duty.who_name, duty.address) == (Action.DUTY, "Anna at the desk", "10.0.0.5")
    assert duty.changes["kind"] == [None, "break"]
    settings = ask(shop, ChangeSettings(STORE, ANNA, "b1", 0, {"volume": 1, "telemetry_s": 20}))
    assert (settings.action, settings.target_id) == (Action.DEVICE_SETTINGS, "b1")
    assert settings.changes == {"volume": [None, 1], "telemetry_s": [None, 20]}
    assert settings.who_id == ANNA
    assert settings.who_name  # looked up: the request named the account alone
    again = ask(shop, ChangeSettings(STORE, ANNA, "b1", 1, {"volume": 2, "telemetry_s": 20}))
    assert again.changes == {"volume": [1, 2]}
    command = ask(shop, CommandDevice(STORE, ANNA, "b1", CommandName.IDENTIFY, {}))
    assert (command.action, command.changes) == (Action.DEVICE_COMMAND, {"command": [None, "identify"]})
    assert ask(shop, RunCanaries(STORE, ANNA, "b1")).action == Action.TRIED
    assert ask(shop, RunCanaries(STORE, None)).who_kind == Kind.SYSTEM
    shop.edit(Pager, BORIS, format="code")
    sent = ask(shop, SendCode(STORE, ANNA, BORIS, "b1", 1, CodeReason.CALL))
    assert (sent.action, sent.changes["command"]) == (Action.DEVICE_COMMAND, [None, "watch_code"])
    tested = {SetDuty, ChangeSettings, CommandDevice, RunCanaries, SendCode}
    assert set(AboutStore.__args__) - tested == {ShopChanged}  # noted by the screen that changed the rows


def test_what_is_refused_changes_nothing_and_is_not_noted(shop: Shop) -> None:
    shop.clock.advance(75)
    assert isinstance(shop.server.ask(ChangeSettings(STORE, ANNA, "b1", 7, {"volume": 1})), Refusal)
    assert isinstance(shop.server.ask(RunCanaries(STORE, 99)), Refusal)
    assert entries(shop) == []


def call(shop: Shop) -> None:
    """From the press to the end."""
    shop.button().press()
    shop.clock.advance(2)
    for answer in (shop.acknowledge(ANNA), shop.arrive(ANNA), shop.close(ANNA)):
        assert not isinstance(answer, Refusal)
    shop.clock.advance(2)
    for address in ADDRESS.values():
        shop.pager(address).inbox.clear()


def test_a_look_at_a_quiet_call_is_noted_once_an_hour(shop: Shop) -> None:
    call(shop)
    incident = shop.incident().id
    assert ask(shop, Looked(incident, ANNA, AT_DESK)).action == Action.LOOKED_QUIET
    shop.server.ask(Looked(incident, ANNA, AT_DESK))
    assert len(entries(shop)) == 1
    shop.clock.advance(3_600)
    shop.server.ask(Looked(incident, ANNA, AT_DESK))
    assert len(entries(shop)) == 2


def test_a_press_and_the_answers_to_it_never_touch_the_log(shop: Shop) -> None:
    """They have the journal of their call: the way of a press costs not a statement more."""
    statements: list[str] = []

    def seen(*given: Any) -> None:
        statements.append(given[2])

    event.listen(shop.db.write_engine, "before_cursor_execute", seen)
    call(shop)
    assert not [one for one in statements if "audit" in one]
    assert entries(shop) == []
    shop.server.ask(SetDuty(STORE, ANNA, ANNA, None))
    assert [one for one in statements if "audit" in one]  # so it would have been seen
