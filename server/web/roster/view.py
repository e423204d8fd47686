"""Who is here in words: the floor at this moment, and what one may say about oneself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.rules.day_plan import Stretch
from server.rules.facts import Store
from server.rules.roster import Standing, Why
from server.rules.routing import pagers_of
from server.web.frame import names
from server.web.frame.words import Words
from server.web.roster.sayings import BACK, BREAKS, HERE, HERE_ALL_DAY, LEAVE

MOODS = {Why.BREAK: "warn", Why.AWAY: "plain", Why.NO_SHIFT: "plain"}


@dataclass(frozen=True, slots=True)
class Saying:
    value: str
    label: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    """One group of things to say: a label and its buttons."""

    label: str
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    carrier: int
    name: str
    role: str
    mood: str
    why: str
    until: str
    zones: str
    no_pager: bool
    says: tuple[Says, ...]
    """Empty: this visitor may not say anything about this person."""


@dataclass(frozen=True, slots=True)
class Now:
    clock: str
    me: Line | None
    here: tuple[Line, ...]
    off: tuple[Line, ...]
    """On a break or away."""
    rest: tuple[Line, ...]
    """Not on shift."""


def now_view(
    store: Store,
    standings: Sequence[Standing],
    plan: Mapping[int, Sequence[Stretch]],
    now: datetime,
    t: Words,
    *,
    me: int | None,
    plans: bool,
) -> Now:
    """`plan` of today: when somebody who is not here will come."""
    lines = {
        one.carrier_id: _line(
            store,
            one,
            plan.get(one.carrier_id, ()),
            now,
            t,
            own=one.carrier_id == me,
            may_say=plans or one.carrier_id == me,
        )
        for one in sorted(standings, key=lambda one: store.carriers[one.carrier_id].name.casefold())
    }
    by_id = {one.carrier_id: one for one in standings}
    return Now(
        clock=t.clock(now),
        me=lines.get(me) if me is not None else None,
        here=tuple(line for who, line in lines.items() if by_id[who].present),
        off=tuple(
            line
            for who, line in lines.items()
            if not by_id[who].present and by_id[who].why is not Why.NO_SHIFT
        ),
        rest=tuple(line for who, line in lines.items() if by_id[who].why is Why.NO_SHIFT),
    )


def role(word: str, t: Words) -> str:
    return {
        "staff": t.gettext("Staff"),
        "shift_lead": t.gettext("Shift lead"),
        "manager": t.gettext("Manager"),
        "security": t.gettext("Security"),
    }.get(word, word)


def moment(at: datetime, now: datetime, t: Words) -> str:
    """14:15, or with its day when that is another one."""
    if t.local(at).date() == t.local(now).date():
        return t.clock(at)
    return f"{t.day_short(at)} {t.clock(at)}"


def zones_words(zones: frozenset[int | None], store: Store, t: Words) -> str:
    named = sorted(zone.name for one, zone in store.zones.items() if one in zones)
    if None in zones or not named:
        named.append(t.gettext("anywhere"))
    return ", ".join(named)


def _line(
    store: Store,
    one: Standing,
    plan: Sequence[Stretch],
    now: datetime,
    t: Words,
    *,
    own: bool,
    may_say: bool,
) -> Line:
    carrier = store.carriers[one.carrier_id]
    return Line(
        key=f"p{carrier.id}",
        carrier=carrier.id,
        name=carrier.name or carrier.initials,
        role=role(carrier.role, t),
        mood="good" if one.present else MOODS.get(one.why, "plain"),
        why=names.why(one.why.value, t),
        until=_until(one, plan, now, t),
        zones=zones_words(one.zones, store, t) if one.present else "",
        no_pager=one.present and not pagers_of(store, carrier.id),
        says=_says(one, t, own=own) if may_say else (),
    )


def _until(one: Standing, plan: Sequence[Stretch], now: datetime, t: Words) -> str:
    if one.why is Why.NO_SHIFT:
        comes = min((part.starts for part in plan if part.present and part.starts > now), default=None)
        return t.gettext("comes at %(time)s", time=t.clock(comes)) if comes else ""
    assert one.since is not None
    assert one.until is not None
    if one.present and one.why is not Why.HERE:
        parts = {"first": moment(one.since, now, t), "last": moment(one.until, now, t)}
        return t.gettext("%(first)s to %(last)s", **parts)
    return t.gettext("until %(time)s", time=moment(one.until, now, t))


def _says(one: Standing, t: Words, *, own: bool) -> tuple[Says, ...]:
    """In the words of oneself, or of a manager about somebody else."""
    breaks = Says(
        t.gettext("I take a break") if own else t.gettext("Takes a break"),
        tuple(
            Saying(value, t.ngettext("%(n)s minute", "%(n)s minutes", int(length.total_seconds()) // 60))
            for value, length in BREAKS.items()
        ),
    )
    here = Says(
        t.gettext("I am here") if own else t.gettext("Is here"),
        (
            *(
                Saying(value, t.ngettext("%(n)s hour", "%(n)s hours", int(length.total_seconds()) // 3600))
                for value, length in HERE.items()
            ),
            Saying(HERE_ALL_DAY, t.gettext("the rest of the day")),
        ),
    )
    leave = Says("", (Saying(LEAVE, t.gettext("I am leaving") if own else t.gettext("Is leaving")),))
    if one.present:
        return breaks, here, leave
    if one.why is Why.NO_SHIFT:
        return (here,)
    back = Says("", (Saying(BACK, t.gettext("I am back") if own else t.gettext("Is back"), main=True),))
    return (back, breaks, leave) if one.why is Why.BREAK else (back, here)
