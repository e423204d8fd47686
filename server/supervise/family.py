"""All children together: started in order, each ready before the next; started again when one dies; ended in
reverse order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from server.supervise.child import CALM_S, Child, Part, pause_s
from server.supervise.errors import Failed

LOOK_S = 0.1
Say = Callable[[str], None]


class Switch(StrEnum):
    """What a person may do to a child of a simulated shop. Who was ended by hand stays so until START."""

    KILL = "kill"
    STOP = "stop"
    START = "start"
    FREEZE = "freeze"
    THAW = "thaw"


class Family:
    """`wait(seconds)` sleeps, and says True once somebody asked for the end (Ctrl-C, SIGTERM)."""

    def __init__(
        self,
        clock: Callable[[], float],
        wait: Callable[[float], bool],
        say: Say,
        keep_open: Sequence[int] = (),
    ) -> None:
        self._clock = clock
        self._wait = wait
        self._say = say
        self._keep_open = keep_open
        self.children: list[Child] = []
        self._deaths: dict[str, int] = {}
        self._again_at: dict[str, float] = {}
        self._starting: set[str] = set()
        self._rests: dict[str, str] = {}
        """Who was ended by hand, and whether that is called `stopped` or `dead`."""
        self._kill_at: dict[str, float] = {}
        """Who was asked by hand to end, and how long it has for it."""
        self._watching = False

    def start(self, *parts: Part) -> bool:
        """Start these side by side and wait until all are ready. False when the end was asked for meanwhile.
        Raises Failed."""
        waiting = [Child(part, self._clock, self._keep_open) for part in parts]
        self.children += waiting
        for child in waiting:
            child.start()
            self._starting.add(child.part.name)
        while waiting := [child for child in waiting if not self._has_come(child)]:
            if self._wait(LOOK_S):
                return False
        return True

    def _has_come(self, child: Child) -> bool:
        name = child.part.name
        if child.exit_code() is not None:
            raise Failed(f"{name} ended at its start ({_how(child)})" + _said(child))
        if child.is_ready():
            self._starting.discard(name)
            return True
        if child.is_late():
            raise Failed(f"{name} was not ready within {child.part.deadline_s:.0f} s" + _said(child))
        return False

    def watch(self) -> None:
        """Until the end is asked for: whoever dies is started again, a little later each time."""
        self._watching = True
        while not self._wait(LOOK_S):
            now = self._clock()
            for child in self.children:
                self._look_after(child, now)

    def _look_after(self, child: Child, now: float) -> None:
        name = child.part.name
        if name in self._rests:
            self._let_rest(child, now)
        elif child.is_frozen and child.exit_code() is None:
            return
        elif name in self._again_at:
            if now >= self._again_at[name]:
                del self._again_at[name]
                child.start()
                self._starting.add(name)
        elif child.exit_code() is not None:
            child.thaw()
            child.sweep()
            lived = now - child.started_at
            deaths = self._deaths[name] = 1 if lived > CALM_S else self._deaths.get(name, 0) + 1
            pause = pause_s(deaths)
            self._again_at[name] = now + pause
            self._starting.discard(name)
            self._say(
                f"{name} ended ({_how(child)}); starting it again in {pause:g} s. Its words: {child.part.log}"
            )
        elif name in self._starting:
            if child.is_ready():
                self._starting.discard(name)
                self._say(f"{name} is back")
            elif child.is_late():
                self._say(f"{name} is not ready after {child.part.deadline_s:.0f} s; ending it to try again")
                child.kill()

    def _let_rest(self, child: Child, now: float) -> None:
        name = child.part.name
        if child.exit_code() is not None:
            if self._kill_at.pop(name, None) is not None:
                child.sweep()
        elif now >= self._kill_at.get(name, now):
            child.kill()

    def states(self) -> dict[str, dict[str, Any]]:
        """By name: what each child is at, and its process."""
        return {
            child.part.name: {
                "state": self._state(child),
                "pid": child.pid if child.exit_code() is None else None,
            }
            for child in self.children
        }

    def _state(self, child: Child) -> str:
        name = child.part.name
        if child.exit_code() is not None:
            return self._rests.get(name, "dead")
        if child.is_frozen:
            return "frozen"
        return "starting" if name in self._starting else "running"

    def switch(self, name: str, switch: Switch) -> None:
        """By hand, while the shop is watched. Raises KeyError when there is no such child, ValueError when it is too
        early. What is so already stays as it is."""
        child = next((one for one in self.children if one.part.name == name), None)
        if child is None:
            raise KeyError(f"there is no part {name}")
        if not self._watching:
            raise ValueError("the shop is still starting")
        self._say(f"{name}: {switch.value}, by hand")
        match switch:
            case Switch.KILL | Switch.STOP:
                self._end_by_hand(child, switch)
            case Switch.START:
                self._start_by_hand(child)
            case Switch.FREEZE:
                child.freeze()
            case Switch.THAW:
                child.thaw()

    def _end_by_hand(self, child: Child, switch: Switch) -> None:
        name, now = child.part.name, self._clock()
        self._again_at.pop(name, None)
        self._starting.discard(name)
        self._rests[name] = "stopped" if switch is Switch.STOP else "dead"
        if switch is Switch.STOP:
            self._kill_at[name] = now + child.part.grace_s
            child.ask_to_end()
        else:
            self._kill_at[name] = now
            child.kill()
        child.thaw()

    def _start_by_hand(self, child: Child) -> None:
        name = child.part.name
        if child.exit_code() is None and name in self._rests:
            child.kill()  # it was asked to end and takes its time: nobody waits for it now
            child.wait(5.0)
        child.thaw()
        self._rests.pop(name, None)
        self._kill_at.pop(name, None)
        self._again_at.pop(name, None)
        if child.exit_code() is None:
            return
        child.sweep()
        self._deaths.pop(name, None)
        self._starting.add(name)
        child.start()

    def end(self) -> None:
        """Last started, first ended; whoever does not listen is killed. A second request kills at once."""
        for child in self.children:
            child.thaw()
        for child in reversed(self.children):
            if child.exit_code() is not None:
                continue
            child.ask_to_end()
            if not child.wait(child.part.grace_s):
                self._say(f"{child.part.name} did not end within {child.part.grace_s:g} s and was killed")
                child.kill()
                child.wait(5.0)
            child.sweep()

    def kill(self) -> None:
        for child in reversed(self.children):
            child.kill()
            child.thaw()


def _how(child: Child) -> str:
    code = child.exit_code()
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _said(child: Child) -> str:
    lines = child.last_lines()
    told = "".join(f"\n    {line}" for line in lines) if lines else " and said nothing"
    return f". Its last words ({child.part.log}):{told}" if lines else told + "."
