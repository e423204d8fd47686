"""A day in which everything fails in turn: every push is stored, taken back, or refused for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.db.account import read_facts
from server.db.connect import Database
from server.db.tables import PressRow
from server.rules.account import Account, Truth, draw_up
from tests.account import Fate, Meant, audit
from tests.databases import upgraded
from tests.repeat import told_how_to_repeat
from tests.shop import Shop
from tests.small_shop import ADDRESS, STORE
from tests.stories.day import AILING, EAR, EVERYBODY, LAST_LOOK_S, Day
from tests.stories.day_hands import Hands
from tests.unit.firmware_bridge.bad_disk import BadDisk

RIGHT = timedelta(seconds=1.01)
"""A broker counts whole seconds of what it holds; the rest is the way."""
PROBED = timedelta(seconds=11)
"""For so long the server believes that the broker is still as slow as it was."""
TTL = timedelta(seconds=120)
SENT_WITHIN = timedelta(seconds=6)
"""A press that was left in a broker that stood still says that it is no older than this."""
SEED, SHIFT, DAY = 1, 8, 24


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BadDisk:
    return BadDisk(tmp_path / AILING, monkeypatch)


@pytest.fixture
def shop(tmp_path: Path, disk: BadDisk) -> Iterator[Shop]:
    db = Database("sqlite://")
    upgraded(db)
    made = Shop(db, tmp_path, keeper=False, ears=[EAR])
    yield made
    made.server.kill()
    db.close()


@pytest.mark.parametrize(
    ("seed", "hours"),
    [(SEED, SHIFT), *(pytest.param(seed, DAY, marks=pytest.mark.long) for seed in range(SEED, 34))],
)
def test_every_push_of_a_day_of_trouble_is_accounted_for(
    shop: Shop, disk: BadDisk, seed: int, hours: int, request: pytest.FixtureRequest
) -> None:
    with told_how_to_repeat(request, seed):
        day = Day(shop, disk, seed, hours)
        day.live()
        wrong = day.spoil()
        assert {name: hands.faults() for name, hands in day.hands.items()} == wrong
        assert {name: told_faults(day, name) for name in day.hands} == wrong
        day.run(LAST_LOOK_S)
        lasting = {name: {one for one in found if one[0] == "stuck"} for name, found in wrong.items()}
        assert {name: told_faults(day, name) for name in day.hands} == lasting
        assert not any(unit.waiting for unit in shop.units.values())
        for name, hands in day.hands.items():
            assert told_counts(day, name) == +hands.counts
            hands.check()
        rows = shop.presses()
        meant = [one for hands in day.hands.values() for one in hands.meant]
        fates = sum((hands.fates for hands in day.hands.values()), Counter[Fate]())
        refused = sum((hands.refused for hands in day.hands.values()), Counter[str]())
        print(report(day, fates, rows))
        assert [words for hands in day.hands.values() for words in hands.complaints] == []
        assert audit(fates, meant, rows, refused) == []
        assert draw_account(shop).gaps == ()
        assert [words for hands in day.hands.values() for words in moments(day, hands, rows)] == []


def draw_account(shop: Shop) -> Account:
    """The product's own account. Hands know what they pushed; pagers know how often they rang."""
    rang = {address: len(shop.pager(address).history) for address in ADDRESS.values()}
    with shop.db.reading() as session:
        return draw_up(read_facts(session, STORE, shop.clock.now()), Truth(rang=rang))


def told_faults(day: Day, name: str) -> set[tuple[str, int | None]]:
    return {(one.kind, one.input) for one in day.ear.last[name].faults}


def told_counts(day: Day, name: str) -> Counter[tuple[int, str]]:
    found: Counter[tuple[int, str]] = Counter()
    for one in day.ear.last[name].inputs:
        found[one.input, "pushes"] += one.pushes
        for reason, count in one.refused.items():
            found[one.input, reason] += count
    return +found


def moments(day: Day, hands: Hands, rows: list[PressRow]) -> Iterator[str]:
    """What is wrong with the moments of one unit's presses."""
    mine = [row for row in rows if row.device == hands.unit.device]
    for row, one in zip(mine, hands.meant, strict=True):
        stalled = timedelta()
        for stall in day.stalls:
            over = stall.ends + PROBED
            if stall.whose in (row.device, EVERYBODY) and stall.begins <= row.received_at and over >= one.at:
                stalled += stall.ends - stall.begins
        words = judge(row, one, hands, stalled)
        if words:
            yield f"{row.device} number {row.seq} at {one.at:%H:%M:%S}, received {row.received_at:%H:%M:%S}: {words}"


def judge(row: PressRow, one: Meant, hands: Hands, stalled: timedelta) -> str | None:
    """Whether its moment is right, and whether it is late if and only if it was.

    After a reboot only two wall clocks can tell: unsure when nobody vouched for one of them, and believed when somebody
    did wrongly. `stalled`: how long its bytes may have waited in sockets, which nobody can know."""
    rebooted = any(one.at < moment <= row.received_at for moment in hands.reboots)
    clocks = [(True, True), *((vouched, right) for at, vouched, right in hands.times if at <= one.at)][-1:]
    clocks += [(vouched, right) for at, vouched, right in hands.times if one.at < at <= row.received_at]
    if not row.age_known:
        stood = stalled >= TTL - SENT_WITHIN - PROBED
        unsure = stood or (rebooted and not all(vouched for vouched, _ in clocks))
        return None if unsure else "its age is not known"
    if rebooted and not all(right for _, right in clocks):
        return None
    if abs(row.pressed_at - one.at) > RIGHT + stalled:
        return f"pressed at {row.pressed_at:%H:%M:%S.%f}"
    age = row.received_at - one.at
    if stalled or abs(age - TTL) <= RIGHT or row.kind == "undo" or row.state == "undone":
        return None
    return row.state if (row.state == "late") != (age > TTL) else None


def report(day: Day, fates: Counter[Fate], rows: list[PressRow]) -> str:
    words = [
        f"{fates.total()} touches: "
        + ", ".join(f"{count} {fate.value}" for fate, count in fates.most_common()),
        f"{len(rows)} rows: "
        + ", ".join(f"{n} {state}" for state, n in Counter(row.state for row in rows).most_common()),
        f"{sum(not row.age_known for row in rows)} of unknown age",
        "faults told: " + ", ".join(f"{count} {kind}" for kind, count in day.ear.wrong.most_common()),
    ]
    return "; ".join(words)
