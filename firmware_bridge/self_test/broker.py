"""The shell at the broker: is it there, does it take this password, what does the server say of itself."""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

from broker_config import codec
from broker_config.errors import ContractError
from broker_config.link import Connected, Delivery, LinkEvent, LinkSetup
from broker_config.messages import DeviceState, DeviceStatus
from broker_config.paho_link import PahoLink
from firmware_bridge.self_test.findings import Finding, fine, wrong

ANSWER_S = 6.0
STATUS_S = 3.0
LOOK_S = 0.1


def check(setup: LinkSetup, clock: Callable[[], float]) -> Iterator[Finding]:
    """On a link of its own, with the unit's name and password and without a will: nobody takes it for the unit."""
    trouble = reach(setup.host, setup.port)
    if trouble is not None:
        yield trouble
        return
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    link = PahoLink(replace(setup, will=None, birth=None))
    link.open(events.put)
    try:
        until = clock() + ANSWER_S
        while _next(events, min(clock() + LOOK_S, until), clock, Connected) is None:
            if link.complaint or clock() >= until:
                yield refused(setup, link.complaint)
                return
        yield fine("broker", f"{setup.host}:{setup.port} takes {setup.username}")
        yield _server(events, clock)
    finally:
        link.close()


def reach(host: str, port: int) -> Finding | None:
    """What is wrong before a word of MQTT is spoken."""
    place = f"{host}:{port}"
    try:
        socket.create_connection((host, port), timeout=ANSWER_S).close()
    except socket.gaierror:
        return wrong("broker", f"no host is called {host}", "correct host in the file, or give its address")
    except ConnectionRefusedError:
        return wrong(
            "broker", f"nothing listens at {place}", "start the broker there, or correct host and port"
        )
    except OSError as error:
        what = "no answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        return wrong(
            "broker", f"{place}: {what}", "check cable or Wi-Fi, the address, and the firewall there"
        )
    return None


def refused(setup: LinkSetup, complaint: str) -> Finding:
    said = complaint.lower()
    if "not authori" in said or "bad user" in said:
        return wrong(
            "broker",
            f"it does not take {setup.username} with this password",
            "is the password file that of this unit, and is store and device right? Then enrol it anew",
        )
    if complaint:
        return wrong("broker", complaint, "look into the broker's log")
    return wrong(
        "broker", f"{setup.host}:{setup.port} speaks no MQTT", "correct the port: is it another service?"
    )


def _server(events: queue.SimpleQueue[LinkEvent], clock: Callable[[], float]) -> Finding:
    until = clock() + STATUS_S
    while (found := _next(events, until, clock, Delivery)) is not None:
        assert isinstance(found, Delivery)
        try:
            received = codec.receive(found)
        except ContractError:
            continue
        if received.kind == "s" and isinstance(received.message, DeviceStatus):
            status = received.message
            if status.state is DeviceState.ONLINE:
                return fine("server", f"{received.device} is online, version {status.sw}")
            return wrong("server", f"{received.device} is offline", "start the server of this store")
    return wrong(
        "server", "never seen at this broker", "is the store's name right, and was the server ever started?"
    )


def _next(
    events: queue.SimpleQueue[LinkEvent], until: float, clock: Callable[[], float], kind: type[LinkEvent]
) -> LinkEvent | None:
    while (left := until - clock()) > 0:
        try:
            event = events.get(timeout=left)
        except queue.Empty:
            return None
        if isinstance(event, kind):
            return event
    return None
