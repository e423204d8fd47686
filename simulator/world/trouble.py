"""Makes the trouble of a schedule, each fault at its moment and over at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from broker_config import topics
from server.in_world import Disk, locked
from simulator.broker_link import in_memory
from simulator.clock import Timer
from simulator.stage import BROKER, SERVER, Network, Power
from simulator.world.line_trouble import LineTrouble
from simulator.world.lines import Rang
from simulator.world.schedule import Fault
from simulator.world.shop import WorldShop
from simulator.world.stage import WorldStage

TRIES_AGAIN_S = 1.0
"""How long the supervisor waits before it starts a process again that could not begin."""
SLOWEST_S = 4.0
AT_A_PRESS = 0.7
"""So many of the faults of commits wait for a finger: else they would hit what merely repeats."""
BEFORE_IT_COUNTS_S = 0.05
WRONG_HOURS = 48.0
NO_CLOCK = 0.7
"""So many reboots leave a unit without a clock that anybody vouches for, for a while."""
SYNCED_S = 30.0
CUT_FIRST = 0.4
"""So many reboots come after a time without network: presses wait in the unit then."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault as it came: boot-time moments. `ends` is infinite until it is over."""

    fault: Fault
    begins: float
    ends: float


class Trouble:
    """`news`: told of each fault that comes and goes."""

    def __init__(self, shop: WorldShop, stage: WorldStage, disk: Disk, news: Callable[[str], None]) -> None:
        self._shop, self._stage, self._disk, self._news = shop, stage, disk, news
        self.struck: list[Struck] = []
        self.counts: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        """What came of it that cannot be read from rows."""
        self._lines = LineTrouble(shop, stage)
        self._open: dict[Fault, float] = {}
        self._timers: list[Timer] = []
        self._on_air: list[Fault] = []
        self._on_press: list[Fault] = []
        self._at_press: list[Fault] = []
        self._bad_commits: list[str] = []
        self._words_left: int | None = None
        self._back_s = 0.0
        self._death = ""
        shop.on_air.append(self._aired)
        shop.server.says = self._server_says
        shop.server.after_death = self._server_died
        disk.before, disk.after = self._before_commit, self._after_commit
        self._answer_lost = False

    def plan(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._later(fault.at, lambda fault=fault: self._begin(fault))  # type: ignore[misc]

    def touched(self, unit: str) -> None:
        """A finger comes to a button of this unit."""
        for fault in self._at_press:
            self._later(BEFORE_IT_COUNTS_S, lambda fault=fault: self._spoil_commit(fault))  # type: ignore[misc]
        self._at_press.clear()
        for fault in [one for one in self._on_press if one.part == unit]:
            self._on_press.remove(fault)
            self._later(0.055 + 0.05 * fault.size, lambda fault=fault: self._kill(fault))  # type: ignore[misc]

    def heal(self) -> None:
        """Everything is over and comes back."""
        for timer in self._timers:
            timer.cancel()
        self._on_air.clear()
        self._on_press.clear()
        self._at_press.clear()
        self._bad_commits.clear()
        self._words_left = None
        self._back_s = TRIES_AGAIN_S  # of a server that is about to die
        for fault in list(self._open):
            self._end(fault)
        self._disk.locked = False
        for part in self._stage.parts:
            self._stage.power(part, Power.THAW)
            if part != BROKER:
                self._stage.network(part, Network.MEND)
                self._shop.broker.delay(self._client(part), None)
            self._start(part)
        self._lines.heal()
        for unit in self._shop.units.values():
            unit.synced, unit.wrong_by = True, timedelta()

    def stalls(self, begins: float, ends: float, parts: Iterable[str]) -> float:
        """For how long bytes of these parts may have stood in sockets in this time; each fault with what follows it."""
        wanted = set(parts)
        total = 0.0
        for one in self.struck:
            waits = one.fault.kind.split(" ")[1] in ("freeze", "cut", "slow")
            if waits and one.fault.part in wanted and one.begins <= ends and one.ends + 15 >= begins:
                total += one.ends - one.begins + 5
        return total

    # -- each fault

    def _begin(self, fault: Fault) -> None:
        self._news(f"begins {fault.kind} {fault.part}")
        self.counts[fault.kind] += 1
        self.counts["second"] += fault.second
        self._open[fault] = self._shop.clock.boot()
        self._strike(fault)
        self._later(fault.lasts_s, lambda: self._end(fault))

    def _end(self, fault: Fault) -> None:
        begins = self._open.pop(fault, None)
        if begins is None:
            return
        self._news(f"ends {fault.kind} {fault.part}")
        self.struck.append(Struck(fault, begins, self._shop.clock.boot()))
        self._relieve(fault)

    def _strike(self, fault: Fault) -> None:
        where, kind = fault.kind.split(" ")
        part, size = fault.part, fault.size
        if where == "line":
            self._lines.begin(part, kind, size)
            return
        if kind in ("kill", "stop", "session_lost", "reboot"):
            self._count_waiting()
        match kind:
            case "kill" | "stop" | "freeze":
                self._stage.power(part, Power(kind))
            case "cut":
                self._stage.network(part, Network.CUT)
            case "slow":
                self._shop.broker.delay(self._client(part), SLOWEST_S * size * size + 0.01)
            case "reset":
                self._reset(part)
            case "session_lost":
                self._stage.power(part, Power.KILL)
                self._later(0.02, lambda: self._forget(part))
            case "reboot":
                if size < CUT_FIRST:
                    self._stage.network(part, Network.CUT)
                else:
                    self._reboot(part, size)
                    self._stage.power(part, Power.KILL)
            case "dies_on_air":
                self._on_air.append(fault)
            case "dies_pressed":
                self._on_press.append(fault)
            case "clock_wrong":
                self._shop.units[part].wrong_by = timedelta(hours=WRONG_HOURS * (size - 0.5))
            case "clock_unsure":
                self._shop.units[part].synced = False
            case (
                "commit_fails" | "answer_lost" | "dies_before_commit" | "dies_after_commit" | "dies_speaking"
            ):
                if size < AT_A_PRESS:
                    self._at_press.append(fault)
                else:
                    self._spoil_commit(fault)
            case "locked":
                self._disk.locked = True
            case _:
                raise AssertionError(fault.kind)

    def _relieve(self, fault: Fault) -> None:
        where, kind = fault.kind.split(" ")
        part = fault.part
        if where == "line":
            self._lines.end(part, kind)
            return
        match kind:
            case "kill" | "stop" | "session_lost" | "reboot":
                if kind == "reboot" and fault.size < CUT_FIRST:
                    self._reboot(part, fault.size)
                    self._stage.network(part, Network.MEND)
                self._start(part)
                if kind == "reboot":
                    self._later(SYNCED_S, lambda: setattr(self._shop.units[part], "synced", True))
            case "freeze":
                self._stage.power(part, Power.THAW)
            case "cut":
                self._stage.network(part, Network.MEND)
            case "slow":
                self._shop.broker.delay(self._client(part), None)
            case "clock_wrong":
                self._shop.units[part].wrong_by = timedelta()
            case "clock_unsure":
                self._shop.units[part].synced = True
            case "locked":
                self._disk.locked = False

    def _spoil_commit(self, fault: Fault) -> None:
        kind = fault.kind.split(" ")[1]
        match kind:
            case "commit_fails" | "answer_lost":
                self._bad_commits += [kind] * (1 + int(fault.size * 5))
            case "dies_speaking":
                self._words_left, self._back_s = int(fault.size * 8), fault.lasts_s
            case _:
                self._bad_commits.append(kind)
                self._back_s = fault.lasts_s

    # -- in the middle of something

    def _server_says(self) -> None:
        if self._words_left is not None:
            self._words_left -= 1
            if self._words_left < 0:
                self._words_left = None
                self._shop.server.doomed = True
                self._death = "died speaking"

    def _came(self, kind: str, part: str, lasts_s: float = 0.0) -> None:
        """A fault that waited for its moment has struck now."""
        now = self._shop.clock.boot()
        self.struck.append(Struck(Fault(now, kind, part, lasts_s, 0.0), now, now + lasts_s))

    def _server_died(self) -> None:
        self._news("the server died in the middle")
        self._came("server died", SERVER, self._back_s)
        self.seen[self._death] += 1
        self._count_waiting()
        self._later(self._back_s, lambda: self._start(SERVER))

    def _before_commit(self) -> None:
        if self._bad_commits and self._bad_commits[0] in ("commit_fails", "dies_before_commit"):
            if self._bad_commits.pop(0) == "dies_before_commit":
                self._shop.server.doomed = True
                self._death = "died before commit"
            self._came("server failed", SERVER)
            raise locked()

    def _after_commit(self) -> None:
        if self._bad_commits and self._bad_commits[0] in ("answer_lost", "dies_after_commit"):
            if self._bad_commits.pop(0) == "answer_lost":
                self.seen["answer lost"] += 1
                self._came("server failed", SERVER)
                raise locked()
            self._shop.server.doomed = True
            self._death = "receipt lost"

    def _aired(self, page: Rang) -> None:
        for fault in list(self._on_air):
            lines = {one.name for one in self._shop.plan.lines if one.gateway == fault.part}
            if page.line in lines:
                self._on_air.remove(fault)
                self._later(0.03 * fault.size, lambda fault=fault: self._kill(fault))  # type: ignore[misc]

    def _kill(self, fault: Fault) -> None:
        self._came(fault.kind, fault.part, fault.lasts_s)
        self._stage.power(fault.part, Power.KILL)
        self._later(fault.lasts_s, lambda: self._start(fault.part))

    # -- hands of the supervisor

    def _count_waiting(self) -> None:
        self.seen["died while presses waited"] += any(unit.waiting for unit in self._shop.units.values())

    def _start(self, part: str) -> None:
        try:
            self._stage.power(part, Power.START)
        except Exception as error:
            if part != SERVER or not self._shop.db.in_trouble(error):
                raise
            self._later(TRIES_AGAIN_S, lambda: self._start(part))

    def _reset(self, part: str) -> None:
        if part == SERVER:
            self._shop.server.reset()
            return
        one = self._shop.gateways.get(part) or self._shop.units[part]
        if one.running and part not in self._stage.frozen:
            link = one.link
            assert link is not None
            in_memory(link).reconnect("reset by peer")

    def _reboot(self, part: str, size: float) -> None:
        if self._stage.runs(part):
            self._stage.power(part, Power.KILL)  # frozen or not: what waited in its kernel is gone
            self._shop.units[part].restart(reboot=True)
            self._shop.units[part].synced = size > NO_CLOCK

    def _forget(self, part: str) -> None:
        """A broker that lost its disk: it does not lose who is there."""
        if not self._stage.runs(part):
            self._shop.broker.forget(self._client(part))

    def _client(self, part: str) -> str:
        plan = self._shop.plan
        return topics.client_id(plan.store, plan.server if part == SERVER else part)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self._timers.append(self._shop.clock.call_later(seconds, call))
