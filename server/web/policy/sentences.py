"""What a policy and its steps do, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from server.rules.facts import Policy, PolicyUse, Span, Step, Store
from server.web.frame.words import Words
from server.web.roster.lists import zone_name
from server.web.roster.view import role

ROLES = ("staff", "shift_lead", "manager", "security")


def use(word: PolicyUse, t: Words) -> str:
    return {
        PolicyUse.CALL: t.gettext("Ordinary calls"),
        PolicyUse.CLOSED: t.gettext("Outside the opening hours"),
        PolicyUse.QUIET: t.gettext("Quiet calls for security"),
    }[word]


def where(policy: Policy, store: Store, t: Words) -> str:
    return zone_name(store, policy.zone_id) or t.gettext("Whole store")


def step(one: Step, number: int, store: Store, t: Words) -> str:
    """One sentence: when, whom, how many, how it feels. `number`: 1 is the first."""
    parts = [f"{_when(one, number, t)}: {whom(one, store, t)}"]
    if one.most is not None and one.target != "group":
        parts.append(
            t.ngettext(
                "at most %(n)s person, the best match first",
                "at most %(n)s people, the best match first",
                one.most,
            )
        )
    if one.alert is not None:
        parts.append(t.gettext("alert pattern %(number)s", number=one.alert))
    return ", ".join(parts) + "."


def whom(one: Step, store: Store, t: Words) -> str:
    if one.target == "zone":
        return t.gettext("whoever works in the zone of the button, or else in the zone above, or anywhere")
    if one.target == "role":
        return t.gettext("everybody here with this role: %(role)s", role=role(one.role or "", t))
    if one.target == "carrier":
        person = store.carriers.get(one.carrier_id or 0)
        name = person.name or person.initials if person else t.gettext("somebody who has left")
        return t.gettext("%(name)s, if here", name=name)
    if one.target == "group":
        pager = next((pager for pager in store.pagers if pager.id == one.pager_id), None)
        label = pager.label if pager else t.gettext("a pager that is gone")
        return t.gettext("the group pager %(name)s", name=label)
    return t.gettext("everybody who is here")


def _when(one: Step, number: int, t: Words) -> str:
    if one.after_s == 0:
        return t.gettext("At once") if number == 1 else t.gettext("At once after that")
    if number == 1:
        return t.ngettext("%(n)s second after the press", "%(n)s seconds after the press", one.after_s)
    return t.ngettext(
        "%(n)s second later, if nobody answers", "%(n)s seconds later, if nobody answers", one.after_s
    )


def hours(spans: Sequence[Span], days: Sequence[str], t: Words) -> str:
    """Mon, Tue 09:00–18:00; the days of the same hours together."""
    if not spans:
        return t.gettext("at any time")
    grouped: dict[tuple[str, str], list[int]] = {}
    for one in sorted(spans, key=lambda one: (one.weekday, one.starts)):
        grouped.setdefault((one.starts.strftime("%H:%M"), one.ends.strftime("%H:%M")), []).append(one.weekday)
    return "; ".join(
        f"{', '.join(days[day] for day in which)} {first}\u2013{last}"
        for (first, last), which in grouped.items()
    )


def after_the_steps(policy: Policy, t: Words) -> str:
    """What comes when all steps are done and nobody has answered."""
    if policy.repeats == 0:
        return t.gettext("After the last step nobody is called again; after an hour the call is closed.")
    return t.ngettext(
        "Then everybody called so far is called again %(n)s time, every %(every)s seconds.",
        "Then everybody called so far is called again %(n)s times, every %(every)s seconds.",
        policy.repeats,
        every=t.number(policy.repeat_s),
    )
