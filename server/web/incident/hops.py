"""The way of one call, stretch by stretch, and how long each took; slow channels and the stand-in included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db.incidents import Whole
from server.db.tables import Page
from server.web.frame import names
from server.web.frame.words import Words


@dataclass(frozen=True, slots=True)
class Hop:
    """One stretch of the way, and how long it took; `note` is said under it."""

    label: str
    took: str
    note: str = ""


def latency(whole: Whole, t: Words) -> str | None:
    page = _first_sent(whole)
    if page is None or page.final_at is None:
        return None
    took = t.seconds(max((page.final_at - whole.listed.incident.opened_at).total_seconds(), 0.0))
    return t.gettext(
        "From the press to \u201c%(state)s\u201d: %(took)s",
        state=names.page_state(page.state, page.proof, t),
        took=took,
    )


def hops(whole: Whole, t: Words) -> tuple[Hop, ...]:
    incident, page = whole.listed.incident, _first_sent(whole)
    first = next((press for press in whole.presses if press.id == incident.press_id), None)
    found: list[Hop] = []
    at = incident.opened_at
    stood_in = incident.stood_in_at
    if stood_in is not None:
        gateways = ", ".join(dict.fromkeys(report.gateway for report in whole.reports))
        note = t.gettext("the server was silent") + (f" \u00b7 {gateways}" if gateways else "")
        found.append(_hop(t.gettext("Until the gateway called by itself"), at, stood_in, t, note))
    if first is not None:
        note = t.gettext("at least: the button's clock is unknown") if not first.age_known else ""
        found.append(_hop(t.gettext("Button to server"), at, first.received_at, t, note))
        at = first.received_at
    if page is not None and page.reason != "stand_in":
        stages: Sequence[tuple[str, datetime | None]] = (
            (t.gettext("Server to order"), page.ordered_at),
            (t.gettext("Order to gateway"), page.held_at),
            (t.gettext("Gateway to transmitter"), page.final_at),
        )
        for label, until in stages:
            if until is not None:
                note = ""
                if until is page.final_at and page.tx_ms is not None:
                    note = t.gettext("first byte after %(took)s", took=t.seconds(page.tx_ms / 1000))
                found.append(_hop(label, at, until, t, note))
                at = until
    for label, moment in (
        (t.gettext("Until somebody went"), incident.acknowledged_at),
        (t.gettext("Until with the customer"), incident.attended_at),
        (t.gettext("Until closed"), incident.closed_at),
    ):
        if moment is not None:
            found.append(_hop(label, at, moment, t, ""))
            at = moment
    return (*found, *_slow(whole, t))


def _slow(whole: Whole, t: Words) -> list[Hop]:
    """From the order to write until the channel took the letter. None of them says that anybody read it."""
    found = []
    for notice in whole.notices:
        label = t.gettext("%(channel)s, a slow channel", channel=names.channel(notice.kind, t))
        state = names.notice_state(notice.state, t)
        tries = t.ngettext("%(n)s try", "%(n)s tries", notice.tries) if notice.tries > 1 else ""
        note = " \u00b7 ".join(part for part in (state, tries, notice.error or "") if part)
        if notice.final_at is None:
            found.append(Hop(label, "\u2013", note))
        else:
            found.append(_hop(label, notice.created_at, notice.final_at, t, note))
    return found


def _first_sent(whole: Whole) -> Page | None:
    """The page that came first to what its transmitter proved."""
    sent = [page for page, _ in whole.pages if page.final_at and page.state in ("transmitted", "confirmed")]
    return min(sent, key=lambda page: page.final_at or page.created_at, default=None)


def _hop(label: str, since: datetime, until: datetime, t: Words, note: str) -> Hop:
    return Hop(label, t.seconds(max((until - since).total_seconds(), 0.0)), note)
