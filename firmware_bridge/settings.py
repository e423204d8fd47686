"""Pure: by which settings a unit can work, whether its own file says so or the server, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from broker_config.messages import Settings
from broker_config.messages.device import InputSettings
from firmware_bridge.debounce import Rules
from firmware_bridge.light import LIGHT_SETS
from firmware_bridge.night import find_zone
from firmware_bridge.ports import Plan

LONGEST_RESEND_S = 300
"""A press that the server never stored is tried again after so long at the latest."""
SHORTEST_TELEMETRY_S = 5

V = TypeVar("V")
Errors = dict[str, str]
"""What is wrong, by field."""


def rules_of(one: InputSettings) -> Rules:
    return Rules(hold_s=one.hold_ms / 1000, lockout_s=one.lockout_ms / 1000)


def keys_of(inputs: Sequence[InputSettings]) -> dict[int, int]:
    """Input of every staff key -> input of its button."""
    return {one.n: one.key_for for one in inputs if one.key_for is not None}


def check(own: Plan, settings: Settings) -> Errors:
    """What keeps this unit from working by them; empty: nothing. `own`: the unit's file, which names the pins."""
    listed = settings.inputs or []
    places, errors = placed(listed)
    for number, place in places.items():
        if number not in own.inputs:
            errors[f"{place}.n"] = f"this unit has no pin for input {number}"
    return wrong(merged(own, settings), places) | errors


def merged(own: Plan, settings: Settings) -> Plan:
    """What is missing or null stays as the unit's own file has it, and so does an input that is not listed."""
    listed = [one for one in settings.inputs or [] if one.n in own.inputs]
    rules = {one.n: rules_of(one) for one in listed}
    unlisted = {key: button for key, button in own.keys.items() if key not in rules}
    return replace(
        own,
        inputs={**own.inputs, **rules},
        keys=unlisted | keys_of(listed),
        ttl_s=_or(settings.ttl_s, own.ttl_s),
        resend_s=own.resend_s if settings.resend_s is None else tuple(settings.resend_s),
        telemetry_s=_or(settings.telemetry_s, own.telemetry_s),
        volume=_or(settings.volume, own.volume),
        night=_or(settings.night, own.night),
        timezone=_or(settings.timezone, own.timezone),
        lights=_or(settings.lights, own.lights),
    )


def placed(inputs: Sequence[InputSettings]) -> tuple[dict[int, str], Errors]:
    """Where each input number stands in the list, and what is there twice."""
    places: dict[int, str] = {}
    errors: Errors = {}
    for index, one in enumerate(inputs):
        if one.n in places:
            errors[f"inputs.{index}.n"] = f"input {one.n} is there twice"
        places.setdefault(one.n, f"inputs.{index}")
    return places, errors


def wrong(plan: Plan, places: Mapping[int, str]) -> Errors:
    """What no unit can work by, in its own file as over the air. `places`: where an input stands in the list."""
    errors: Errors = {}
    if not plan.buttons:
        errors["inputs"] = "no button is left, only keys"
    for key, button in plan.keys.items():
        if button not in plan.buttons:
            place = f"{places[key]}.for" if key in places else "inputs"
            errors[place] = f"input {key} is a key for {button}, which is no button of this unit"
    if plan.telemetry_s < SHORTEST_TELEMETRY_S:
        errors["telemetry_s"] = f"at least {SHORTEST_TELEMETRY_S}"
    if any(later < sooner for sooner, later in pairwise(plan.resend_s)):
        errors["resend_s"] = "each wait is at least as long as the one before it"
    elif max(plan.resend_s) > LONGEST_RESEND_S:
        errors["resend_s"] = f"no wait is longer than {LONGEST_RESEND_S} s"
    if plan.lights not in LIGHT_SETS:
        errors["lights"] = f"no such set of lights: {', '.join(LIGHT_SETS)}"
    if plan.timezone is not None and find_zone(plan.timezone) is None:
        errors["timezone"] = "this unit knows no such time zone"
    if plan.night is not None:
        if plan.timezone is None:
            errors["timezone"] = "a night needs one"
        if plan.night.starts == plan.night.ends:
            errors["night.ends"] = "a night ends at another time than it starts"
    return errors


def _or(value: V | None, own: V) -> V:
    return own if value is None else value
