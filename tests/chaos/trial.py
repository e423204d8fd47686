"""A run from its plan to its account, told in words; a miss keeps the folder."""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos.judge import Account, judge
from tests.chaos.kinds import promises
from tests.chaos.plan import Plan, Wanted, draw
from tests.chaos.run import Run
from tests.chaos.shop import UNITS, ChaosShop

MOST_COMPLAINTS = 40
FROM_OUTSIDE = (
    "Not tried here: a power cut of a disk, a start with a wrong clock, radio. "
    "Everything stops at the transmitter's byte."
)


def try_out(wanted: Wanted, say: Callable[[str], None]) -> Account:
    can = {name: promise.can for name, promise in promises(wanted.transmitters).items()}
    plan = draw(wanted, UNITS, can)
    _announce(plan, say)
    with ChaosShop(wanted) as shop:
        run = Run(shop, plan, say)
        try:
            run.live()
            found = judge(run)
        finally:
            run.close()
        _tell(found, say)
        if found.complaints:
            shop.kept = True
            say("\nwhat was done to the shop:")
            for struck in run.record.struck:
                say(f"  {struck}")
            say(f"\nlogs and databases: {shop.folder} {shop.cluster.folder if shop.cluster else ''}")
        say(f"{'MISSED' if found.complaints else 'held'}; once more: {wanted.command}")
    return found


def _announce(plan: Plan, say: Callable[[str], None]) -> None:
    wanted = plan.wanted
    say(
        f"seed {wanted.seed}: {wanted.minutes:g} minutes, {len(plan.troubles)} troubles, {wanted.presses} presses "
        f"on {sum(UNITS.values())} buttons, by {' and '.join(wanted.transmitters)}, over {wanted.database}"
    )
    for kind, count in plan.counts().most_common():
        say(f"  {count:4} {kind.value}")


def _tell(found: Account, say: Callable[[str], None]) -> None:
    say("\naccount")
    for name, count in found.table.items():
        say(f"  {name:32} {count:7}")
    for note in found.notes:
        say(f"  {note}")
    say(f"  {FROM_OUTSIDE}")
    if found.complaints:
        say(f"\n{len(found.complaints)} complaints")
        for words in found.complaints[:MOST_COMPLAINTS]:
            say(f"  {words}")
        if len(found.complaints) > MOST_COMPLAINTS:
            say("  ...")
