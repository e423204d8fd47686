"""A claim as its screen shows it, from "nobody has asked yet" to "it is connected"; and the list of identities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from server.db import identities
from server.db.claims import facts
from server.db.tables import Claim, Device
from server.rules.claims import State, state_at
from server.web.devices.words import kind as kind_words
from server.web.enrol.codes import drawn
from server.web.frame.words import Words, minutes
from server.web.readiness.words import moment

AGAIN_S = 2
ENDS_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ClaimNow:
    url: str
    back: str
    title: str
    mood: str
    """`plain`, `warn`, `good` or `bad`."""
    answer: str
    under: str
    left: str
    """How long somebody may still ask; empty: no matter any more."""
    figures: str
    can_confirm: bool
    confirm: str
    can_refuse: bool
    join: str
    """Empty: nobody needs it any more, or it is not known after a restart."""
    drawn: Markup
    again_url: str
    """Where it can be opened anew."""
    device_url: str
    again_s: int
    """0: nothing more will change."""
    tick: int


def claim_now(
    row: Claim, device: Device | None, join: str | None, now: datetime, t: Words, *, url: str
) -> ClaimNow:
    """`url`: of the store."""
    state = state_at(facts(row), now)
    there = state is State.GRANTED and is_there(row, device)
    asks, waits = state is State.ASKED, state in (State.OPEN, State.ASKED)
    pressed = row.pressed_at is not None
    mood, answer, under = _words(row, state, there, t)
    shown = join if state is State.OPEN and join else ""
    over = state in (State.EXPIRED, State.REFUSED) or (state is State.OPEN and join is None)
    again = f"{url}/enrol/new?kind={row.kind}" + (f"&device={row.device}" if row.replaces else "")
    return ClaimNow(
        url=f"{url}/enrol/{row.id}",
        back=f"{url}/enrol",
        title=row.name or row.device,
        mood=mood,
        answer=answer,
        under=under,
        left=minutes((row.expires_at - now).total_seconds()) if waits else "",
        figures=f"{row.figures[:3]} {row.figures[3:]}" if asks and row.kind == "g" else "",
        can_confirm=asks and (pressed if row.kind == "b" else True),
        confirm=t.gettext("Yes, this one: let it in")
        if row.kind == "b"
        else t.gettext("The same: let it in"),
        can_refuse=waits,
        join=shown,
        drawn=Markup(drawn(shown)) if shown else Markup(),  # noqa: S704  drawn by ourselves
        again_url=again if over else "",
        device_url=f"{url}/devices/{row.device}" if state is State.GRANTED else "",
        again_s=0 if there or over else AGAIN_S,
        tick=int(now.timestamp() * 1000),
    )


def is_there(row: Claim, device: Device | None) -> bool:
    """Whether the new one has come, and not only the one before it."""
    if device is None or device.state != "online" or row.granted_at is None:
        return False
    return any(at is not None and at >= row.granted_at for at in (device.changed_at, device.heard_at))


def _words(row: Claim, state: State, there: bool, t: Words) -> tuple[str, str, str]:
    if state is State.OPEN:
        return (
            "plain",
            t.gettext("Nobody has asked yet"),
            t.gettext("Give the device the words below: scanned, on its memory card, or typed."),
        )
    if state is State.ASKED and row.kind == "g":
        return "warn", t.gettext("A gateway asks: does it show these figures?"), _from(row, t)
    if state is State.ASKED and row.pressed_at is None:
        return "warn", t.gettext("A button unit asks: press its button now"), _from(row, t)
    if state is State.ASKED:
        return (
            "warn",
            t.gettext(
                "Its button %(number)s was pressed at %(time)s",
                number=row.pressed_input,
                time=t.clock_s(row.pressed_at or row.made_at),
            ),
            t.gettext("Was that you, at the device in your hand? If not, refuse it: somebody else asks."),
        )
    if state is State.CONFIRMED:
        return (
            "warn",
            t.gettext("Letting it in"),
            t.gettext(
                "Its certificate is made and the broker is told. This takes some seconds, and longer while the "
                "broker is down."
            ),
        )
    if state is State.GRANTED and there:
        return "good", t.gettext("It is connected"), t.gettext("Everything is done.")
    if state is State.GRANTED:
        return "warn", t.gettext("It may come in"), t.gettext("It fetches its certificate and connects now.")
    if state is State.REFUSED:
        return (
            "bad",
            t.gettext("Refused"),
            t.gettext("What asked was told so. Its code opens nothing any more."),
        )
    return "bad", t.gettext("Too late"), t.gettext("The quarter of an hour is over: open it anew.")


def _from(row: Claim, t: Words) -> str:
    return t.gettext(
        "It asks from %(address)s, with software %(version)s.", address=row.address, version=row.sw
    )


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    title: str
    kind: str
    mood: str
    state: str
    notes: tuple[str, ...]
    revoke_url: str = ""
    replace_url: str = ""
    enrol_url: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    title: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Screen:
    url: str
    devices_url: str
    rows: tuple[Row, ...]
    past: tuple[Row, ...]
    running: tuple[Running, ...]
    opens: bool
    """Whether this server lets anybody in."""
    again_s: int
    tick: int


def screen(
    lines: Sequence[identities.Line],
    without: Iterable[Device],
    running: Iterable[Claim],
    now: datetime,
    t: Words,
    *,
    url: str,
    opens: bool,
) -> Screen:
    """`without`: devices of the store that may not come in."""
    newest: dict[str, identities.Line] = {}
    for line in lines:
        if line.state == identities.ACTIVE:
            newest.setdefault(line.device, line)
    rows = [_inside(line, now, t, url, opens) for line in sorted(newest.values(), key=lambda one: one.device)]
    outside = [_outside(one, t, url, opens) for one in without]
    past = [_past(line, now, t) for line in lines if line.state != identities.ACTIVE]
    busy = any(line.state == identities.REVOKED and not line.told for line in lines)
    return Screen(
        url=f"{url}/enrol",
        devices_url=f"{url}/devices",
        rows=(*outside, *rows),
        past=tuple(past[:50]),
        running=tuple(_running(one, now, t, url) for one in running),
        opens=opens,
        again_s=AGAIN_S if busy else 0,
        tick=int(now.timestamp() * 1000),
    )


def _inside(line: identities.Line, now: datetime, t: Words, url: str, opens: bool) -> Row:
    soon = line.not_after is not None and line.not_after < now + ENDS_SOON
    if line.not_after is None:
        state = t.gettext("May come in, by password")
    elif line.not_after <= now:
        state = t.gettext("Its certificate ran out on %(date)s", date=t.day(line.not_after))
    else:
        state = t.gettext("May come in until %(date)s", date=t.day(line.not_after))
    by = (
        t.gettext("Let in by %(name)s, %(time)s", name=line.made_by, time=moment(line.made_at, now, t))
        if line.made_by
        else t.gettext("Made %(time)s", time=moment(line.made_at, now, t))
    )
    mine = opens and line.role != "server"
    kind = line.kind or next((k for k, role in identities.ROLE_OF.items() if role == line.role), "")
    return Row(
        key=f"in-{line.device}",
        title=line.name,
        kind=f"{kind_words(kind, t)} \u00b7 {line.device}",
        mood="bad" if line.not_after is not None and line.not_after <= now else "warn" if soon else "good",
        state=state,
        notes=(by,),
        revoke_url=f"{url}/enrol/of/{line.device}/revoke" if mine else "",
        replace_url=f"{url}/enrol/new?kind={kind}&device={line.device}" if mine else "",
    )


def _outside(device: Device, t: Words, url: str, opens: bool) -> Row:
    return Row(
        key=f"out-{device.device}",
        title=device.name or device.device,
        kind=f"{kind_words(device.kind, t)} \u00b7 {device.device}",
        mood="bad",
        state=t.gettext("No identity: it cannot connect"),
        notes=(),
        enrol_url=f"{url}/enrol/new?kind={device.kind}&device={device.device}" if opens else "",
    )


def _past(line: identities.Line, now: datetime, t: Words) -> Row:
    time = moment(line.ended_at, now, t) if line.ended_at is not None else "?"
    if line.state == identities.REPLACED:
        state, notes = t.gettext("Renewed %(time)s: the one before it ended", time=time), []
    else:
        state = (
            t.gettext("Revoked by %(name)s, %(time)s", name=line.ended_by, time=time)
            if line.ended_by
            else t.gettext("Revoked %(time)s", time=time)
        )
        done = t.gettext(
            "It was thrown out, what the broker kept of it is gone, and its key opens nothing any more."
        )
        waits = t.gettext("Not done yet: the broker does not answer. It is tried again every few seconds.")
        notes = [done if line.told else waits]
    told = line.told or line.state == identities.REPLACED
    return Row(
        key=f"past-{line.id}",
        title=line.name,
        kind=line.device,
        mood="plain" if told else "warn",
        state=state,
        notes=tuple(notes),
    )


def _running(row: Claim, now: datetime, t: Words, url: str) -> Running:
    state = state_at(facts(row), now)
    note = {
        State.OPEN: t.gettext("Nobody has asked yet"),
        State.ASKED: t.gettext("It asks, and waits for you"),
    }.get(state, t.gettext("Letting it in"))
    if state in (State.OPEN, State.ASKED):
        note = t.gettext(
            "%(what)s, %(time)s left", what=note, time=minutes((row.expires_at - now).total_seconds())
        )
    return Running(row.name or row.device, f"{url}/enrol/{row.id}", note)
