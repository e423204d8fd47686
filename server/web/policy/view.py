"""Policies in words: the list of them, and the form of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.rules.facts import Policy, PolicyUse, Store
from server.rules.policies import BUILT_IN, BUILT_IN_QUIET
from server.web.frame.words import Words
from server.web.policy import sentences
from server.web.policy.asked import Asked
from server.web.policy.form import Raw, RawStep, read
from server.web.policy.sentences import ROLES
from server.web.policy.timeline import Forecast
from server.web.roster.fields import Fields
from server.web.roster.lists import Option, options, people, weekdays, zones
from server.web.roster.view import role


@dataclass(frozen=True, slots=True)
class Shown:
    key: int | None
    """None: built in."""
    name: str
    where: str
    use: str
    hours: str
    steps: tuple[str, ...]
    after: str
    beaten: str
    """Name of the policy that always comes first; then this one never holds."""


@dataclass(frozen=True, slots=True)
class Policies:
    url: str
    policies: tuple[Shown, ...]
    closed: str
    """What a press does outside the opening hours, when nobody has written a policy for them."""
    off: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class StepFields:
    number: int
    raw: RawStep
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    alerts: tuple[Option, ...]
    sentence: str
    """Empty while something in it cannot be read."""


@dataclass(frozen=True, slots=True)
class HoursFields:
    days: tuple[Option, ...]
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Number:
    name: str
    label: str
    note: str
    value: str


@dataclass(frozen=True, slots=True)
class Form:
    url: str
    key: int | None
    title: str
    name: str
    zones: tuple[Option, ...]
    uses: tuple[Option, ...]
    priorities: tuple[Option, ...]
    tell_others: bool
    steps: tuple[StepFields, ...]
    hours: tuple[HoursFields, ...]
    numbers: tuple[Number, ...]
    after: str
    errors: dict[str, str]
    asked: Asked
    forecast: Forecast | None
    seen: str = ""
    """What the form was made of: nothing is saved over what somebody else changed since."""


def policies_view(store: Store, off: tuple[tuple[int, str], ...], t: Words, *, url: str) -> Policies:
    listed = sorted(
        store.policies.values(),
        key=lambda one: (one.use is not PolicyUse.CALL, one.use, one.zone_id is not None, one.name, one.id),
    )
    everywhere = {one.use for one in listed if one.zone_id is None and not one.hours}
    listed += [one for one in (BUILT_IN, BUILT_IN_QUIET) if one.use not in everywhere]
    closed = ""
    if store.opening and PolicyUse.CLOSED not in everywhere:
        closed = t.gettext(
            "Outside the opening hours a press is recorded and calls nobody, unless a policy says so."
        )
    return Policies(url, tuple(_shown(one, store, t) for one in listed), closed, off)


def _shown(one: Policy, store: Store, t: Words) -> Shown:
    days = [day.label for day in weekdays(t, ())]
    twin = next(
        (
            other.name
            for other in store.policies.values()
            if one.id is not None
            and (other.id or 0) < one.id
            and (other.zone_id, other.use, bool(other.hours)) == (one.zone_id, one.use, bool(one.hours))
            and not one.hours
        ),
        "",
    )
    return Shown(
        key=one.id,
        name=one.name or t.gettext("Built in"),
        where=sentences.where(one, store, t) if one.id is not None else t.gettext("Wherever no other holds"),
        use=sentences.use(one.use, t),
        hours=sentences.hours(one.hours, days, t),
        steps=tuple(sentences.step(step, at, store, t) for at, step in enumerate(one.steps, start=1)),
        after=sentences.after_the_steps(one, t),
        beaten=twin,
    )


def form_view(
    raw: Raw,
    key: int | None,
    store: Store,
    errors: dict[str, str],
    asked: Asked,
    found: Forecast | None,
    t: Words,
    *,
    url: str,
    seen: str = "",
) -> Form:
    """`errors` are those to be shown; sentences stand beside what can be read all the same."""
    checked = Fields({}, t)
    policy = read(raw, key, store, checked)
    return Form(
        url=url,
        key=key,
        title=raw.values["name"] or t.gettext("New policy"),
        name=raw.values["name"],
        zones=zones(store, raw.values["zone"], empty=t.gettext("Whole store")),
        uses=options([(one.value, sentences.use(one, t)) for one in PolicyUse], raw.values["use"]),
        priorities=options(_priorities(t), raw.values["priority"]),
        tell_others=bool(raw.values["tell_others"]),
        steps=tuple(
            StepFields(
                number=at,
                raw=one,
                groups=_groups(store, one.whom, t),
                alerts=_alerts(one.alert, t),
                sentence=""
                if any(name.startswith(f"step-{at}-") for name in checked.errors)
                else sentences.step(policy.steps[at], at + 1, store, t),
            )
            for at, one in enumerate(raw.steps)
        ),
        hours=tuple(HoursFields(weekdays(t, one.days), one.starts, one.ends) for one in raw.hours),
        numbers=_numbers(raw, t),
        after="" if {"repeats", "repeat_s"} & checked.errors.keys() else sentences.after_the_steps(policy, t),
        errors=errors,
        asked=asked,
        forecast=found,
        seen=seen,
    )


def _priorities(t: Words) -> Sequence[tuple[str, str]]:
    return [("1", t.gettext("1, urgent")), ("2", t.gettext("2, ordinary")), ("3", t.gettext("3, can wait"))]


def _numbers(raw: Raw, t: Words) -> tuple[Number, ...]:
    named = (
        ("repeat_s", t.gettext("Seconds between repeats"), t.gettext("after the last step")),
        ("repeats", t.gettext("Repeats"), t.gettext("0: none")),
        ("exit_s", t.gettext("Exit clock, seconds"), t.gettext("then the customer is expected to leave")),
        ("attend_s", t.gettext("Arrive within, seconds"), t.gettext("else everybody is called again")),
        ("ttl_s", t.gettext("Time to live, seconds"), t.gettext("an older press calls nobody")),
        (
            "patience_s",
            t.gettext("Patience with a gateway, seconds"),
            t.gettext("then another one takes the page over"),
        ),
    )
    return tuple(Number(name, label, note, raw.values[name]) for name, label, note in named)


def _alerts(chosen: str, t: Words) -> tuple[Option, ...]:
    return options([("", t.gettext("its own")), *((str(one), str(one)) for one in range(1, 5))], chosen)


def _groups(store: Store, chosen: str, t: Words) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    pagers = [(f"group-{one.id}", one.label) for one in store.pagers if one.carrier_id is None]
    groups = (
        ("", [("zone", t.gettext("People of the zone")), ("everybody", t.gettext("Everybody here"))]),
        (t.gettext("Role"), [(f"role-{word}", role(word, t)) for word in ROLES]),
        (t.gettext("One person"), [(f"carrier-{one.value}", one.label) for one in people(store, t, "")]),
        (t.gettext("Group pager"), pagers),
    )
    known = {value for _, found in groups for value, _ in found}
    lost = (("", (Option(chosen, "?", True),)),) if chosen not in known else ()
    return (*lost, *((label, options(found, chosen)) for label, found in groups if found))
