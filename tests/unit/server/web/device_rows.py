"""Devices of the shop of rows with a day behind them: samples, faults, presses, commands, settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import Session, select

from server.db.tables import (
    Button,
    Device,
    DeviceCommand,
    DeviceSample,
    DeviceSettings,
    Fault,
    PressRow,
)
from tests.unit.server.web.factory import NOW, Shop

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def device(shop: Shop, name: str = "hall", **columns: Any) -> None:
    """What the engine would have written in its row."""
    with shop.db.transaction() as session:
        row = session.exec(select(Device).where(Device.device == name)).one()
        for column, value in columns.items():
            setattr(row, column, value)


def fault(
    shop: Shop, kind: str, minutes: float, *, of: str = "hall", ended: float | None = None, **more: Any
) -> None:
    """Since so many minutes; `ended`: minutes ago."""
    since = NOW - minutes * MINUTE
    ended_at = None if ended is None else NOW - ended * MINUTE
    values = {"store_id": shop.store, "device": of, "kind": kind, "since": since, "told_at": since}
    with shop.db.transaction() as session:
        session.add(Fault(**{**values, "ended_at": ended_at, **more}))


def sample(shop: Shop, of: str, minutes: float, **figures: Any) -> None:
    with shop.db.transaction() as session:
        at = NOW - minutes * MINUTE
        session.add(DeviceSample(store_id=shop.store, device=of, at=at, online=True, **figures))


def command(shop: Shop, name: str, seconds: float, state: str = "done", **more: Any) -> None:
    asked = NOW - timedelta(seconds=seconds)
    values: dict[str, Any] = {
        "id": uuid4(),
        "store_id": shop.store,
        "device": "hall",
        "name": name,
        "asked_at": asked,
        "state": state,
        "answered_at": asked + timedelta(seconds=0.2) if state in ("done", "refused") else None,
        "account_id": shop.accounts.get("marina"),
    }
    with shop.db.transaction() as session:
        session.add(DeviceCommand(**{**values, **more}))


def wanted(shop: Shop, rev: int, values: Mapping[str, Any], *, of: str = "hall", **more: Any) -> None:
    """Settings that somebody wants; the answer as `answer_rev`, `answer_ok`, `answer_errors`."""
    columns: dict[str, Any] = {
        "rev": rev,
        "wanted": dict(values),
        "account_id": shop.accounts.get("marina"),
        "set_at": NOW - 5 * MINUTE,
        "answered_at": NOW - 5 * MINUTE if "answer_rev" in more else None,
    }
    with shop.db.transaction() as session:
        session.add(DeviceSettings(store_id=shop.store, device=of, **{**columns, **more}))


def telemetry(**more: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "v": 1,
        "run": "0a2b4c",
        "boot": "0b77aa",
        "up_s": 90_000,
        "spool": 0,
        "rssi_dbm": -61,
        "temp_c": 54.2,
        "undervolt": False,
        "throttled": False,
        "disk_free_mb": 5_212,
        "memory_mb": 38,
        "clock": "synced",
        "reconnects": 2,
        "seq": 311,
        "sw": "1.4.0",
        "inputs": [
            {"input": n, "pushes": 40 + 7 * n, "refused": {"short": 3 * n, "lockout": n}, "bounce_ms": 4 + n}
            for n in range(1, 9)
        ],
    }
    return said | more


def ailing(shop: Shop) -> Shop:
    """The hall unit has a bad day and hangs on; the gateway is well; another unit is away; one was never seen."""
    stuck = telemetry(spool=3, oldest_ms=95_000, throttled=True)
    stuck["inputs"][1]["held_ms"] = 14 * 60_000
    device(
        shop,
        state="online",
        telemetry=stuck,
        telemetry_at=NOW - timedelta(seconds=12),
        changed_at=NOW - 4 * HOUR,
        heard_at=NOW - timedelta(seconds=12),
        pressed_at=NOW - 3 * MINUTE,
        sw="1.4.0",
    )
    device(
        shop,
        "gw",
        telemetry=telemetry(inputs=[], temp_c=None, rssi_dbm=None, undervolt=None),
        telemetry_at=NOW - timedelta(seconds=30),
        changed_at=NOW - 50 * HOUR,
        sw="1.4.0",
    )
    device(shop, "srv", changed_at=NOW - 50 * HOUR, sw="1.4.0")
    with shop.db.transaction() as session:
        _more_units(shop, session)
        _samples(shop, session)
        _presses(shop, session)
    fault(shop, "stuck", 14, input=2, count=1, text="closed for 840 s")
    fault(shop, "throttled", 33, text="slowed down by heat or low voltage")
    fault(shop, "gap", 205, count=2, text="118 to 119")
    fault(shop, "dead", 260, ended=240)
    fault(shop, "silent", 700, ended=680)
    fault(shop, "chatter", 480, ended=470, input=5, count=64, text="64 edges without a push")
    fault(shop, "flood", 150, ended=148, input=1, count=31, text="31 pushes in the lock-out")
    fault(shop, "dead", 12, of="cellar")
    command(shop, "identify", 40)
    command(shop, "probe", 300, "no_answer")
    command(shop, "drill", 3_600, args={"input": 3}, text="1 press")
    command(shop, "drill", 7_200, "refused", args={"input": 2}, text="input '2' is no button here")
    command(shop, "restart", 5, "asked")
    wanted(
        shop,
        4,
        {
            "volume": 6,
            "lights": "slow",
            "inputs": [
                {"n": 1, "role": "button", "hold_ms": 40, "lockout_ms": 2500},
                {"n": 8, "role": "key", "for": 1, "hold_ms": 30, "lockout_ms": 3000},
            ],
        },
        answer_rev=4,
        answer_ok=False,
        answer_errors={
            "inputs.1.for": "input 8 is a key for 1, which is no button of this unit",
            "volume": "this unit has no buzzer",
        },
    )
    return shop


def _more_units(shop: Shop, session: Session) -> None:
    session.add(
        Device(
            store_id=shop.store,
            device="cellar",
            kind="b",
            name="Cellar",
            state="offline",
            changed_at=NOW - 12 * MINUTE,
            sw="1.3.2",
            pressed_at=NOW - 30 * HOUR,
        )
    )
    session.add(Device(store_id=shop.store, device="exit", kind="b", name="Exit", state="unknown"))
    session.add(
        Device(
            store_id=shop.store,
            device="wine",
            kind="b",
            name="Wine and spirits",
            state="online",
            changed_at=NOW - 3 * HOUR,
            pressed_at=NOW - 26 * MINUTE,
            sw="1.4.0",
            telemetry=telemetry(),
            telemetry_at=NOW - timedelta(seconds=20),
        )
    )
    session.add(Button(store_id=shop.store, device="wine", input=1, zone_id=shop.zones[3], label="Button 20"))


def _samples(shop: Shop, session: Session) -> None:
    for number in range(288):
        ago = (288 - number) * 5
        if 1_000 <= ago < 1_045:
            continue  # the server was off
        away = 240 < ago <= 260 or 680 < ago <= 700
        session.add(
            DeviceSample(
                store_id=shop.store,
                device="hall",
                at=NOW - ago * MINUTE,
                online=not away,
                spool=(260 - ago // 2) // 40 if 200 < ago <= 240 else 3 if ago < 10 else 0,
                rssi_dbm=round(-60 - 9 * math.sin(number / 23) - (number * 7) % 4),
                temp_c=round(52 + 12 * math.sin((number - 60) / 46) + (number * 5) % 3, 1),
                undervolt=False,
                throttled=ago < 33,
                disk_free_mb=5_212,
                memory_mb=36 + number // 120,
                clock="synced",
                presses=0,
            )
        )


def _presses(shop: Shop, session: Session) -> None:
    seq = 1_000
    for hour in range(1, 24):
        for place in range(8):
            for again in range((hour * 5 + place * 3) % 7 if 2 <= hour <= 14 else 0):
                seq += 1
                at = NOW - hour * HOUR + (again * 7 + place) * MINUTE
                session.add(
                    PressRow(
                        id=uuid4(),
                        store_id=shop.store,
                        device="hall",
                        input=place + 1,
                        run="r2",
                        boot="b2",
                        seq=seq,
                        kind="press",
                        purpose="drill" if seq % 17 == 0 else "call",
                        state="stored",
                        pressed_at=at,
                        received_at=at,
                        age_ms=30,
                        age_known=True,
                        tries=1,
                    )
                )
