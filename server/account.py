"""`redbutton account`: the account of a shop's data, as a table and a line per gap, or for a script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from broker_config.errors import SetupError
from server.db.account import MOST, read_facts
from server.db.connect import Database
from server.db.tables import Store
from server.rules.account import Account, Gap, Totals, draw_up
from server.setup import NO_SHOP, need_newest

EXPLAINED, GAPS = 0, 1
PRESSES = (
    ("made", "numbers that button units gave to presses, and what became of them:"),
    ("stored", "a call of their own, or counted; with undos, keys and canaries"),
    ("merged", "joined a call that was open"),
    ("late", "too old when they came: history, never an alarm"),
    ("undone", "taken back by the customer"),
    ("refused", "could not be read; the button was told"),
    ("waiting", "still on their way from the unit"),
    ("lost", "gone"),
    ("canaries", "among the stored: made by no hand"),
)
CALLS = (
    ("incidents", "calls"),
    ("unanswered", "of them nobody answered"),
    ("paged", "pages that call somebody"),
    ("transmitted", "of them a transmitter proved something, no further than its byte"),
    ("doubled", "of them rang once more, since nobody knew whether they had"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """The account of one store."""

    store: str
    zone: ZoneInfo
    first: datetime | None
    last: datetime | None
    account: Account


def run(
    db: Database,
    store: str | None,
    first_day: date | None,
    last_day: date | None,
    now: datetime,
    *,
    as_json: bool,
) -> int:
    """Exit code: 1 when there is a gap. Raises SetupError."""
    if first_day is not None and last_day is not None and last_day < first_day:
        raise SetupError(f"--from {first_day} is after --to {last_day}: turn them round")
    need_newest(db)
    with db.reading() as session:
        found = [_of(session, one, first_day, last_day, now) for one in _stores(session, store)]
    if as_json:
        print(json.dumps([_document(one) for one in found], ensure_ascii=False, indent=1))  # noqa: T201
    else:
        _show(found)
    return EXPLAINED if all(one.account.explained for one in found) else GAPS


def _stores(session: Session, wanted: str | None) -> Sequence[Store]:
    known = session.exec(select(Store).order_by(Store.id)).all()
    found = [one for one in known if wanted in (None, one.id)]
    if not found:
        names = ", ".join(one.id for one in known)
        raise SetupError(f"no store {wanted!r} here: there are {names}" if known else NO_SHOP)
    return found


def _of(session: Session, store: Store, first_day: date | None, last_day: date | None, now: datetime) -> Told:
    """Days are the store's own; the last one is included."""
    zone = ZoneInfo(store.timezone)
    first = None if first_day is None else _midnight(first_day, zone)
    last = None if last_day is None else _midnight(last_day + timedelta(days=1), zone)
    return Told(store.id, zone, first, last, draw_up(read_facts(session, store.id, now, first, last)))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _document(told: Told) -> dict[str, Any]:
    return {
        "store": told.store,
        "from": None if told.first is None else told.first.isoformat(),
        "before": None if told.last is None else told.last.isoformat(),
        "explained": told.account.explained,
        "totals": asdict(told.account.totals),
        "gaps": [_gap(one) for one in told.account.gaps],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    at = None if gap.at is None else gap.at.isoformat()
    return {**asdict(gap), "at": at, "meaning": gap.meaning, "advice": gap.advice}


def _show(found: Sequence[Told]) -> None:
    """Plain when nobody looks at a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    for told in found:
        table = Table(box=box.SIMPLE, show_header=False, title=_title(told), title_justify="left")
        table.add_column(justify="right")
        table.add_column()
        table.add_column(style="dim")
        for group in (PRESSES, CALLS):
            for name, words in group:
                table.add_row(str(_number(told.account.totals, name)), name, words)
            table.add_section()
        console.print(table)
        gaps = told.account.gaps
        if not gaps:
            console.print(Text("Everything is explained.", style="green"))
        for gap in gaps:
            console.print(Text("GAP  ", style="bold red").append(_line(gap, told.zone), style="default"))
        if gaps:
            console.print(Text(_summary(gaps), style="bold"))


def _number(totals: Totals, name: str) -> int:
    value: int = getattr(totals, name)
    return value


def _title(told: Told) -> str:
    days = list(_days(told))
    return f"Store {told.store}{', ' + ' '.join(days) if days else ''}"


def _days(told: Told) -> Iterator[str]:
    if told.first is not None:
        yield f"from {told.first.astimezone(told.zone):%Y-%m-%d}"
    if told.last is not None:
        yield f"to {told.last.astimezone(told.zone) - timedelta(days=1):%Y-%m-%d}"


def _line(gap: Gap, zone: ZoneInfo) -> str:
    at = "" if gap.at is None else f"{gap.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  "
    where = f"{gap.device} " if gap.device else ""
    detail = f" ({gap.detail})" if gap.detail else ""
    return f"{at}{where}{gap.what}: {gap.meaning}{detail} → {gap.advice}"


def _summary(gaps: Sequence[Gap]) -> str:
    more = f" Of one sort no more than {MOST} are told." if len(gaps) >= MOST else ""
    return f"1 gap.{more}" if len(gaps) == 1 else f"{len(gaps)} gaps.{more}"
