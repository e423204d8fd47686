"""Faults of the machine out of its readings: what is not known is not wrong, and a dip of power is told once."""

from __future__ import annotations

import pytest

from broker_config.messages import FaultKind
from firmware_bridge.health import LINGERS_S, MachineFaults, Readings, faults_of


@pytest.mark.parametrize(
    ("readings", "kinds"),
    [
        (Readings(), []),
        (Readings(undervolt=False, throttled=False, disk_ro=False), []),
        (Readings(undervolt=True), [FaultKind.UNDERVOLT]),
        (Readings(throttled=True), [FaultKind.THROTTLED]),
        (Readings(undervolt=True, disk_ro=True), [FaultKind.UNDERVOLT, FaultKind.DISK_READ_ONLY]),
    ],
)
def test_what_is_wrong_now(readings: Readings, kinds: list[FaultKind]) -> None:
    assert faults_of(readings) == kinds


def test_a_fault_says_since_when() -> None:
    faults = MachineFaults()
    assert faults.of(Readings(disk_ro=False), 10.0) == []
    assert [one.for_s for one in faults.of(Readings(disk_ro=True), 20.0)] == [0]
    assert [(one.kind, one.for_s) for one in faults.of(Readings(disk_ro=True), 65.0)] == [
        ("disk_read_only", 45)
    ]


def test_dips_of_power_are_one_fault_until_they_are_over() -> None:
    faults, wrong = MachineFaults(), []
    for now in range(0, 300, 10):
        wrong.append(bool(faults.of(Readings(undervolt=now % 40 == 0 and now < 100), float(now))))
    assert wrong == [now <= 80 + LINGERS_S for now in range(0, 300, 10)]
