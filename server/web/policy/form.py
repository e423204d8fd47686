"""A policy as it is typed: read into facts with every error at its field, written back, steps moved about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

from server.rules.facts import Policy, PolicyUse, Span, Step, Store
from server.web.policy.sentences import ROLES
from server.web.roster.fields import Fields, Typed

MOST_STEPS = 20
MOST_HOURS = 14
LIMITS: Mapping[str, tuple[int, int]] = {
    "ttl_s": (10, 3600),
    "exit_s": (10, 1800),
    "attend_s": (10, 3600),
    "patience_s": (4, 600),
    "repeat_s": (5, 600),
    "repeats": (0, 50),
    "priority": (1, 3),
}
WAIT = (0, 3600)
MOST_PEOPLE = (1, 50)
ALERTS = (1, 4)


@dataclass(frozen=True, slots=True)
class RawStep:
    after: str = "20"
    whom: str = "everybody"
    most: str = ""
    alert: str = ""


@dataclass(frozen=True, slots=True)
class RawHours:
    days: tuple[str, ...] = ()
    starts: str = "09:00"
    ends: str = "18:00"


@dataclass(frozen=True, slots=True)
class Raw:
    """The whole form, every value as it was typed."""

    values: Mapping[str, str]
    """`name`, `zone`, `use`, `tell_others` and the names of LIMITS."""
    steps: tuple[RawStep, ...]
    hours: tuple[RawHours, ...]


def raw_of_policy(policy: Policy) -> Raw:
    values = {name: str(getattr(policy, name)) for name in LIMITS}
    values |= {
        "name": policy.name,
        "zone": str(policy.zone_id or ""),
        "use": policy.use.value,
        "tell_others": "yes" if policy.tell_others else "",
    }
    grouped: dict[tuple[time, time], list[str]] = {}
    for span in policy.hours:
        grouped.setdefault((span.starts, span.ends), []).append(str(span.weekday))
    return Raw(
        values,
        tuple(
            RawStep(str(one.after_s), whom_of(one), str(one.most or ""), str(one.alert or ""))
            for one in policy.steps
        ),
        tuple(
            RawHours(tuple(days), first.strftime("%H:%M"), last.strftime("%H:%M"))
            for (first, last), days in grouped.items()
        ),
    )


def raw_of_form(typed: Typed) -> Raw:
    def one(name: str) -> str:
        return typed.get(name, ("",))[-1].strip()

    names = (*LIMITS, "name", "zone", "use", "tell_others")
    steps = [
        RawStep(*(one(f"step-{number}-{part}") for part in ("after", "whom", "most", "alert")))
        for number in range(MOST_STEPS)
        if f"step-{number}-whom" in typed
    ]
    hours = [
        RawHours(
            typed.get(f"hours-{number}-days", ()), one(f"hours-{number}-starts"), one(f"hours-{number}-ends")
        )
        for number in range(MOST_HOURS)
        if f"hours-{number}-starts" in typed
    ]
    return Raw({name: one(name) for name in names}, tuple(steps), tuple(hours))


def act(raw: Raw, what: str) -> Raw | None:
    """The form after one of its buttons: `add-step`, `up-2`, `down-2`, `remove-2`, `add-hours`, `remove-hours-0`
    (numbers from 0). None: this button changes nothing of it."""
    if what == "add-step":
        return replace(raw, steps=(*raw.steps, RawStep())[:MOST_STEPS])
    if what == "add-hours":
        return replace(raw, hours=(*raw.hours, RawHours())[:MOST_HOURS])
    verb, _, number = what.rpartition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 3:
        return None
    at, steps = int(number), list(raw.steps)
    if verb == "remove-hours":
        return replace(raw, hours=tuple(one for place, one in enumerate(raw.hours) if place != at))
    if at >= len(steps):
        return raw if verb in ("up", "down", "remove") else None
    one = steps.pop(at)
    if verb == "up":
        steps.insert(max(0, at - 1), one)
    elif verb == "down":
        steps.insert(at + 1, one)
    elif verb != "remove":
        return None
    return replace(raw, steps=tuple(steps))


def read(raw: Raw, key: int | None, store: Store, fields: Fields) -> Policy:
    """What was typed, as far as it can be read; errors are in `fields`."""
    t = fields.t
    flat = {name: (value,) for name, value in raw.values.items()}
    for number, one in enumerate(raw.steps):
        parts = (("after", one.after), ("whom", one.whom), ("most", one.most), ("alert", one.alert))
        flat |= {f"step-{number}-{part}": (value,) for part, value in parts}
    for number, hours in enumerate(raw.hours):
        flat |= {f"hours-{number}-starts": (hours.starts,), f"hours-{number}-ends": (hours.ends,)}
    fields.typed = flat
    steps = tuple(_step(number, one, store, fields) for number, one in enumerate(raw.steps))
    if not steps:
        fields.wrong("steps", t.gettext("A policy needs at least one step."))
    word = raw.values.get("use", "")
    if word not in {one.value for one in PolicyUse}:
        fields.wrong("use", t.gettext("Please choose from the list."))
    numbers = {name: fields.number(name, *limits) for name, limits in LIMITS.items()}
    return Policy(
        id=key,
        name=fields.text("name", 60),
        zone_id=fields.key("zone", store.zones, needed=False),
        use=PolicyUse(word) if "use" not in fields.errors else PolicyUse.CALL,
        tell_others=bool(raw.values.get("tell_others")),
        steps=steps,
        hours=tuple(span for number, one in enumerate(raw.hours) for span in _spans(number, one, fields)),
        **numbers,
    )


def whom_of(step: Step) -> str:
    """`zone`, `everybody`, `role-shift_lead`, `carrier-5` or `group-9`: one choice in the form."""
    detail = {"role": step.role, "carrier": step.carrier_id, "group": step.pager_id}.get(step.target)
    return step.target if detail is None else f"{step.target}-{detail}"


def known_whoms(store: Store) -> dict[str, Step]:
    """Every choice of whom a step calls, as a step that says nothing else."""
    found = [Step(0, 0, "zone"), Step(0, 0, "everybody"), *(Step(0, 0, "role", word) for word in ROLES)]
    found += [Step(0, 0, "carrier", carrier_id=one) for one in store.carriers]
    found += [Step(0, 0, "group", pager_id=one.id) for one in store.pagers if one.carrier_id is None]
    return {whom_of(one): one for one in found}


def _step(number: int, one: RawStep, store: Store, fields: Fields) -> Step:
    known = known_whoms(store).get(one.whom)
    if known is None:
        fields.wrong(f"step-{number}-whom", fields.t.gettext("Please choose from the list."))
        known = Step(0, 0, "everybody")
    return replace(
        known,
        position=number + 1,
        after_s=fields.number(f"step-{number}-after", *WAIT),
        most=fields.maybe_number(f"step-{number}-most", *MOST_PEOPLE),
        alert=fields.maybe_number(f"step-{number}-alert", *ALERTS),
    )


def _spans(number: int, one: RawHours, fields: Fields) -> list[Span]:
    days = sorted({int(day) for day in one.days if day in set("0123456")})
    if not days:
        fields.wrong(f"hours-{number}-days", fields.t.gettext("Please choose at least one day."))
    first, last = fields.clock(f"hours-{number}-starts"), fields.clock(f"hours-{number}-ends")
    return [Span(day, first, last) for day in days]
