"""The core of a button unit: edges become presses on disk, presses go out until their receipt, lights tell."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from uuid import UUID

from broker_config import codec
from broker_config.channels import COMMAND_ANSWER, SETTINGS_ANSWER, TELEMETRY, Channel
from broker_config.errors import ContractError
from broker_config.link import Connected, Delivery, Disconnected, LinkEvent, Published
from broker_config.messages import (
    Command,
    DeviceState,
    DeviceStatus,
    Light,
    Message,
    PressKind,
    PressReceipt,
    Purpose,
    Settings,
    StandIn,
)
from firmware_bridge import answers, health
from firmware_bridge.debounce import Debounce, Edge
from firmware_bridge.intents import Intent, Intentions, meant_by
from firmware_bridge.lamp import ANSWER_S
from firmware_bridge.lamps import Lamps
from firmware_bridge.outbox import Identity, Outbox
from firmware_bridge.ports import Plan, Ports
from firmware_bridge.spool import NewPress

log = logging.getLogger(__name__)

Event: TypeAlias = Edge | Intent | LinkEvent


@dataclass(slots=True)
class _Seen:
    """What telemetry counts."""

    started: float
    connects: int = 0
    last_press: float | None = None
    bad_packets: dict[str, int] = field(default_factory=dict)


class Bridge:
    """Implements `broker_config.loop.Core`. Raises SpoolError when the disk fails: the process must end then."""

    def __init__(self, who: Identity, plan: Plan, ports: Ports, now: float) -> None:
        self._who = who
        self._plan = plan
        self._ports = ports
        self._link = ports.link
        self._contacts = {
            number: Debounce(number, rules, ports.contacts.closed(number), now)
            for number, rules in plan.inputs.items()
        }
        self._lamps = Lamps(plan.buttons, ports.outputs.show, now)
        self._intentions = Intentions(plan.buttons, who.boot, plan.ttl_s, ports.new_id, ports.wall)
        self._commands = answers.Commands(plan.buttons)
        self._outbox = Outbox(ports.spool, ports.link, who, ports.wall, plan.resend_s)
        self._seen = _Seen(now)
        self._server: DeviceStatus | None = None
        self._telemetry_at = now + health.JITTER_S * ports.jitter()
        self._remember(now)
        self._lamps.show()

    @property
    def waiting(self) -> int:
        """Presses without a receipt."""
        return len(self._outbox)

    @property
    def bad_packets(self) -> Mapping[str, int]:
        """Deliveries that the contract does not allow, by reason."""
        return self._seen.bad_packets

    def handle(self, events: Sequence[Event], now: float) -> None:
        """Presses first: nothing stands between a finger and the wire but the commit."""
        intents: list[Intent] = []
        for event in events:
            if isinstance(event, Intent):
                intents.append(event)
            elif isinstance(event, Edge) and event.input in self._contacts:
                changes = self._contacts[event.input].feed(event.closed, event.at)
                intents += meant_by(changes, self._plan.keys)
        intents += self._poll(now)
        self._take(intents, now)
        for event in events:
            if not isinstance(event, Edge | Intent):
                self._hear(event, now)
        self._outbox.work(now)
        self._tell(now)
        self._lamps.advance(now)
        self._lamps.show()

    def due(self) -> float | None:
        moments: list[float | None] = [self._telemetry_at, self._outbox.due()]
        moments += [contact.due() for contact in self._contacts.values()]
        moments.append(self._lamps.due())
        return min(moment for moment in moments if moment is not None)

    def stop(self) -> None:
        """The loop has ended: what is settled need not come back."""
        self._outbox.flush()

    def _poll(self, now: float) -> list[Intent]:
        intents: list[Intent] = []
        for number, contact in self._contacts.items():
            due = contact.due()
            if due is not None and due <= now:
                changes = contact.feed(self._ports.contacts.closed(number), now)
                intents += meant_by(changes, self._plan.keys)
        return intents

    def _take(self, intents: Sequence[Intent], now: float) -> None:
        """On the disk, on the wire, then on the lamp."""
        presses = self._intentions.presses(intents, now)
        if not presses:
            return
        self._outbox.add(presses, now)
        for press in presses:
            self._reflect(press, now)
            if press.purpose is not Purpose.CANARY:
                self._seen.last_press = now
            what = f"{press.kind.value}, {press.purpose.value}"
            log.info("input %d: %s", press.input, what, extra=_ids("press", press.id))

    def _reflect(self, press: NewPress, now: float, *, all_wait: bool = False) -> None:
        if press.kind is PressKind.UNDO:
            standing = self._intentions.standing(press.input, now)
            waits = standing is not None and (all_wait or self._outbox.find(standing.id) is not None)
            self._lamps.taken_back(press, standing, waits, now)
        else:
            self._lamps.pressed(press, now)

    def _hear(self, event: LinkEvent, now: float) -> None:
        if isinstance(event, Published):
            self._outbox.published(event)
        elif isinstance(event, Delivery):
            self._read(event, now)
            self._link.settle(event)
        elif isinstance(event, Connected):
            self._seen.connects += 1
            self._outbox.connected(now)
        else:
            assert isinstance(event, Disconnected)
            log.info("link lost: %s", event.reason, extra={"action": "link.lost"})
            self._outbox.disconnected()

    def _read(self, delivery: Delivery, now: float) -> None:
        try:
            received = codec.receive(delivery)
            ours = received.kind == "b" and received.device == self._who.device
            if received.store != self._who.store or not (ours or received.kind == "s"):
                raise ContractError("foreign", "not for this unit")
        except ContractError as error:
            self._seen.bad_packets[error.reason] = self._seen.bad_packets.get(error.reason, 0) + 1
            log.warning("a packet was not read: %s", error, extra={"action": "packet.refused"})
            return
        self._obey(received.message, now)

    def _obey(self, message: Message, now: float) -> None:
        match message:
            case PressReceipt():
                self._receipt(message, now)
            case Light():
                self._lamps.light(message, now)
            case StandIn():
                self._stood_in(message, now)
            case DeviceStatus():
                self._server_status(message, now)
            case Command():
                done = self._commands.take(message)
                if done.identify:
                    self._lamps.identify(now)
                self._take(done.intents, now)
                self._say(COMMAND_ANSWER, done.answer)
            case Settings():
                self._say(SETTINGS_ANSWER, answers.to_settings(message))
            case _:
                log.debug("nothing to do", extra={"action": type(message).__name__})

    def _receipt(self, receipt: PressReceipt, now: float) -> None:
        spooled = self._outbox.settle(receipt.id, now)
        if spooled is None:
            log.debug("receipt of a press that is not here", extra=_ids("receipt.unknown", receipt.id))
            return
        self._lamps.settled(spooled.press, receipt, now)
        log.info("receipt: %s", receipt.result.value, extra=_ids("receipt", receipt.id))

    def _stood_in(self, message: StandIn, now: float) -> None:
        press = self._outbox.find(message.press)
        if press is not None and press.input == message.input and not self._intentions.is_undone(press.id):
            self._lamps.stood_in(press, message.state, now)

    def _server_status(self, status: DeviceStatus, now: float) -> None:
        """A server that came back gets everything at once, not at the next try."""
        before, self._server = self._server, status
        back = before is not None and (before.state, before.run) != (status.state, status.run)
        if back and status.state is DeviceState.ONLINE:
            self._outbox.resend_all(now)

    def _tell(self, now: float) -> None:
        if now < self._telemetry_at:
            return
        self._telemetry_at = now + self._plan.telemetry_s + health.JITTER_S * self._ports.jitter()
        if not self._link.connected:
            return
        seen = self._seen
        counts = health.Counts(
            up_s=now - seen.started,
            spool=len(self._outbox),
            oldest_s=self._outbox.oldest_age(now),
            reconnects=max(0, seen.connects - 1),
            last_press_s=None if seen.last_press is None else now - seen.last_press,
        )
        inputs = [health.input_health(number, contact, now) for number, contact in self._contacts.items()]
        self._say(TELEMETRY, health.telemetry(self._who, counts, self._ports.read(), inputs))

    def _say(self, channel: Channel, message: Message) -> None:
        self._link.publish(codec.publication(channel, self._who.store, "b", self._who.device, message))

    def _remember(self, now: float) -> None:
        """After a restart the customer may still stand there: go on with the press's light where it was."""
        for spooled in reversed(self._ports.spool.freshest(64)):
            age_s, known = self._outbox.age(spooled.press, now)
            if (
                spooled.press.input in self._plan.buttons
                and known
                and age_s < max(ANSWER_S, spooled.press.ttl_s)
            ):
                press = replace(spooled.press, pushed_boot=now - age_s)
                self._intentions.remember(press)
                self._reflect(press, now, all_wait=True)


def _ids(action: str, press: UUID) -> dict[str, str]:
    return {"action": action, "press_id": str(press)}
