"""The air-time ceiling in a whole gateway: warned of, kept to, slid out of, remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker_config.messages import Abilities, PageState, TransmitterAbilities
from pager_gateway.airtime import AirLimits
from pager_gateway.meter import SAVE_S
from pager_gateway.sender import AirReport
from tests.unit.pager_gateway.rig import Rig

TRANSMITTED, EXPIRED, HELD = PageState.TRANSMITTED, PageState.EXPIRED, PageState.HELD


def limited(folder: Path, ceiling: int, *, transmitters: int = 1) -> Rig:
    limits = {"tx-1": AirLimits(ceiling_s_per_h=ceiling)}
    return Rig(folder, transmitters, {"supervise_s": 0}, limits=limits).start()


def said(rig: Rig, name: str = "tx-1") -> TransmitterAbilities:
    return next(one for one in rig.abilities().transmitters if one.id == name)


def air(rig: Rig, seconds: float, name: str = "tx-1") -> None:
    """The driver knows how long its carrier is up."""
    rig.gateway.put(AirReport(name, seconds, rig.clock.boot()))
    rig.clock.advance(0.1)


def test_pages_of_a_driver_that_says_nothing_are_reckoned(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    for number in range(10):
        rig.order(f"P {number}")
        rig.clock.advance(1)
    rig.clock.advance(61)
    assert said(rig).air_s == pytest.approx(10 * 1.387, abs=1)
    assert (said(rig).ceiling_s_per_h, said(rig).state, said(rig).cause) == (100, "ready", None)


def test_a_driver_that_says_it_is_believed_and_its_pages_are_not_reckoned(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    air(rig, 30.0)
    for number in range(5):
        rig.order(f"P {number}")
        rig.clock.advance(1)
    rig.clock.advance(61)
    assert said(rig).air_s == 30


def test_refused_and_expired_pages_cost_no_air(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    rig.terminals["tx-1"].faults.refuse = [511] * 5
    for _ in range(5):
        rig.order()
        rig.clock.advance(1)
    rig.clock.advance(61)
    assert said(rig).air_s == 0


def test_near_the_ceiling_it_says_so_while_it_still_works(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rig = limited(tmp_path, 100)
    air(rig, 79.0)
    assert said(rig).cause is None
    air(rig, 2.0)
    assert said(rig).state == "ready"
    assert said(rig).cause == "air time: 81 of 100 s in the last hour"
    for _ in range(5):
        air(rig, 0.1)
    assert len([one for one in caplog.records if "air time" in one.message]) == 1
    page = rig.order()
    rig.clock.advance(1)
    assert rig.states(page) == [TRANSMITTED]
    rig.clock.advance(3_700)
    assert (said(rig).cause, said(rig).air_s) == (None, 0)


def test_without_air_a_page_waits_until_the_hour_has_slid(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    air(rig, 99.5)
    began = rig.clock.boot()
    page = rig.order("LATER", exp_s=7_200)
    rig.clock.advance(60)
    assert rig.states(page) == [HELD]
    assert (said(rig).state, said(rig).cause) == (
        "busy",
        "air time: 100 of 100 s in the last hour, pages have to wait",
    )
    rig.clock.advance(3_700)
    assert rig.states(page)[-1] is TRANSMITTED
    assert 3_600 <= rig.air.pager("1234001").history[0].at - began - 99.5 <= 3_620
    assert (said(rig).state, said(rig).cause) == ("ready", None)


def test_without_air_a_page_expires_and_says_why(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    air(rig, 99.5)
    page = rig.order("NEVER", exp_s=30)
    rig.clock.advance(40)
    result = rig.results(page)[-1]
    assert result.state is EXPIRED
    assert result.error is not None
    assert (result.error.code, result.error.text) == (
        "ceiling",
        "tx-1: its air time of 100 s an hour is used up",
    )
    assert rig.texts() == []
    assert said(rig).state == "busy", "the next page would wait, too"
    rig.clock.advance(3_700)
    assert said(rig).state == "ready"


def test_without_air_pages_go_to_the_standby_and_come_back(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100, transmitters=2)
    air(rig, 99.5)
    away = rig.order(routes=("tx-1", "tx-2"))
    rig.clock.advance(2)
    assert rig.results(away)[-1].transmitter == "tx-2"
    rig.clock.advance(3_800)
    back = rig.order(routes=("tx-1", "tx-2"))
    rig.clock.advance(2)
    assert rig.results(back)[-1].transmitter == "tx-1"


def test_the_ceiling_is_never_passed(tmp_path: Path) -> None:
    rig = limited(tmp_path, 20)
    pages = [rig.order(f"P {number}", exp_s=7_000) for number in range(40)]
    for _ in range(150):
        rig.clock.advance(50)
        assert rig.gateway.core is not None
        assert rig.gateway.core._lanes["tx-1"].air.used(rig.clock.boot()) <= 20
    sent = [page for page in pages if rig.states(page)[-1] is TRANSMITTED]
    assert 2 * 14 - 2 <= len(sent) <= 2 * 14
    assert {rig.states(page)[-1] for page in pages} == {TRANSMITTED, EXPIRED}


def test_an_urgent_page_is_the_first_to_get_air(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    air(rig, 99.5)
    low, urgent = rig.order("LOW", priority=3, exp_s=7_000), rig.order("URGENT", priority=1, exp_s=7_000)
    rig.clock.advance(3_800)
    assert rig.texts() == ["URGENT", "LOW"]
    assert rig.states(low)[-1] is rig.states(urgent)[-1] is TRANSMITTED


def test_a_restart_remembers_and_so_does_a_reboot(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    air(rig, 90.0)
    rig.clock.advance(SAVE_S)
    for boot in ("b001", "b002", "b003"):
        rig.gateway.kill()
        rig.gateway.boot = boot
        rig.clock.advance(300)
        rig.gateway.start()
        rig.clock.advance(3)
        assert (said(rig).air_s, said(rig).cause) == (90, "air time: 90 of 100 s in the last hour")
    rig.clock.advance(3_600 - 900 + 90 + 40)
    assert said(rig).air_s == 0


def test_a_damaged_note_is_forgotten_aloud(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for note in ("{", "[]", '{"boot": 1}', '{"at": 1, "boot": "b001", "wall": 1, "spans": {"tx-1": [3]}}'):
        rig = limited(tmp_path / str(len(note)), 100)
        assert rig.gateway.core is not None
        rig.gateway.core._ledger.note("air", note)
        rig.gateway.restart()
        rig.clock.advance(2)
        page = rig.order()
        rig.clock.advance(2)
        assert rig.states(page) == [TRANSMITTED]
    assert len([one for one in caplog.records if "cannot be read" in one.message]) == 4


def test_the_figure_goes_out_by_the_minute_or_by_a_step(tmp_path: Path) -> None:
    rig = limited(tmp_path, 100)
    rig.clock.advance(120)
    air(rig, 1.0)
    before = len([one for one in rig.heard if isinstance(one, Abilities)])
    for _ in range(3):
        air(rig, 1.0)
    assert len([one for one in rig.heard if isinstance(one, Abilities)]) == before
    air(rig, 3.0)
    assert said(rig).air_s == 7
    assert len([one for one in rig.heard if isinstance(one, Abilities)]) == before + 1
    air(rig, 1.0)
    assert said(rig).air_s == 7
    rig.clock.advance(61)
    assert said(rig).air_s == 8


def test_without_a_ceiling_air_is_counted_all_the_same(tmp_path: Path) -> None:
    rig = Rig(tmp_path).start()
    air(rig, 3_000.0)
    rig.clock.advance(61)
    assert (said(rig).air_s, said(rig).ceiling_s_per_h, said(rig).cause, said(rig).state) == (
        3_000,
        None,
        None,
        "ready",
    )
