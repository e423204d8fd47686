"""The account of a run: what hands, wrists and lights know, beside what the shop has written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from broker_config.machine import boot_clock
from server.db.tables import PressRow
from tests.chaos import book
from tests.chaos.hands import HELD_S, SECOND_S, Made
from tests.chaos.plan import GATEWAY, OF_A_SERVER, Kind, Place
from tests.chaos.record import Record
from tests.chaos.run import Run
from tests.chaos.shop import TTL_S
from tests.chaos.shops_own import shops_own
from tests.chaos.words import Codes, Texts

COUNTS = timedelta(seconds=3)
"""So long after a push its press is on the disk, on however busy a machine."""
MENDED = timedelta(seconds=12)
"""So long after a full disk has room again what was in memory only is on it."""
REFUSED_S = 2.0
"""So soon a unit says that it takes a touch for none: on a starving machine two edges can come at once."""
LIFTED = timedelta(seconds=1)
"""So long after its begin a push is over, on however busy a machine."""
ACCEPTED_S = 0.055
"""A push counts 60 ms after it began; before, a light that goes on speaks of another one."""
EXPECTED = {
    Kind.FREEZE: ("nothing heard from: ",),
    Kind.FULL: ("the disk takes no presses",),
    Kind.FULL_SERVER: ("the database does not answer", "failed alone"),
} | dict.fromkeys(OF_A_SERVER, ("the database does not answer", "failed alone"))
"""What a log may say in a run with such troubles."""
UNSEEN = frozenset({Kind.SILENT, Kind.BUSY, Kind.RESET, Kind.PULL, Kind.GARBLE})
"""What a box that never answers cannot tell of."""
DAMAGING = frozenset({Kind.GARBLE})


@dataclass(frozen=True, slots=True)
class Account:
    complaints: list[str]
    table: dict[str, int]
    notes: list[str]


def judge(run: Run) -> Account:
    rows, pages, incidents = run.shop.presses(), run.shop.pages(), run.shop.incidents()
    hidden = run.record.hidden
    pushes = list(_pushes(run))
    calls = [row for row in rows if row.kind == "press"]
    press = book.presses(pushes, calls, hidden)
    limits = _limits(run)
    unsure = {row.id for row in rows if not row.age_known}
    page = book.pages(run.felt, pages, press.push_of, unsure, limits)
    incident = book.incidents(incidents, {row.incident_id for row in page.rang})
    undos = Counter(one.place[0] for one in run.hands.made if _may_undo(run.record, one))
    totals, gaps = shops_own(
        run,
        pushes,
        undos,
        Counter(row.address for row in (*page.rang, *page.believed) if not book.unheard(row)),
    )
    refused = sum(row.count for row in run.shop.refused())
    complaints = [
        *run.complaints,
        *press.complaints,
        *_undos(run, rows),
        *page.complaints,
        *incident.complaints,
        *gaps,
    ]
    if refused:
        complaints.append(f"the server refused {refused} messages")
    complaints += [line for line in run.shop.troubles() if not _expected(run, line)]
    states = Counter(row.state for row in calls)
    table = {
        "made": sum(one.verb != "brush" for one in run.hands.made),
        "answered by a light": sum(one.answered for one in pushes),
        "stored": states["stored"],
        "merged": states["merged"],
        "late": states["late"],
        "undone": states["undone"],
        "refused (a sleeve)": press.counts["no press"],
        "died with its unit, unanswered": press.counts["died with its unit, unanswered"],
        "incidents": len(incidents),
        "paged": incident.counts["incidents paged"],
        "by the stand-in": incident.counts["stood in"],
        "unanswered": incident.counts["unanswered"],
        "pages": len(pages),
        "transmitted": page.counts["page transmitted"],
        "on the air": len(run.felt),
        "transmitted, without proof, unfelt": page.counts["unproven"],
        "repeated in doubt": page.counts["repeated in doubt"],
        "doubled": page.counts["doubled"],
        "doubled by a bad line": page.counts["doubled by a bad line"],
        "the server never heard of it": page.counts["unheard"],
        "quietly, of unknown age": page.counts["quietly, of unknown age"],
        "stale": page.counts["stale"],
        "lost": press.counts["lost"],
    }
    notes = [
        f"the shop's own: {', '.join(f'{count} {name}' for name, count in asdict(totals).items())}",
        f"settled {run.settled_s:.1f} s after the last trouble; moments of presses were "
        f"{press.worst.total_seconds():.3f} s wrong at worst",
        f"what became of pages: {_words(page.counts, 'page ')}",
        f"how calls ended: {_words(incident.counts, 'closed ')}",
        f"what people did: {_words(run.staff.done, '')}; the server was silent to them {run.staff.silent} times",
        f"touches elsewhere than planned: {run.hands.elsewhere}; without any button: {run.hands.none}",
    ]
    return Account(complaints, table, notes)


def _pushes(run: Run) -> Iterator[book.Push]:
    """Each finger's push, and each that comes a second time to take one back."""
    offset = datetime.now(UTC) - timedelta(seconds=boot_clock())
    nexts: dict[Place, list[Made]] = {}
    for one in run.hands.made:
        nexts.setdefault(one.place, []).append(one)
    for place, mine in nexts.items():
        for index, one in enumerate(mine):
            later = mine[index + 1].at if index + 1 < len(mine) else float("inf")
            kept = any(one.at + ACCEPTED_S < at < later for at in run.lights.kept[place])
            at = offset + timedelta(seconds=one.at)
            yield _push(run, one, min(at, one.since), kept)
            if one.verb == "undo":
                again = timedelta(seconds=SECOND_S)
                until = run.record.frozen_until(place[0], one.since, one.until + again)
                yield book.Push(place, one.since + again, until + again, meant=False)


def _push(run: Run, one: Made, since: datetime, kept: bool) -> book.Push:
    unit = one.place[0]
    until = run.record.frozen_until(unit, one.since, one.until)
    lived = not (
        run.record.killed(unit, since, until + COUNTS)
        or _only_in_memory(run, unit, since, until)
        or any(one.at < at < one.at + REFUSED_S for at in run.lights.refused[one.place])
    )
    meant = one.verb != "brush"
    return book.Push(one.place, since, until, kept and meant, lived, meant)


def _only_in_memory(run: Run, unit: str, since: datetime, until: datetime) -> bool:
    """Its disk took nothing, and it was killed before that was over: its light had claimed nothing."""
    return any(
        one.overlaps(since, until + COUNTS) and run.record.killed(unit, one.began, one.ended + MENDED)
        for one in run.record.of(unit, Kind.FULL)
    )


def _may_undo(record: Record, one: Made) -> bool:
    """A finger is lifted by the unit's own process: where that stands still meanwhile the button is held, which after
    another push takes both back."""
    held = one.verb == "press" and record.frozen(one.place[0], one.since, one.until + LIFTED)
    return held or one.verb == "undo"


def _undos(run: Run, rows: list[PressRow]) -> list[str]:
    """Owed is what nothing disturbed, and besides whatever the light called taken back."""
    meant = [one for one in run.hands.made if one.verb == "undo"]
    lasts = timedelta(seconds=SECOND_S + HELD_S) + COUNTS

    def undisturbed(one: Made) -> bool:
        unit, until = one.place[0], one.until + lasts
        return not (run.record.killed(unit, one.since, until) or run.record.frozen(unit, one.since, until))

    def told(one: Made) -> bool:
        end = one.at + lasts.total_seconds()
        return any(one.at < at < end for at in run.lights.undone[one.place])

    owed = [one for one in meant if undisturbed(one) or told(one)]
    perhaps = Counter(one.place for one in run.hands.made if _may_undo(run.record, one))
    found = Counter((row.device, row.input) for row in rows if row.kind == "undo")
    return book.undos(perhaps, Counter(one.place for one in owed), found)


def _limits(run: Run) -> book.Limits:
    record, promises = run.record, {line.name: line.promise for line in run.shop.lines.values()}

    def bad_line(felt: book.Felt) -> bool:
        return record.line_was_bad(felt.line, felt.at, felt.at)

    def unproven(row: book.PageRow) -> bool:
        """Its box has no word for what went wrong, or no sum by which to see that the line did."""
        name, over = row.transmitter, row.final_at or datetime.now(UTC)
        return any(
            may and record.line_was_bad(name, row.created_at, over, kinds)
            for kinds, may in ((UNSEEN, not promises[name].proves), (DAMAGING, not promises[name].whole))
        )

    return book.Limits(
        ttl=timedelta(seconds=TTL_S),
        may_double=_excused(run),
        bad_line=bad_line,
        hidden=record.hidden,
        words=Codes() if any(one.codes for one in promises.values()) else Texts(),
        unproven=unproven,
        on_air=lambda line: timedelta(seconds=promises[line].air_s),
    )


def _excused(run: Run) -> int:
    """What was in hand for each kill of the gateway and for each trouble of a line that leaves it in doubt; one page
    for each other kill."""
    promises = {line.name: line.promise for line in run.shop.lines.values()}
    gateway = run.record.count(Kind.KILL, [GATEWAY]) + run.record.count(Kind.FREEZE, [GATEWAY])
    others = run.record.count(Kind.KILL) - run.record.count(Kind.KILL, [GATEWAY])
    lines = sum(
        one.batch * sum(run.record.count(kind, [name]) for kind in one.doubts)
        for name, one in promises.items()
    )
    return others + gateway * sum(one.batch for one in promises.values()) + lines


def _expected(run: Run, line: str) -> bool:
    had = {one.trouble.kind for one in run.record.struck}
    return any(words in line for kind in had & EXPECTED.keys() for words in EXPECTED[kind])


def _words(counts: Counter[str], prefix: str) -> str:
    mine = {name.removeprefix(prefix): n for name, n in counts.items() if name.startswith(prefix) and n}
    return ", ".join(f"{n} {name}" for name, n in sorted(mine.items(), key=lambda item: -item[1]))
