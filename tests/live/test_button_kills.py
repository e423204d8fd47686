"""A button unit is killed (-9) at any moment of a push: what its light has answered is in the server, exactly once."""

from __future__ import annotations

import select
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.account import Push, Verdict, compare
from tests.live.live_unit import Unit
from tests.live.processes import wait_until
from tests.live.slow_card import AFTER_S, BEFORE_S
from tests.live.whole_shop import WholeShop
from tests.repeat import told_how_to_repeat

pytestmark = pytest.mark.live

UNITS = {f"b{number}": 11 for number in range(1, 5)}
SLOW = {"b4": "tests.live.slow_card"}
"""One unit's disk is slow, so that kills between the commit and the light need no luck."""
RIGHT = timedelta(seconds=1.05)
"""A broker counts whole seconds of what it holds; the rest is the way on a busy machine."""
SETTLED_S = 60.0

ACCEPTED_S, LATEST_S = 0.060, 0.120
"""A push counts 60 ms after it began."""
COMMIT_S = 0.004
ANSWERS = ("sending", "received")
HOWS = ("random", "aimed", "random", "aimed", "later")
HOWS_SLOW = ("waiting", "aimed", "waiting", "aimed", "later")
"""The first of these: while the disk takes its time and nothing is committed."""
BEFORE, BETWEEN, AFTER = "before the commit", "between commit and light", "after the light"
ABOUT = "after the commit, no light seen"
"""The light went on in the last moment, or blinked already, or was over before anybody looked."""
SAID = ": press, call"
"""What a unit writes into its log when a press is committed, before it moves the light."""

Weather = tuple[str, ...]
CALM: Weather = ("calm",)
A_SHORT_STORM: tuple[Weather, ...] = (
    ("kill broker",),
    (),
    ("start broker", "kill server"),
    ("start server",),
    CALM,
)
A_LONG_STORM: tuple[Weather, ...] = (
    *A_SHORT_STORM,
    ("stop server",),
    ("start server", "stop broker"),
    ("start broker",),
    CALM,
    CALM,
)
"""One tuple per round: what happens in it at some moment, or that nothing does and all is well when it begins. In each
round every unit is killed once."""


@dataclass
class Lane:
    """One unit, and whoever stands before it."""

    unit: Unit
    random: Random
    hows: tuple[str, ...]
    aim: float
    """Seconds from a push to what the aimed kills look for, as those so far have found."""
    pushes: list[Push] = field(default_factory=list)
    fell: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(how it was aimed, when it came): kills."""

    def strike(self) -> None:
        """Some pushes, then a kill, then a new start."""
        how, committed, said = (
            self.hows[self.fell.total() % len(self.hows)],
            self.unit.accepted(),
            self.said(),
        )
        with self.unit.watch() as lights:
            quiet = [number for number, state in lights.before.items() if state not in ANSWERS]
            some = quiet if len(quiet) > 1 else self.unit.inputs
            pushed = [self.push(number) for number in self.random.sample(some, self.random.choice((1, 1, 2)))]
            wait_for(self.delay(how), since=pushed[-1][1])
            self.unit.kill()
            seen = lights.rest()
        pushes = [
            replace(push, answered=push.input in quiet and answered(push, at, seen)) for push, at in pushed
        ]
        self.pushes += pushes
        if self.unit.accepted() - committed < len(pushes):
            self.learn(how, BEFORE)
        elif pushes[-1].answered:
            self.learn(how, AFTER)
        else:
            self.learn(how, BETWEEN if self.said() - said < len(pushes) else ABOUT)
        self.unit.start()

    def said(self) -> int:
        return self.unit.text().count(SAID)

    def push(self, number: int) -> tuple[Push, float]:
        """With the boot-time moment at which it began, at the earliest."""
        wait_for(self.random.uniform(0.02, 0.2))
        at, since = boot(), datetime.now(UTC)
        self.unit.press(number)
        return Push(self.unit.device, number, since, datetime.now(UTC), False), at

    def delay(self, how: str) -> float:
        match how:
            case "aimed":
                return max(0.0, self.aim + self.random.uniform(-0.001, 0.001))
            case "waiting":
                return ACCEPTED_S + self.random.uniform(0.1, 0.7) * BEFORE_S
            case "later":
                return self.random.uniform(LATEST_S, 0.6)
        return self.random.uniform(0.0, LATEST_S)

    def learn(self, how: str, when: str) -> None:
        """The next aimed kill comes a little nearer to the moment that is looked for."""
        self.fell[how, when] += 1
        step = self.random.uniform(0.0005, 0.004)
        if how == "aimed":
            self.aim += step if when == BEFORE else -step if when == AFTER else 0.0


def answered(push: Push, at: float, seen: list[dict[str, Any]]) -> bool:
    """The light went on for this push, which cannot have been before it counted."""
    return any(
        one["input"] == push.input
        and one["state"] in ANSWERS
        and one["light"]
        and one["at"] > at + ACCEPTED_S
        for one in seen
    )


def boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wait_for(seconds: float, since: float | None = None) -> None:
    until = (boot() if since is None else since) + seconds
    select.select([], [], [], max(0.0, until - boot()))


def blow(shop: WholeShop, weather: Weather, random: Random) -> None:
    """What else goes wrong, or comes back, while units die."""
    if weather == CALM:
        return
    verbs: dict[str, Callable[[], object]] = {
        "kill broker": shop.broker.kill,
        "stop broker": shop.broker.stop,
        "start broker": shop.broker.start,
        "kill server": shop.server.kill,
        "stop server": shop.server.stop,
        "start server": shop.server.begin,
    }
    for what in weather:
        wait_for(random.uniform(0.0, 0.7))
        verbs[what]()


def settle(shop: WholeShop) -> None:
    """All that was committed is in the server, and the units have its word on it."""
    wait_until(shop.server.is_ready, "the server is back")
    wait_until(
        lambda: shop.count_presses() >= sum(unit.accepted() for unit in shop.units.values()),
        "every committed press is stored",
        SETTLED_S,
    )
    wait_until(
        lambda: not any(unit.waiting() for unit in shop.units.values()), "the spools are empty", SETTLED_S
    )


@pytest.mark.parametrize(
    ("kills", "seed", "storm"),
    [
        (20, 1, A_SHORT_STORM),
        pytest.param(200, 2, A_LONG_STORM * 5, marks=pytest.mark.long),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_a_press_whose_light_answered_survives_every_kill(
    kills: int, seed: int, storm: Sequence[Weather], request: pytest.FixtureRequest
) -> None:
    assert len(storm) * len(UNITS) == kills
    with told_how_to_repeat(request, seed), WholeShop(UNITS, hosts=SLOW) as shop:
        random = Random(f"{seed} weather")
        lanes = [lane(unit, seed) for unit in shop.units.values()]
        with ThreadPoolExecutor(len(lanes) + 1) as hands:
            for weather in storm:
                if weather == CALM:
                    settle(shop)
                jobs = [hands.submit(lane.strike) for lane in lanes]
                jobs.append(hands.submit(blow, shop, weather, random))
                for job in jobs:
                    job.result()
        settle(shop)
        pushes = [push for lane in lanes for push in lane.pushes]
        verdict = compare(pushes, shop.presses(), RIGHT)
        print(report(lanes, pushes, verdict))
        assert verdict.complaints == []
        numbers_have_no_gap(shop)
        assert shop.refused() == []
        assert shop.troubles() == []
        assert {when for lane in lanes for _, when in lane.fell} >= {BEFORE, BETWEEN, AFTER}
        assert sum(push.answered for push in pushes) > kills / 4


def lane(unit: Unit, seed: int) -> Lane:
    slow = unit.device in SLOW
    aim = ACCEPTED_S + COMMIT_S + (BEFORE_S + AFTER_S / 2 if slow else 0.0)
    return Lane(unit, Random(f"{seed} {unit.device}"), HOWS_SLOW if slow else HOWS, aim)


def numbers_have_no_gap(shop: WholeShop) -> None:
    """What was committed is there, light or no light."""
    presses = shop.presses()
    for device, unit in shop.units.items():
        assert [press.seq for press in presses if press.device == device] == list(
            range(1, unit.accepted() + 1)
        )


def report(lanes: list[Lane], pushes: list[Push], verdict: Verdict) -> str:
    lines = [
        f"{sum(lane.fell.total() for lane in lanes)} kills, {len(pushes)} pushes, "
        f"{sum(push.answered for push in pushes)} with an answer, {verdict.found} in the server; "
        f"the worst moment is {verdict.worst.total_seconds():.3f} s wrong"
    ]
    for words, slow in (("as it is", False), ("with a slow disk", True)):
        here = [lane.fell for lane in lanes if (lane.unit.device in SLOW) is slow]
        for how in sorted({how for how, _ in sum(here, Counter())}):
            fell = {when: sum(one[how, when] for one in here) for when in (BEFORE, BETWEEN, ABOUT, AFTER)}
            lines.append(f"{words}, {how}: " + ", ".join(f"{n} {when}" for when, n in fell.items() if n))
    return "\n".join(lines)
