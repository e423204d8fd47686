"""A comparison in words: the figures side by side, what is only a model, and the calls that differ most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from server.replay.compare import Column, Comparison, Row
from server.replay.figures import Figures
from server.replay.people import ENOUGH, Habits
from server.replay.went import Rang, Went

MODEL = """\
What people would have done is a model, made of what they really did:
- a person answers after a page as long as they really took in that call;
- somebody whom a page reached then and who did not answer does not answer; whom a colleague beat within \
{patience} answers as below, but not before that colleague did;
- somebody who was not called then answers after {reaction}, the median of {answers} answers (after their own median \
with {enough} answers or more), but for the {unanswered} of the pages that stayed unanswered in the record: a hash of \
press and person says which, the same in every run;
- who answered without a page does so again, as long after the press;
- arriving and closing take as long after the answer as they really took; every page reaches its wrist at once.
The roster is that of the shop file with the dated exceptions of the period, not of what was changed meanwhile."""
ALIKE = (
    "By the same shop's rules {alike} of {rows} calls go as they really did: the same pagers, the same answer within a "
    "second. The others had pages that failed, or another roster or policy at that time."
)
NO_ANSWERS = (
    "Nobody ever answered a page in this record, so here nobody answers one either: compare the pages alone."
)


def report(found: Comparison, *, details: bool = False) -> Iterator[str]:
    """Line by line. `details`: every call, not only those that differ most."""
    head, truth = found.head, found.columns[0].figures
    yield (
        f"Store {head.store}, {head.first_day} to {head.last_day} ({head.timezone}): {truth.calls} calls, "
        f"{truth.closed} presses outside the opening hours, {truth.late} too late"
    )
    yield ""
    yield from table(found.columns)
    yield ""
    yield from model(found.habits)
    rows = found.rows()
    if rows:
        yield from ("", ALIKE.format(alike=found.alike(rows), rows=len(rows)))
    for column in found.columns:
        if column.unknown:
            yield f"{column.name} does not know {', '.join(column.unknown)}: presses there belong to no zone."
    chosen = rows if details else found.differing(rows)
    if not chosen:
        if rows:
            yield from ("", "No call differs.")
        return
    against = "the same shop" if len(found.columns) > 2 else "what really happened"
    yield from ("", "Every call:" if details else f"The calls that differ most from {against}:")
    zone = ZoneInfo(head.timezone)
    for row in chosen:
        yield from call(row, [column.name for column in found.columns], zone)


def table(columns: Sequence[Column]) -> Iterator[str]:
    rows = [("", [column.name for column in columns])]
    each = [figures_in_words(column.figures) for column in columns]
    rows += [(label, [words[label] for words in each]) for label in each[0]]
    first = max(len(label) for label, _ in rows)
    widths = [max(len(cells[place]) for _, cells in rows) for place in range(len(columns))]
    for label, cells in rows:
        yield "  ".join([label.ljust(first), *map(str.rjust, cells, widths)]).rstrip()


def figures_in_words(one: Figures) -> dict[str, str]:
    return {
        "calls": str(one.calls),
        "presses that joined an open call": str(one.joined),
        "taken back before an answer": str(one.undone),
        "pages": str(one.pages),
        "pages per call": f"{one.pages_per_call:.2f}",
        "pages per person, least": str(one.load.least),
        "pages per person, median": f"{one.load.median:g}",
        "pages per person, most": str(one.load.most),
        "answered before the exit clock ran out": share(one.in_time),
        "unanswered": str(one.unanswered),
        "press to page of who answered, median": _seconds(one.to_page.median),
        "press to page of who answered, 9 of 10": _seconds(one.to_page.p90),
        "press to answer, median": _seconds(one.to_answer.median),
        "press to answer, 9 of 10": _seconds(one.to_answer.p90),
        "calls with nobody to be called": str(one.nobody_calls),
        "opening minutes with nobody here": f"{one.nobody_minutes:.0f}",
        "fallback group called": str(one.fallback),
        "slow channels tried": str(one.last_resort),
        "presses outside the opening hours": str(one.closed),
        "presses that came too late": str(one.late),
    }


def model(known: Habits) -> Iterator[str]:
    if known.reaction is None:
        yield NO_ANSWERS
        return
    yield from MODEL.format(
        patience=_seconds(known.patience.total_seconds()),
        reaction=_seconds(known.reaction.total_seconds()),
        answers=known.answers,
        enough=ENOUGH,
        unanswered=share(known.unanswered),
    ).splitlines()


def call(row: Row, names: Sequence[str], zone: ZoneInfo) -> Iterator[str]:
    one = row.any
    number = next((f"#{went.number} " for went in row.went if went is not None and went.number), "")
    when = one.opened_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    yield f"{number}{when} {one.place[0]}/{one.place[1]}"
    width = max(map(len, names))
    for name, went in zip(names, row.went, strict=True):
        yield f"  {name.ljust(width)}  {how(went)}"


def how(went: Went | None) -> str:
    if went is None:
        return "no call of its own"
    ended = (
        "taken back"
        if went.undone
        else f"answered {clock(went.answered_after)} by {went.answered_by or 'somebody'}"
        if went.answered_after is not None
        else "unanswered"
    )
    return "; ".join([*_pages(went.pages), ended])


def _pages(pages: Sequence[Rang]) -> list[str]:
    """`0:20 step 2: AB, CD`, one for all that rang at the same moment for the same reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for page in pages:
        why = f"step {page.step}" if page.reason == "step" else page.reason.replace("_", " ")
        found.setdefault((clock(page.after), why), []).append(page.key)
    return [f"{when} {why}: {', '.join(dict.fromkeys(who))}" for (when, why), who in found.items()]


def clock(after: timedelta) -> str:
    """Minutes and seconds since the press; the rest of a second is cut off."""
    minutes, seconds = divmod(int(after.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
