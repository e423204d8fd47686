"""The gateway as a device: abilities, telemetry, settings, commands. Not a word about pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from pydantic import ValidationError

from broker_config import codec
from broker_config.channels import ABILITIES, COMMAND_ANSWER, SETTINGS_ANSWER, TELEMETRY, Channel
from broker_config.link import Link
from broker_config.messages import (
    Abilities,
    Command,
    CommandAnswer,
    CommandName,
    Message,
    Settings,
    SettingsAnswer,
    Telemetry,
)
from pager_gateway.ledger import Ledger
from pager_gateway.overheard import Overheard
from pager_gateway.probes import Found, Probes
from pager_gateway.setup import Identity
from pager_gateway.standby import Lane
from pager_gateway.transmitter import Heard

_FOREIGN = ("inputs", "ttl_s", "resend_s", "volume", "night", "lights")


class Desk:
    """Owned by the gateway core. Everything here may be lost without harm, so nothing is kept for later."""

    def __init__(
        self,
        identity: Identity,
        link: Link,
        ledger: Ledger,
        lanes: Mapping[str, Lane],
        pages: Callable[[float], tuple[int, float]],
        probes: Probes,
        synced: Callable[[], bool],
        telling_s: float,
    ) -> None:
        """`pages(now)` says how many pages have no final state, and how old in seconds the oldest is; `telling_s`: how
        often it tells of itself unless its settings say something else."""
        self._identity = identity
        self._link = link
        self._ledger = ledger
        self._lanes = lanes
        self._pages = pages
        self._probes = probes
        self._synced = synced
        self._telling_s = telling_s
        self._started_at: float | None = None
        self._connects = 0
        self._next: float | None = None
        self._settings = self._load()
        self._dirty = False
        self._overheard = Overheard()

    def connected(self, now: float) -> None:
        self._connects += 1
        if self._started_at is None:
            self._started_at = now
        self._next = now
        self.changed()

    def changed(self) -> None:
        """A transmitter's state or cause changed: the abilities go out with the next `act`."""
        self._dirty = True

    def heard(self, transmitter: str, heard: Heard, now: float) -> None:
        """Of somebody else's button: it goes out with the abilities, so that it can be chosen on a screen."""
        self._overheard.put(transmitter, heard, now)

    def due(self) -> float | None:
        moments = [moment for moment in (self._next, self._overheard.due()) if moment is not None]
        return min(moments, default=None)

    def act(self, now: float) -> None:
        self._dirty |= self._overheard.take(now)
        if self._dirty and self._link.connected:
            self._dirty = False
            self._say(ABILITIES, self.abilities(now))
        if self._next is not None and self._next <= now:
            self._next = now + (self._settings.telemetry_s or self._telling_s)
            self._say(TELEMETRY, self.telemetry(now))

    def abilities(self, now: float) -> Abilities:
        found = [
            lane.abilities.model_copy(update={**_now(lane, now), "heard": self._overheard.of(lane.id)})
            for lane in self._lanes.values()
        ]
        return Abilities(run=self._identity.run[:32], transmitters=found)

    def telemetry(self, now: float) -> Telemetry:
        count, oldest_s = self._pages(now)
        started = now if self._started_at is None else self._started_at
        return Telemetry(
            run=self._identity.run,
            boot=self._identity.boot,
            up_s=int(now - started),
            spool=count,
            oldest_ms=int(oldest_s * 1000),
            clock="synced" if self._synced() else "unsynced",
            reconnects=max(0, self._connects - 1),
            cfg_rev=self._settings.rev,
            sw=self._identity.sw,
        )

    def settings(self, settings: Settings) -> None:
        """Only `telemetry_s` means anything here. The last good one is kept on disk."""
        errors = {
            name: "a gateway has no such setting"
            for name in _FOREIGN
            if getattr(settings, name, None) is not None
        }
        if not errors:
            try:
                self._ledger.note("settings", codec.encode(settings).decode())
                self._settings = settings
            except sqlite3.Error:
                errors = {"rev": "cannot be kept: the gateway's disk cannot be written"}
        self._say(SETTINGS_ANSWER, SettingsAnswer(rev=settings.rev, ok=not errors, errors=errors))

    def command(self, command: Command, now: float) -> None:
        if command.name is CommandName.PROBE:
            self._probes.ask(self._lanes, lambda found, _: self._probed(command, found), now)
            return
        if command.name is CommandName.IDENTIFY:
            text = "a gateway has no light and no sound; " + self._health_in_words(now)
            answer = CommandAnswer(id=command.id, ok=False, text=text[:500])
        else:
            text = f"this gateway cannot do {command.name.value}"
            answer = CommandAnswer(id=command.id, ok=False, text=text)
        self._say(COMMAND_ANSWER, answer)

    def _probed(self, command: Command, found: Mapping[str, Found]) -> None:
        """One line per transmitter; good only when each of them answered."""
        parts = []
        for name in self._lanes:
            error = found[name].error
            parts.append(f"{name}: " + ("it answers" if error is None else f"{error.text} ({error.code})"))
        ok = all(one.error is None for one in found.values())
        self._say(COMMAND_ANSWER, CommandAnswer(id=command.id, ok=ok, text="; ".join(parts)[:500]))

    def _health_in_words(self, now: float) -> str:
        """What was known when the question came, and how old that is."""
        parts = []
        for lane in self._lanes.values():
            age = "never heard" if lane.heard_at is None else f"since {int(now - lane.heard_at)} s"
            parts.append(f"{lane.id}: {lane.health.state}, {lane.health.cause or 'no trouble'} ({age})")
        return "; ".join(parts)[:400]

    def _say(self, channel: Channel, message: Message) -> None:
        self._link.publish(
            codec.publication(channel, self._identity.store, "g", self._identity.device, message)
        )

    def _load(self) -> Settings:
        try:
            return Settings.model_validate_json(self._ledger.noted("settings") or '{"rev": 0}')
        except ValidationError:
            return Settings(rev=0)


def _now(lane: Lane, now: float) -> dict[str, object]:
    """How a transmitter is. One that has no air left is busy; all other trouble comes first."""
    full = lane.air_full and lane.health.state == "ready"
    return {
        "state": "busy" if full else lane.health.state,
        "cause": lane.health.cause or lane.air_cause,
        "ceiling_s_per_h": lane.limits.ceiling_s_per_h,
        "air_s": round(lane.air.used(now)),
    }
