"""The core of a button unit: edges become presses on disk, presses go out until their receipt, lights tell."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from broker_config import codec, topics
from broker_config.channels import COMMAND_ANSWER, IDENTITY_REQUEST, SETTINGS, SETTINGS_ANSWER, Channel
from broker_config.errors import ContractError
from broker_config.link import Connected, Delivery, Disconnected, LinkEvent, Published
from broker_config.messages import (
    Certificate,
    Command,
    DeviceFault,
    DeviceStatus,
    Light,
    Message,
    PressKind,
    PressReceipt,
    Purpose,
    Settings,
    StandIn,
)
from broker_config.renewal.core import NewKey, Renewal
from firmware_bridge import answers, in_force
from firmware_bridge.debounce import Edge
from firmware_bridge.ending import Ending
from firmware_bridge.hands import Hands
from firmware_bridge.intents import Intent, Intentions
from firmware_bridge.lamp import ANSWER_S
from firmware_bridge.lamps import Lamps
from firmware_bridge.night import Loudness
from firmware_bridge.outbox import Identity, Outbox
from firmware_bridge.ports import Plan, Ports
from firmware_bridge.press import NewPress
from firmware_bridge.server_seen import ServerSeen
from firmware_bridge.teller import Teller

log = logging.getLogger(__name__)

Event: TypeAlias = Edge | Intent | LinkEvent | NewKey


class Bridge:
    """Implements `broker_config.loop.Core`. It works on when the disk does not: see `spool`."""

    def __init__(self, who: Identity, plan: Plan, ports: Ports, now: float) -> None:
        """`plan`: what the unit's own file says. The server's last good settings are over it from the start."""
        self._who = who
        self._in_force = in_force.InForce(plan, ports.kept)
        self._plan = plan = self._in_force.plan
        self._ports = ports
        self._link = ports.link
        self._hands = Hands(plan.inputs, plan.keys, ports.contacts.closed, now, ports.look_s)
        self._ticked_look: float | None = None
        self._lamps = Lamps(plan.buttons, ports.outputs.show, now)
        self._intentions = Intentions(plan.buttons, who.boot, plan.ttl_s, ports.new_id, ports.wall)
        self._commands = answers.Commands(plan.buttons, ports.life.objection, ports.kept.last_end())
        self._ending = Ending()
        self._loudness = Loudness(ports.wall)
        self._outbox = Outbox(ports.spool, ports.link, who, ports.wall, plan.resend_s)
        self._teller = Teller(
            who, ports.link, self._hands, self._outbox, ports.read, ports.jitter, plan.telemetry_s, now
        )
        self._server = ServerSeen()
        self._renewal = Renewal(
            ports.renews,
            lambda request: self._say(IDENTITY_REQUEST, request),
            ports.link.reconnect,
            ports.new_id,
        )
        self._bad_packets: dict[str, int] = {}
        self._settings_topic = topics.build(who.store, "b", who.device, SETTINGS.tail)
        self._set_look(plan, now)
        self._remember(now)
        self._lamps.show()

    @property
    def waiting(self) -> int:
        """Presses without a receipt."""
        return len(self._outbox)

    @property
    def bad_packets(self) -> Mapping[str, int]:
        """Deliveries that the contract does not allow, by reason."""
        return self._bad_packets

    @property
    def hands(self) -> Hands:
        """What was made of every contact so far: to be read, from any thread."""
        return self._hands

    def handle(self, events: Sequence[Event], now: float) -> None:
        """Presses first: nothing stands between a finger and the wire but the commit."""
        meant = self._hands.take([event for event in events if isinstance(event, Edge)], now)
        self._take([event for event in events if isinstance(event, Intent)] + meant, now)
        self._show_gestures(meant, now)
        for event in events:
            if not isinstance(event, Edge | Intent):
                self._hear(event, now)
        self._outbox.work(now)
        if self._teller.tell(now, self._in_force.rev):
            self._keep_settings()
        self._renewal.work(now)
        if self._server.forgets(now):
            self._lamps.server_gone(now)
        self._lamps.advance(now)
        self._loudness.advance(now)
        self._lamps.set_volume(self._loudness.now, self._loudness.day)
        self._lamps.show()
        if self._hands.looked_at != self._ticked_look:
            self._tick(now)
        if self._ending.is_over(now):
            self._ports.life.end()

    def due(self) -> float | None:
        moments = [
            self._teller.due(),
            self._hands.due(),
            self._outbox.due(),
            self._lamps.due(),
            self._server.due(),
            self._loudness.due(),
            self._ending.due(),
            self._renewal.due(),
        ]
        return min(moment for moment in moments if moment is not None)

    def set_plan(self, plan: Plan, now: float) -> None:
        """Other settings from now on; presses that are under way go on as they were made."""
        self._plan = plan
        self._hands.set_plan(plan.inputs, plan.keys)
        self._intentions.set_plan(plan.buttons, plan.ttl_s)
        self._lamps.set_buttons(plan.buttons, now)
        self._commands.set_buttons(plan.buttons)
        self._outbox.set_resend(plan.resend_s)
        self._set_look(plan, now)
        self._teller.set_every(plan.telemetry_s, now)

    def faults(self, now: float) -> list[DeviceFault]:
        """What is wrong with the unit."""
        return self._teller.faults(now)

    def stop(self) -> None:
        """The loop has ended: what is settled need not come back."""
        self._outbox.flush()

    def _set_look(self, plan: Plan, now: float) -> None:
        self._loudness.set_plan(plan.volume, plan.night, plan.timezone, now)
        self._lamps.set_lights(plan.lights)
        self._lamps.set_volume(self._loudness.now, self._loudness.day)

    def _tick(self, now: float) -> None:
        """Every contact was just read. The spool answers whatever the disk does, unless the disk hangs."""
        self._ticked_look = self._hands.looked_at
        self._ports.tick("contacts", self._hands.looked_at)
        self._ports.spool.freshest(1)
        self._ports.tick("spool", now)

    def _take(self, intents: Sequence[Intent], now: float) -> None:
        """On the disk, on the wire, then on the lamp."""
        presses = self._intentions.presses(intents, now)
        if not presses:
            return
        kept = self._outbox.add(presses, now)
        for press in presses:
            self._reflect(press, now, kept=press.id in kept)
            if press.purpose is not Purpose.CANARY:
                self._teller.pressed(now)
            what = f"{press.kind.value}, {press.purpose.value}"
            log.info("input %d: %s", press.input, what, extra=_ids("press", press.id))

    def _show_gestures(self, meant: Sequence[Intent], now: float) -> None:
        for intent in meant:
            if intent.kind is PressKind.UNDO:
                self._lamps.undone(intent.input, now)
        for button in self._plan.buttons:
            self._lamps.counting(button, self._hands.counting(button, now), now)

    def _reflect(self, press: NewPress, now: float, *, kept: bool = True, all_wait: bool = False) -> None:
        if press.kind is PressKind.UNDO:
            standing = self._intentions.standing(press.input, now)
            waits = standing is not None and (all_wait or self._outbox.find(standing.id) is not None)
            self._lamps.taken_back(press, standing, waits, now)
        else:
            self._lamps.pressed(press, now, kept=kept)

    def _hear(self, event: LinkEvent | NewKey, now: float) -> None:
        if isinstance(event, Published):
            self._outbox.published(event)
            self._renewal.published(event)
            self._ending.published(event.handle, now)
        elif isinstance(event, Delivery):
            self._read(event, now)
            self._link.settle(event)
        elif isinstance(event, Connected):
            self._teller.connected()
            self._server.connected()
            self._renewal.connected(now)
            self._outbox.connected(now)
        elif isinstance(event, NewKey):
            self._renewal.made(event, now)
        else:
            assert isinstance(event, Disconnected)
            log.info("link lost: %s", event.reason, extra={"action": "link.lost"})
            self._teller.disconnected(event, now)
            self._server.away(now)
            self._renewal.disconnected()
            self._outbox.disconnected()

    def _read(self, delivery: Delivery, now: float) -> None:
        try:
            received = codec.receive(delivery)
            ours = received.kind == "b" and received.device == self._who.device
            if received.store != self._who.store or not (ours or received.kind == "s"):
                raise ContractError("foreign", "not for this unit")
        except ContractError as error:
            self._bad_packets[error.reason] = self._bad_packets.get(error.reason, 0) + 1
            log.warning("a packet was not read: %s", error, extra={"action": "packet.refused"})
            if error.reason == "fields" and delivery.topic == self._settings_topic:
                refusal = in_force.refusal(delivery.payload)
                if refusal is not None:
                    self._say(SETTINGS_ANSWER, refusal)
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
                if self._server.status(message, now):
                    self._outbox.resend_all(now)  # at once, not at the next try
            case Command():
                self._command(message, now)
            case Certificate():
                self._renewal.heard(message, now)
            case Settings():
                taken = self._in_force.take(message)
                if taken.plan is not None:
                    self.set_plan(taken.plan, now)
                self._say(SETTINGS_ANSWER, taken.answer)
            case _:
                log.debug("nothing to do", extra={"action": type(message).__name__})

    def _command(self, command: Command, now: float) -> None:
        done = self._commands.take(command)
        self._lamps.identify(done.identify, now)
        self._take(done.intents, now)
        if done.ends:
            try:
                self._ports.kept.keep_end(command.id)
            except OSError as error:
                log.warning("sent again, this command is done again: %s", error, extra={"action": "end"})
        handle = self._say(COMMAND_ANSWER, done.answer)
        if done.ends:
            self._ending.after(handle, now)

    def _keep_settings(self) -> None:
        """What the disk did not take when the server sent it is tried again."""
        kept = self._in_force.keep_again()
        if kept is not None:
            self._say(SETTINGS_ANSWER, kept)

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

    def _say(self, channel: Channel, message: Message) -> int | None:
        return self._link.publish(codec.publication(channel, self._who.store, "b", self._who.device, message))

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
