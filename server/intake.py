"""What came from the wire, read by the contract and handed to whoever deals with it. Nothing here can stop a queue:
whatever is not allowed becomes a row in the refused list."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from broker_config import channels, topics
from broker_config.codec import Received, publication, receive
from broker_config.errors import ContractError
from broker_config.link import Delivery
from broker_config.messages import (
    Abilities,
    CertificateRequest,
    CommandAnswer,
    DeviceStatus,
    FallbackReport,
    PageResult,
    Press,
    PressKind,
    PressReceipt,
    Probe,
    Purpose,
    ReceiptResult,
    SettingsAnswer,
    Telemetry,
)
from server.engine.arrivals import Arrival, Known
from server.engine.canaries import Canaries
from server.engine.device_commands import DeviceCommands
from server.engine.devices import Devices
from server.engine.health import Health
from server.engine.presses import Presses
from server.engine.results import Results
from server.engine.stand_in_reports import StandInReports
from server.engine.teaching import Teaching
from server.engine.vitals import Came
from server.engine.wishes import Wishes
from server.engine.work import RefusedOne, Work
from server.rules.dedup import age_ms, doubt_ms, report_age_ms

log = logging.getLogger(__name__)

SAMPLE_BYTES = 300
MOST_SEQ = 2**53


@dataclass(frozen=True, slots=True)
class Incoming:
    """A delivery of one store's link. `received` is None when it broke the contract (`error` says how)."""

    store: str
    delivery: Delivery
    received: Received | None
    error: ContractError | None


def read(store: str, delivery: Delivery, devices: Mapping[str, str]) -> Incoming:
    """Check a delivery by the contract and by who is known in the store. Never raises."""
    try:
        received = receive(delivery)
        if received.store != store:
            raise ContractError("foreign", "another store's topic")
        if received.kind != "s" and received.device not in devices:
            raise ContractError("foreign", "no such device in this store")
        if devices.get(received.device, received.kind) != received.kind:
            raise ContractError("kind", "this device is of another kind")
    except ContractError as error:
        return Incoming(store, delivery, None, error)
    return Incoming(store, delivery, received, None)


def is_clearing(delivery: Delivery) -> bool:
    """Nothing, on a channel that is kept: the janitor's only word, and whoever may write there can say it too."""
    if delivery.payload or not delivery.retain:
        return False
    try:
        place = topics.parse(delivery.topic)
    except ContractError:
        return False
    channel = channels.BY_TAIL.get((place.kind, place.tail))
    return channel is not None and channel.retain


def may_be_known(incoming: Incoming) -> tuple[UUID, ...]:
    """Ids to look up before this press is dealt with. A first send cannot be stored yet, so the usual press costs
    no query; should somebody use an id twice, the insert fails and the group is done again with every id looked up."""
    press = press_of(incoming)
    if press is None:
        return ()
    again = press.try_ > 1 or incoming.delivery.dup
    return ((press.id,) if again else ()) + ((press.ref,) if press.ref is not None else ())


def press_of(incoming: Incoming) -> Press | None:
    received = incoming.received
    return (
        cast(Press, received.message) if received is not None and received.channel is channels.PRESS else None
    )


class Intake:
    """`round_trip` gives a store's last probe, `doubt` by how much a press that came in at a moment (boot clock) may be
    older than it says; all in seconds. `renew` takes what a device asks for (store, device, request) and returns at
    once."""

    def __init__(
        self,
        presses: Presses,
        results: Results,
        devices: Devices,
        canaries: Canaries,
        reports: StandInReports,
        health: Health,
        wishes: Wishes,
        commands: DeviceCommands,
        teaching: Teaching,
        round_trip: Callable[[str], float],
        doubt: Callable[[str, float, float], float],
        renew: Callable[[str, str, CertificateRequest], None],
    ) -> None:
        self._renew = renew
        self._doubt = doubt
        self._health, self._wishes, self._commands = health, wishes, commands
        self._teaching = teaching
        self._reports = reports
        self._canaries = canaries
        self._presses = presses
        self._results = results
        self._devices = devices
        self._round_trip = round_trip

    def take(self, work: Work, incoming: Incoming, known: Mapping[UUID, Known]) -> None:
        delivery, received = incoming.delivery, incoming.received
        work.settles.append((incoming.store, delivery))
        if is_clearing(delivery):
            self._cleared(work, incoming)
        elif received is None:
            assert incoming.error is not None
            self._refuse(work, incoming, incoming.error)
        elif received.channel is channels.PRESS:
            self._press(work, incoming, received, known)
        elif received.channel is channels.RESULT:
            result = cast(PageResult, received.message)
            about = (work, received.store, received.device, result)
            self._devices.answered(work, received.store, received.device)
            if not any(
                take(*about) for take in (self._canaries.result, self._teaching.result, self._results.take)
            ):
                log.info(
                    "result for a page that is not open here",
                    extra={
                        "action": "result.unknown",
                        "page_id": str(result.page),
                        "device": received.device,
                    },
                )
        elif received.channel is channels.TELEMETRY:
            self._health.telemetry(work, received.store, received.device, cast(Telemetry, received.message))
        elif received.channel is channels.STATUS:
            self._devices.status(work, received.store, received.device, cast(DeviceStatus, received.message))
        elif received.channel is channels.ABILITIES:
            self._devices.abilities(work, received.store, received.device, cast(Abilities, received.message))
        elif received.channel is channels.COMMAND_ANSWER:
            answer = cast(CommandAnswer, received.message)
            self._canaries.answered(work, received.store, received.device, answer)
            self._commands.answered(work, received.store, received.device, answer)
        elif received.channel is channels.SETTINGS_ANSWER:
            said = cast(SettingsAnswer, received.message)
            self._wishes.answered(work, received.store, received.device, said)
        elif received.channel is channels.PLAN_REPORT:
            self._report(work, incoming, received)
        elif received.channel is channels.IDENTITY_REQUEST:
            asked = cast(CertificateRequest, received.message)
            work.answers.append(lambda: self._renew(received.store, received.device, asked))
        elif received.channel is channels.PROBE:
            self._devices.probe(received.store, cast(Probe, received.message), delivery.at)

    def _cleared(self, work: Work, incoming: Incoming) -> None:
        """The door took away what the broker kept of a device: it is not there any more."""
        place = topics.parse(incoming.delivery.topic)
        if place.store == incoming.store and place.tail == channels.STATUS.tail:
            self._devices.cleared(work, place.store, place.device)

    def _report(self, work: Work, incoming: Incoming, received: Received) -> None:
        delivery, report = incoming.delivery, cast(FallbackReport, received.message)
        waited = max(0.0, work.boot - delivery.at)
        age = report_age_ms(report, delivery.expiry_s, waited, self._round_trip(incoming.store))
        pressed_at = work.now - timedelta(milliseconds=age)
        self._reports.take(work, received.store, received.device, report, pressed_at)

    def _press(self, work: Work, incoming: Incoming, received: Received, known: Mapping[UUID, Known]) -> None:
        delivery = incoming.delivery
        press = cast(Press, received.message)
        waited = max(0.0, work.boot - delivery.at)
        age = age_ms(press, delivery.expiry_s, 0.0, self._round_trip(incoming.store))
        arrival = Arrival(
            store=work.picture.stores[incoming.store],
            device=received.device,
            press=press,
            age_ms=age,
            received_at=work.now - timedelta(seconds=waited),
            doubt_ms=doubt_ms(press, delivery.expiry_s)
            + round(1000 * self._doubt(incoming.store, delivery.at, age / 1000)),
        )
        self._presses.take(work, arrival, known)
        shown = press.purpose is not Purpose.CANARY and press.kind is not PressKind.QUIET
        unit = (received.store, received.device)
        work.came.append(Came(unit, press.seq, press.run, arrival.pressed_at if shown else None))

    def _refuse(self, work: Work, incoming: Incoming, error: ContractError) -> None:
        delivery = incoming.delivery
        try:
            place = topics.parse(delivery.topic)
            device = place.device
        except ContractError:
            place, device = None, ""
        work.refused.append(
            RefusedOne(
                incoming.store,
                device,
                error.reason,
                delivery.topic,
                error.detail,
                delivery.payload[:SAMPLE_BYTES],
            )
        )
        log.warning(
            "refused a message", extra={"action": "intake.refused", "device": device, "reason": error.reason}
        )
        is_press = place is not None and place.tail == channels.PRESS.tail and place.kind == "b"
        known = work.picture.stores[incoming.store].devices.get(device) == "b"
        read = press_read(delivery.payload) if is_press and known and not delivery.retain else None
        press = None if read is None else read.id
        if read is not None and read.seq:
            work.came.append(Came((incoming.store, device), read.seq, read.run, None))
        if press is not None:
            receipt = PressReceipt(id=press, result=ReceiptResult.REFUSED, reason=error.reason, at=work.now)
            work.receipts.append(
                (incoming.store, publication(channels.RECEIPT, incoming.store, "b", device, receipt))
            )


@dataclass(frozen=True, slots=True)
class Unread:
    """What can be told of a press that cannot be read otherwise. `seq` 0: not even that."""

    id: UUID
    seq: int
    run: str


def press_read(payload: bytes) -> Unread | None:
    """The id, so that its button is told and stops sending it; and its number, which is no gap then."""
    if len(payload) > channels.PRESS.max_bytes:
        return None
    try:
        found = json.loads(payload)
        seq, run = found.get("seq"), found.get("run")
        good = type(seq) is int and 0 < seq <= MOST_SEQ and isinstance(run, str)
        return Unread(UUID(found["id"]), seq if good else 0, run[:36] if good else "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
