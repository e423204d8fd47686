"""The last day of a device: when it was there, its figures, its presses by hour, what was wrong and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.db.devices import DAY, DeviceDay, InputLine, Sample
from server.db.faults import Fault
from server.rules.presence import Presence
from server.web.devices import faults as fault_words
from server.web.devices import words
from server.web.devices.charts import WIDTH, Chart, chart, ticks, x
from server.web.devices.presses import Presses, presses_view
from server.web.devices.strip import Span, spans
from server.web.frame.words import Words
from server.web.readiness.words import moment

AGAIN_S = 60
HOT_C = 80.0
WEAK_DBM = -80.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the day in one state."""

    mood: str
    word: str
    x: float
    width: float
    begin: str
    end: str
    lasted: str


@dataclass(frozen=True, slots=True)
class FaultRow:
    key: str
    mood: str
    name: str
    where: str
    figure: str
    said: str
    begin: str
    end: str
    lasted: str


@dataclass(frozen=True, slots=True)
class InputRow:
    title: str
    zone: str
    presses: str
    refused: str
    bounce: str
    held: str


@dataclass(frozen=True, slots=True)
class Day:
    strip: tuple[Stretch, ...]
    strip_sentence: str
    ticks: tuple[str, ...]
    charts: tuple[Chart, ...]
    untold: str
    """What it never tells; empty: it tells everything."""
    presses: Presses | None
    """None: it has no inputs."""
    faults: tuple[FaultRow, ...]
    inputs: tuple[InputRow, ...]
    url: str
    again_s: int
    tick: int


def day_view(found: DeviceDay, now: datetime, t: Words, *, url: str) -> Day:
    begin = now - DAY
    parts = spans(found.samples, found.faults, found.line, begin, now)
    charts = _charts(found, begin, now, t) if found.samples else ()
    untold = [one.title for one in charts if not one.paths]
    return Day(
        strip=tuple(_stretch(one, begin, now, t) for one in parts),
        strip_sentence=_strip_sentence(parts, t),
        ticks=ticks(begin, now, t),
        charts=tuple(one for one in charts if one.paths),
        untold=t.gettext("Not told by this device: %(what)s.", what=", ".join(untold)) if untold else "",
        presses=presses_view(found, begin, now, t) if found.inputs else None,
        faults=tuple(
            _fault(one, found.inputs, now, t) for one in sorted(found.faults, key=_begin, reverse=True)
        ),
        inputs=tuple(_inputs(found, now, t)),
        url=url,
        again_s=AGAIN_S,
        tick=int(now.timestamp() * 1000),
    )


def state_word(state: Presence, t: Words) -> str:
    return {
        Presence.ONLINE: t.gettext("here"),
        Presence.OFFLINE: t.gettext("no connection"),
        Presence.SILENT: t.gettext("silent"),
        Presence.UNKNOWN: t.gettext("not known"),
    }[state]


STATE_MOODS = {
    Presence.ONLINE: "good",
    Presence.OFFLINE: "bad",
    Presence.SILENT: "warn",
    Presence.UNKNOWN: "plain",
}


def _stretch(one: Span, begin: datetime, now: datetime, t: Words) -> Stretch:
    left = x(one.begin, begin, now)
    width = max(2.0, round(x(one.end, begin, now) - left, 1))
    return Stretch(
        mood=STATE_MOODS[one.state],
        word=state_word(one.state, t),
        x=min(left, WIDTH - width),
        width=width,
        begin=moment(one.begin, now, t),
        end=t.clock(one.end),
        lasted=words.lasting(one.lasted, t),
    )


def _strip_sentence(parts: Iterable[Span], t: Words) -> str:
    sums: dict[Presence, timedelta] = {}
    for one in parts:
        sums[one.state] = sums.get(one.state, timedelta()) + one.lasted
    order = (Presence.ONLINE, Presence.OFFLINE, Presence.SILENT, Presence.UNKNOWN)
    said = [f"{state_word(state, t)} {words.lasting(sums[state], t)}" for state in order if state in sums]
    return " \u00b7 ".join(said)


def _charts(found: DeviceDay, begin: datetime, now: datetime, t: Words) -> tuple[Chart, ...]:
    samples = [one for one in found.samples if one.at >= begin]

    def celsius(value: float) -> str:
        return words.celsius(value, t)

    def dbm(value: float) -> str:
        return words.dbm(value, t)

    def megabytes(value: float) -> str:
        return words.megabytes(value, t)

    def count(value: float) -> str:
        return t.number(round(value))

    def series(name: str) -> list[tuple[datetime, float | None]]:
        return [(one.at, _value(one, name)) for one in samples]

    waiting = t.gettext("Waiting presses") if found.line.kind == "b" else t.gettext("Waiting pages")
    return (
        chart(
            "temperature",
            t.gettext("Temperature"),
            series("temp_c"),
            begin,
            now,
            t,
            celsius,
            span=10,
            limit=HOT_C,
        ),
        chart(
            "wifi",
            t.gettext("Wi-Fi signal"),
            series("rssi_dbm"),
            begin,
            now,
            t,
            dbm,
            span=10,
            limit=WEAK_DBM,
            low_is_bad=True,
        ),
        chart("waiting", waiting, series("spool"), begin, now, t, count, floor=0),
        chart("memory", t.gettext("Memory"), series("memory_mb"), begin, now, t, megabytes, floor=0, span=10),
    )


def _value(sample: Sample, name: str) -> float | None:
    """Of a device that was away nobody knows anything new."""
    value = getattr(sample, name)
    return None if value is None or not sample.online else float(value)


def _begin(fault: Fault) -> datetime:
    return fault.since


def _fault(fault: Fault, inputs: tuple[InputLine, ...], now: datetime, t: Words) -> FaultRow:
    return FaultRow(
        key=f"day-fault-{fault.id}",
        mood=fault_words.mood(fault.kind) if fault.ended_at is None else "plain",
        name=fault_words.name(fault.kind, t),
        where=words.input_name(fault.input, inputs, t) if fault.input is not None else "",
        figure=fault_words.figure(fault, t),
        said=fault_words.said(fault),
        begin=moment(fault.since, now, t),
        end=moment(fault.ended_at, now, t) if fault.ended_at is not None else t.gettext("still so"),
        lasted=words.lasting((fault.ended_at or now) - fault.since, t),
    )


def _inputs(found: DeviceDay, now: datetime, t: Words) -> Iterable[InputRow]:
    told, at = found.line.telemetry, found.line.told_at
    health = {one.input: one for one in told.inputs} if told is not None else {}
    for one in found.inputs:
        row = health.get(one.input)
        refused = sorted(row.refused.items()) if row is not None else []
        held = row.held_ms if row is not None else None
        since = words.before(at, held / 1000) if held is not None and at is not None else None
        yield InputRow(
            title=words.input_name(one.input, found.inputs, t),
            zone=one.zone or ("–" if one.key_of else t.gettext("not set up in this store")),
            presses=t.number(row.pushes) if row is not None else "",
            refused=", ".join(f"{words.refused(why, t)}: {t.number(count)}" for why, count in refused[:6]),
            bounce=t.seconds(row.bounce_ms / 1000) if row is not None and row.bounce_ms is not None else "",
            held=moment(since, now, t) if since is not None else "",
        )
