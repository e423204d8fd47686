"""Settings over the air: refused whole with every reason, or on the disk, in force and answered."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from broker_config import codec
from broker_config.channels import SETTINGS, SETTINGS_ANSWER
from broker_config.messages import LightState, ReceiptResult, Settings, SettingsAnswer
from broker_config.messages.device import NightSettings
from firmware_bridge.debounce import Rules
from firmware_bridge.in_force import InForce, refusal
from firmware_bridge.kept import SETTINGS_FILE, KeptFiles
from firmware_bridge.light import LIGHT_SETS, Shown
from firmware_bridge.ports import KeptInMemory, Plan
from firmware_bridge.settings import check, merged
from tests.unit.firmware_bridge.desk import DEVICE, KEY, STORE, Desk

NIGHT = {"starts": "22:00", "ends": "06:30", "volume": 1}
OWN = Plan({1: Rules(), 2: Rules(lockout_s=1.0), 3: Rules()}, 90, keys={3: 2}, volume=6)


def made(rev: int = 7, **values: Any) -> Settings:
    return codec.decode(Settings, json.dumps({"v": 1, "rev": rev, **values}).encode(), 2_048)


def key(number: int, button: int) -> dict[str, Any]:
    return {"n": number, "role": "key", "for": button}


# -- rules


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, []),
        ({"volume": None, "inputs": None, "night": None}, []),
        ({"inputs": []}, []),
        ({"inputs": [{"n": 2, "hold_ms": 50}]}, []),
        ({"inputs": [key(1, 2)]}, []),
        ({"inputs": [{"n": 3}, key(2, 3)]}, []),
        ({"night": NIGHT, "timezone": "Europe/Tallinn"}, []),
        ({"inputs": [{"n": 1}, {"n": 2}, {"n": 4}]}, ["inputs.2.n"]),
        ({"inputs": [{"n": 1}, {"n": 1}]}, ["inputs.1.n"]),
        ({"inputs": [key(1, 5)]}, ["inputs.0.for"]),
        ({"inputs": [{"n": 2}, key(1, 3)]}, ["inputs.1.for"]),
        ({"inputs": [key(1, 1)]}, ["inputs.0.for"]),
        ({"inputs": [key(4, 1)]}, ["inputs.0.n"]),
        ({"inputs": [key(2, 1)]}, ["inputs"]),
        ({"inputs": [key(1, 2), key(2, 1)]}, ["inputs", "inputs.0.for", "inputs.1.for"]),
        ({"night": NIGHT}, ["timezone"]),
        ({"night": {**NIGHT, "ends": "22:00"}, "timezone": "UTC"}, ["night.ends"]),
        ({"timezone": "Mars/Olympus"}, ["timezone"]),
        ({"lights": "disco"}, ["lights"]),
        ({"telemetry_s": 1}, ["telemetry_s"]),
        ({"resend_s": [2, 1]}, ["resend_s"]),
        ({"resend_s": [1, 301]}, ["resend_s"]),
        ({"lights": "disco", "volume": 3, "inputs": [{"n": 9}]}, ["inputs.0.n", "lights"]),
    ],
)
def test_what_does_not_fit_this_unit_is_said_by_field(values: dict[str, Any], wrong: list[str]) -> None:
    errors = check(OWN, made(**values))
    assert sorted(errors) == wrong
    answer = InForce(OWN, KeptInMemory()).take(made(**values)).answer
    assert (answer.ok, sorted(answer.errors)) == (not wrong, wrong)


def test_what_is_missing_is_as_the_units_own_file_has_it() -> None:
    assert merged(OWN, made()) == OWN
    assert merged(OWN, made(volume=0)).volume == 0
    plan = merged(OWN, made(inputs=[{"n": 1, "hold_ms": 50, "lockout_ms": 0}], resend_s=[3, 9], ttl_s=30))
    assert plan.inputs == {1: Rules(hold_s=0.05, lockout_s=0.0), 2: Rules(lockout_s=1.0), 3: Rules()}
    assert (plan.keys, plan.resend_s, plan.ttl_s, plan.volume) == ({3: 2}, (3, 9), 30, 6)
    assert merged(OWN, made(inputs=[{"n": 3}])).keys == {}
    assert merged(OWN, made(inputs=[key(1, 2)])).keys == {3: 2, 1: 2}


# -- the owner


def test_a_bad_revision_changes_nothing() -> None:
    kept = KeptInMemory()
    force = InForce(OWN, kept)
    force.take(made(1, volume=2))
    taken = force.take(made(2, volume=3, lights="disco"))
    assert (taken.plan, taken.answer.rev, taken.answer.ok) == (None, 2, False)
    assert (force.rev, force.plan.volume, kept.settings()) == (1, 2, made(1, volume=2))


def test_the_same_again_is_answered_and_nothing_is_done() -> None:
    class Counting(KeptInMemory):
        writes = 0

        def keep_settings(self, settings: Settings) -> None:
            self.writes += 1
            super().keep_settings(settings)

    kept = Counting()
    force = InForce(OWN, kept)
    assert force.take(made(4, volume=2)).plan is not None
    again = force.take(made(4, volume=2))
    assert (again.plan, again.answer) == (None, SettingsAnswer(rev=4, ok=True))
    assert kept.writes == 1


@pytest.mark.parametrize("rev", [4, 3, 0])
def test_a_server_that_counts_anew_is_obeyed_and_it_is_said(
    rev: int, caplog: pytest.LogCaptureFixture
) -> None:
    force = InForce(OWN, KeptInMemory())
    force.take(made(4, volume=2))
    assert "counts anew" not in caplog.text
    taken = force.take(made(rev, volume=3))
    assert taken.answer == SettingsAnswer(rev=rev, ok=True)
    assert (force.rev, force.plan.volume) == (rev, 3)
    assert "counts anew" in caplog.text


def test_a_later_revision_without_a_field_goes_back_to_the_units_own_file() -> None:
    force = InForce(OWN, KeptInMemory())
    force.take(made(1, volume=2, lights="slow"))
    force.take(made(2, lights="slow"))
    assert (force.plan.volume, force.plan.lights) == (6, "slow")


class FullDisk(KeptInMemory):
    full = True

    def keep_settings(self, settings: Settings) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().keep_settings(settings)


def test_what_the_disk_does_not_take_holds_and_is_said_and_is_tried_again() -> None:
    kept = FullDisk()
    force = InForce(OWN, kept)
    taken = force.take(made(5, volume=0))
    assert taken.plan is not None and taken.plan.volume == 0
    assert (taken.answer.ok, list(taken.answer.errors)) == (False, ["rev"])
    assert "No space left on device" in taken.answer.errors["rev"]
    assert force.keep_again() is None
    assert force.take(made(5, volume=0)).answer.ok is False
    kept.full = False
    assert force.keep_again() == SettingsAnswer(rev=5, ok=True)
    assert force.keep_again() is None
    assert kept.settings() == made(5, volume=0)


def test_settings_that_no_longer_fit_the_own_file_wait_on_the_disk(caplog: pytest.LogCaptureFixture) -> None:
    kept = KeptInMemory()
    InForce(OWN, kept).take(made(5, volume=1, inputs=[{"n": 2, "hold_ms": 80}]))
    smaller = Plan({1: Rules()}, volume=4)
    force = InForce(smaller, kept)
    assert (force.rev, force.plan) == (0, smaller)
    assert "inputs.0.n" in caplog.text
    assert InForce(OWN, kept).plan.volume == 1


@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        ('{"v":1,"rev":9,"volume":11,"inputs":[{"n":1},{"n":2,"hold_ms":1,"lockout_ms":-1}]}', None),
        ('{"v":1,"rev":9,"inputs":[{"n":1,"role":"key"}],"night":{"starts":"9"}}', None),
        ('{"v":1,"rev":-1,"volume":11}', []),
        ('{"v":1,"volume":11}', []),
        ('{"v":2,"rev":1,"volume":11}', []),
        ('{"v":1,"rev":1}', []),
        ("[1]", []),
        ("{", []),
    ],
)
def test_settings_that_the_contract_does_not_allow_are_answered_by_field(
    payload: str, fields: list[str] | None
) -> None:
    answer = refusal(payload.encode())
    if fields == []:
        assert answer is None
        return
    assert answer is not None
    assert (answer.rev, answer.ok) == (9, False)
    expected = (
        {"volume", "inputs.1.hold_ms", "inputs.1.lockout_ms"}
        if "volume" in payload
        else {"inputs.0", "night.starts", "night.ends", "night.volume"}
    )
    assert set(answer.errors) == expected


def test_an_answer_always_fits_on_its_channel() -> None:
    bad = [{"n": 99, "hold_ms": 0, "lockout_ms": -1, "role": "lever", "for": 77} for _ in range(16)]
    answer = refusal(json.dumps({"v": 1, "rev": 2**53, "inputs": bad, "lights": 5}).encode())
    assert answer is not None
    assert codec.publication(SETTINGS_ANSWER, STORE, "b", DEVICE, answer)


# -- in the unit


def tell(desk: Desk, rev: int = 7, **values: Any) -> dict[str, Any]:
    desk.deliver(SETTINGS, made(rev, **values), retain=True)
    return desk.sent("cfg/state")[-1]


def test_the_time_to_live_holds_for_presses_from_now_on() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    tell(desk, ttl_s=15)
    desk.press()
    first, second = dict.fromkeys(desk.ids())
    desk.advance(40)
    assert {body["ttl_s"] for body in desk.sent() if body["id"] == str(first)} == {120}
    assert {body["ttl_s"] for body in desk.sent() if body["id"] == str(second)} == {15}


def test_resend_and_telemetry_keep_the_new_time() -> None:
    desk = Desk()
    desk.connect()
    tell(desk, resend_s=[7], telemetry_s=5)
    desk.press()
    desk.advance(21)
    assert len(desk.sent()) == 4
    assert len(desk.sent("telemetry")) >= 2
    assert desk.sent("telemetry")[-1]["cfg_rev"] == 7


def test_volume_reaches_the_buzzer_and_a_volume_of_nothing_keeps_the_light() -> None:
    desk = Desk()
    desk.connect()
    tell(desk, volume=3)
    desk.press()
    assert (desk.shown(), desk.patterns[1].volume) == (Shown.SENDING, 3)
    assert any(on for _, on in desk.patterns[1].sound.steps)
    tell(desk, 8, volume=0)
    assert desk.shown() is Shown.SENDING
    assert not any(on for _, on in desk.patterns[1].sound.steps)
    tell(desk, 9)
    assert desk.patterns[1].volume == 10


def test_the_night_is_quieter_from_its_own_moment_on() -> None:
    desk = Desk()  # noon, UTC
    desk.connect()
    tell(desk, volume=8, night={"starts": "12:01", "ends": "12:02", "volume": 1}, timezone="UTC")
    volumes = []
    for _ in range(5):
        volumes.append(desk.patterns[1].volume)
        desk.advance(30)
    assert volumes == [8, 8, 1, 1, 8]


def test_another_set_of_lights_shows_the_same_state_at_once() -> None:
    desk = Desk()
    desk.connect()
    desk.light(LightState.CALLED, 1)
    since = desk.patterns[1].since
    desk.advance(3)
    tell(desk, lights="slow")
    assert desk.patterns[1].light == LIGHT_SETS["slow"][Shown.CALLED]
    assert (desk.shown(), desk.patterns[1].since) == (Shown.CALLED, since)


def test_a_button_that_becomes_a_key_is_dark_and_arrives_and_can_come_back() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    tell(desk, inputs=[key(1, 2)])
    assert desk.shown(1) is Shown.IDLE
    desk.receipt(desk.ids()[0])
    assert desk.shown(1) is Shown.IDLE
    desk.press(1)
    assert (desk.sent()[-1]["kind"], desk.sent()[-1]["input"]) == ("arrive", 2)
    tell(desk, 8)
    desk.advance(5)
    desk.press(1)
    assert (desk.sent()[-1]["kind"], desk.sent()[-1]["input"]) == ("press", 1)
    assert desk.shown(1) is Shown.SENDING


def test_other_roles_mean_nothing_by_a_contact_that_is_held_already() -> None:
    desk = Desk()
    desk.connect()
    desk.edge(True, 1)
    desk.edge(True, KEY)
    desk.advance(0.2)
    pushed = dict.fromkeys(desk.ids())
    tell(desk, inputs=[{"n": KEY, "hold_ms": 200}, key(1, 2), {"n": 2, "lockout_ms": 0}])
    desk.advance(0.5)
    desk.edge(False, 1)
    desk.edge(False, KEY)
    desk.advance(5)
    assert dict.fromkeys(desk.ids()) == pushed
    assert len(pushed) == 1
    desk.press(KEY)
    assert {body["input"] for body in desk.sent() if body["id"] not in map(str, pushed)} == {KEY}


def test_settings_lose_no_press_that_waits() -> None:
    desk = Desk()
    desk.connect()
    desk.press()
    tell(desk, inputs=[key(1, 2)], ttl_s=5)
    desk.advance(10)
    assert desk.bridge.waiting == 1
    desk.receipt(desk.ids()[0], ReceiptResult.STORED)
    desk.advance(1)
    assert desk.bridge.waiting == 0


def test_settings_of_another_unit_are_not_taken() -> None:
    desk = Desk()
    desk.connect()
    desk.deliver(SETTINGS, made(volume=1), device="b8", retain=True)
    assert desk.sent("cfg/state") == []
    assert desk.patterns[1].volume == 10


def test_settings_with_impossible_figures_are_refused_with_the_field() -> None:
    desk = Desk()
    desk.connect()
    topic = f"rb/1/{STORE}/b/{DEVICE}/cfg"
    desk.deliver_raw(topic, b'{"v":1,"rev":3,"volume":1,"inputs":[{"n":1,"hold_ms":2}]}', retain=True)
    (answer,) = desk.sent("cfg/state")
    assert (answer["rev"], answer["ok"], list(answer["errors"])) == (3, False, ["inputs.0.hold_ms"])
    assert desk.patterns[1].volume == 10
    desk.deliver_raw(topic, b"", retain=True)
    assert len(desk.sent("cfg/state")) == 1
    assert len(desk.link.settled) == 2


# -- whatever comes: own file plus the last good one

GOOD_PARTS = st.fixed_dictionaries(
    {},
    optional={
        "ttl_s": st.integers(1, 86_400),
        "volume": st.none() | st.integers(0, 10),
        "lights": st.sampled_from(sorted(LIGHT_SETS)),
        "telemetry_s": st.integers(5, 600),
        "resend_s": st.lists(st.integers(1, 300), min_size=1, max_size=10).map(sorted),
        "timezone": st.sampled_from(["Europe/Tallinn", "UTC"]),
        "inputs": st.sampled_from(
            [[], [{"n": 1, "hold_ms": 90}], [key(2, 1), {"n": KEY}], [{"n": 3, "lockout_ms": 0}], [key(1, 2)]]
        ),
    },
)
BAD_PARTS = st.sampled_from(
    [
        {"lights": "disco"},
        {"timezone": "Mars/Olympus"},
        {"inputs": [{"n": 16}]},
        {"inputs": [key(1, 1)]},
        {"inputs": [key(1, 2), key(2, 1)]},
        {"resend_s": [9, 1]},
        {"telemetry_s": 4},
        {"night": {**NIGHT, "ends": "22:00"}, "timezone": "UTC"},
    ]
)
STEPS = st.lists(
    st.tuples(st.just("good"), st.integers(0, 5), GOOD_PARTS)
    | st.tuples(st.just("bad"), st.integers(0, 5), BAD_PARTS)
    | st.tuples(st.sampled_from(["restart", "repeat", "full", "room"]), st.just(0), st.just({})),
    max_size=12,
)


class Shop(KeptFiles):
    """A data folder whose disk can be full."""

    full = False

    def keep_settings(self, settings: Settings) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().keep_settings(settings)


@given(STEPS)
@effort(max_examples=120, deadline=None)
def test_a_unit_is_always_its_own_file_and_the_last_good_settings(
    steps: list[tuple[str, int, dict[str, Any]]],
) -> None:
    with tempfile.TemporaryDirectory(prefix="settings") as folder:
        kept = Shop(Path(folder))
        force = InForce(OWN, kept)
        in_force: Settings | None = None
        on_disk: Settings | None = None
        for what, rev, values in steps:
            match what:
                case "good":
                    in_force = made(rev, **values)
                    answer = force.take(in_force).answer
                    on_disk = on_disk if kept.full else in_force
                    assert answer.ok is (on_disk == in_force)
                case "bad":
                    answer = force.take(made(rev, **values)).answer
                    assert not answer.ok and answer.errors
                case "repeat" if in_force is not None:
                    force.take(in_force)
                    on_disk = on_disk if kept.full else in_force
                case "restart":
                    force = InForce(OWN, kept)
                    in_force = on_disk
                case "full" | "room":
                    kept.full = what == "full"
            assert force.plan == (OWN if in_force is None else merged(OWN, in_force))
            assert force.rev == (0 if in_force is None else in_force.rev)
        path = Path(folder) / SETTINGS_FILE
        assert not path.exists() or codec.decode(Settings, path.read_bytes(), 2_048) == on_disk


@given(STEPS)
@effort(max_examples=60, deadline=None)
def test_what_a_unit_does_is_what_its_settings_say_whatever_came_before(
    steps: list[tuple[str, int, dict[str, Any]]],
) -> None:
    kept = FullDisk()
    kept.full = False
    desk = Desk(kept=kept)
    own, in_force, on_disk = (
        Plan(dict.fromkeys([1, 2, KEY], Rules(lockout_s=0.3)), keys={KEY: 2}),
        made(0),
        made(0),
    )
    desk.connect()
    plan = own
    for what, rev, values in steps:
        match what:
            case "good":
                in_force = made(rev, **values)
                on_disk = on_disk if kept.full else in_force
                tell(desk, rev, **values)
            case "bad":
                assert tell(desk, rev, **values)["ok"] is False
            case "restart":
                in_force, now = on_disk, desk.now + 30
                desk = Desk(desk.spool, now=now, kept=kept)
                desk.connect()
            case "full" | "room":
                kept.full = what == "full"
        plan = merged(own, in_force)
        for number in (1, 2, KEY):
            pattern = desk.patterns.get(number)
            if number in plan.buttons:
                assert pattern is not None and pattern.volume == plan.volume
                assert pattern.light == LIGHT_SETS[plan.lights][pattern.shown]
            else:
                assert pattern is None or pattern.shown is Shown.IDLE
    kept.full = False
    desk.advance(700)  # the longest telemetry of these is every 600 s
    assert kept.settings() in (in_force, None)
    button = plan.buttons[0]
    before = len(desk.sent())
    desk.press(button)
    assert {(body["input"], body["kind"], body["ttl_s"]) for body in desk.sent()[before:]} >= {
        (button, "press", plan.ttl_s)
    }


def test_the_night_of_the_own_file_takes_the_servers_time_zone() -> None:
    night = NightSettings(starts="22:00", ends="06:00", volume=0)
    own = Plan({1: Rules()}, night=night, timezone="UTC")
    assert merged(own, made(timezone="Europe/Tallinn")).night == night
