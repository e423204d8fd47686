"""The facts of one incident: when, who, how it ended by the staff's word, and what the customer's own press says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel.numbers import format_currency

from server.db.incidents import Whole
from server.rules.incidents import Outcome, State
from server.web.frame import names
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    mood: str = ""


def facts(whole: Whole, t: Words) -> tuple[Fact, ...]:
    incident = whole.listed.incident
    found = [
        Fact(t.gettext("Pressed"), f"{t.day_short(incident.opened_at)} {t.clock_s(incident.opened_at)}"),
        Fact(t.gettext("Button"), whole.listed.button or f"{incident.device}/{incident.input}"),
        Fact(t.gettext("Presses"), t.number(incident.presses)),
        Fact(
            t.gettext("Exit clock"),
            t.gettext("ran out at %(time)s", time=t.clock_s(incident.exit_at))
            if incident.sorry_at
            else t.gettext("until %(time)s", time=t.clock_s(incident.exit_at)),
            "bad" if incident.sorry_at else "",
        ),
    ]
    if incident.again:
        found.append(Fact(t.gettext("Again"), t.gettext("soon after the last call here was closed")))
    if incident.damped:
        found.append(
            Fact(t.gettext("Damped"), t.gettext("pressed in fun too often: fewer people are called"))
        )
    if incident.passed_ids:
        who = [person.name for person in whole.people if person.id in incident.passed_ids]
        found.append(Fact(t.gettext("Passed on by"), ", ".join(who)))
    if incident.acknowledged_at:
        found.append(
            Fact(t.gettext("Going"), _by(whole, t, incident.acknowledged_by_id, incident.acknowledged_at))
        )
    if incident.attended_at:
        how = t.gettext("by key at the button") if incident.attended_how == "key" else ""
        said = _by(whole, t, incident.attended_by_id, incident.attended_at, how)
        found.append(Fact(t.gettext("With the customer"), said))
    return tuple(found)


def ending(whole: Whole, t: Words) -> tuple[Fact, ...]:
    """The staff's word and the customer's are never one line. Empty while it is open and nobody confirmed it."""
    incident = whole.listed.incident
    found = []
    if incident.state == State.CLOSED:
        by_customer = incident.outcome == Outcome.RECOVERED_BY_CUSTOMER
        mood = names.mood(State.CLOSED, incident.outcome)
        if not by_customer:
            word = names.outcome(incident.outcome, t)
            found.append(Fact(t.gettext("By the staff's word"), word, mood))
        found.append(Fact(t.gettext("Closed"), _by(whole, t, incident.closed_by_id, incident.closed_at)))
    if incident.confirmed_at is not None:
        said = t.gettext("put right, by a green press at %(time)s", time=t.clock_s(incident.confirmed_at))
        found.append(Fact(t.gettext("The customer's own word"), said, "good"))
    elif incident.state == State.CLOSED:
        found.append(Fact(t.gettext("The customer's own word"), t.gettext("nothing said")))
    cause = whole.listed.cause
    if cause is not None:
        found.append(Fact(t.gettext("Cause"), names.cause(cause.code, cause.name, t)))
    if incident.apology is not None:
        yes = t.gettext("Yes") if incident.apology else t.gettext("No")
        found.append(Fact(t.gettext("Apology made"), yes))
    if incident.remedy is not None:
        found.append(Fact(t.gettext("Remedy given"), names.remedy(incident.remedy, t)))
    if incident.cost_cents is not None:
        found.append(Fact(t.gettext("Its cost"), euros(incident.cost_cents, t)))
    return tuple(found)


def euros(cents: int, t: Words) -> str:
    return format_currency(Decimal(cents) / 100, "EUR", locale=t.locale)


def _by(whole: Whole, t: Words, account: int | None, moment: datetime | None, how: str = "") -> str:
    parts = [whole.names.get(account or 0, ""), how, t.clock_s(moment) if moment else ""]
    return " \u00b7 ".join(part for part in parts if part)
