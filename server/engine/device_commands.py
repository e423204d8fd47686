"""What people tell a device to do now. Each ends once: the device did it, said no, or never answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import Command, CommandAnswer, CommandName
from server.db.connect import Database
from server.db.vitals import open_commands
from server.engine.health import Health
from server.engine.timers import Timers
from server.engine.vitals import Unit
from server.engine.wishes import inputs_of
from server.engine.work import Work
from server.requests import Answer, CommandDevice, CommandSent, Refusal, RefusalReason
from server.rules.audit import Action as Audited
from server.rules.audit import Target
from server.rules.journal import Action
from server.rules.presence import Presence
from server.rules.wishes import ANSWER_WITHIN, OF_GATEWAY, OF_UNIT, command_args

TOLD = frozenset({CommandName.DRILL, CommandName.RESTART, CommandName.ROTATE})
"""Others notice these: they are in the journal."""


class DeviceCommands:
    """`new_id` makes UUIDv7."""

    def __init__(
        self,
        db: Database,
        health: Health,
        timers: Timers,
        new_id: Callable[[], UUID],
        connected: Callable[[str], bool],
    ) -> None:
        self._db, self._health, self._timers = db, health, timers
        self._new_id, self._connected = new_id, connected
        self._open: dict[UUID, Unit] = {}

    def start(self, stores: Iterable[str], now: datetime) -> None:
        """What the server before this one asked may still be answered, or never will be."""
        with self._db.reading() as session:
            for store in stores:
                for row in open_commands(session, store):
                    self._open[row.id] = (store, row.device)
                    self._timers.set(("command", row.id), max(now, row.asked_at + ANSWER_WITHIN))

    def ask(self, work: Work, request: CommandDevice) -> Answer:
        unit = (request.store, request.device)
        store, vital = work.picture.stores.get(request.store), self._health.of(work, unit)
        if store is None or vital is None or request.account not in store.accounts:
            return Refusal(None, RefusalReason.UNKNOWN)
        if request.name not in (OF_UNIT if vital.kind == "b" else OF_GATEWAY):
            return Refusal(None, RefusalReason.BAD_VALUE, errors={"name": "no command of this device"})
        errors = command_args(request.name, request.args, inputs_of(work, unit, vital))
        if errors:
            return Refusal(None, RefusalReason.BAD_VALUE, errors=errors)
        if vital.state != Presence.ONLINE or not self._connected(request.store):
            return Refusal(None, RefusalReason.AWAY)
        command = Command(id=self._new_id(), name=request.name, args=dict(request.args))
        self.begin(work, command.id, unit, request.name.value, command.args, request.account)
        packet = publication(channels.COMMAND, request.store, vital.kind, request.device, command)
        work.others.append((request.store, packet))
        if request.name in TOLD:
            work.say(
                Action.COMMAND,
                store=request.store,
                account=request.account,
                new=request.name.value,
                device=request.device,
                input=request.args.get("input"),
            )
        told = {
            "command": (None, request.name.value),
            **{name: (None, value) for name, value in request.args.items()},
        }
        target = Target("device", request.device, request.device)
        work.note(request, Audited.DEVICE_COMMAND, request.store, target, told)
        work.rang.add(request.store)
        return CommandSent(request.store, request.device, command.id)

    def begin(
        self, work: Work, key: UUID, unit: Unit, name: str, args: Mapping[str, Any], account: int
    ) -> None:
        """Write down that it is asked, and wait for what comes of it."""
        work.vitals.commands[key] = {
            "store_id": unit[0],
            "device": unit[1],
            "name": name,
            "args": dict(args),
            "account_id": account,
            "asked_at": work.now,
            "state": "asked",
            "text": "",
        }
        work.picture.note(self._open, key, unit, work.undo)
        self._timers.set(("command", key), work.now + ANSWER_WITHIN)

    def ended(self, work: Work, key: UUID, unit: Unit, state: str, text: str = "") -> bool:
        """False: nothing of the kind is open at this device."""
        if self._open.get(key) != unit:
            return False
        self._end(work, key, state, text)
        return True

    def is_open(self, key: UUID, unit: Unit) -> bool:
        return self._open.get(key) == unit

    def answered(self, work: Work, store: str, device: str, answer: CommandAnswer) -> None:
        self.ended(work, answer.id, (store, device), "done" if answer.ok else "refused", answer.text)

    def due(self, work: Work, command: UUID) -> None:
        if command in self._open:
            self._end(work, command, "no_answer")

    def _end(self, work: Work, command: UUID, state: str, text: str = "") -> None:
        unit = self._open.pop(command)
        work.undo.append(lambda: self._open.__setitem__(command, unit))
        columns = work.vitals.commands.setdefault(command, {})
        columns |= {"state": state, "text": text, "answered_at": work.now if state != "no_answer" else None}
        work.rang.add(unit[0])
