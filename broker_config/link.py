"""What a process sees of MQTT: publish, events in order, settle, close. No paho, no broker in here.

A link never queues: a publish without a connection is refused at once (`None`), because the spool, the ledger
and the page rows are the queues. Events reach the owner through one `sink` callable, which may be called from
any thread and must only put the event into a queue (`broker_config.loop`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Publication:
    """A packet ready for the wire. Built by `codec.publication`, so QoS, retain and expiry fit the table."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    expiry_s: int | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    topic_filter: str
    qos: int = 1
    retain_as_published: bool = True
    retain_handling: int = 0
    """0: send retained now; 2: never (presses: a retained press is a forgery)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A packet that came in. Every QoS 1 delivery is settled exactly once by its reader, after its commit."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool
    expiry_s: int | None
    """Seconds of life left when the broker handed it over; None: no expiry was set, or this is its last second."""
    connection: int
    """Which connection of this link brought it; a settle on a later connection is ignored."""
    token: int
    at: float
    """Boot-time seconds when the bytes were read."""


@dataclass(frozen=True, slots=True)
class Connected:
    connection: int
    session_present: bool
    at: float


@dataclass(frozen=True, slots=True)
class Disconnected:
    connection: int
    reason: str
    at: float

    @property
    def taken_over(self) -> bool:
        """The broker gave this client's name to another connection, and said so (MQTT 5, reason 0x8E). Mosquitto 2.0.11
        only closes the connection: there nobody but the server can find it out, by the runs that take turns."""
        return "taken over" in self.reason.lower()


@dataclass(frozen=True, slots=True)
class Published:
    """The broker's word on one QoS 1 publish. `accepted` is false when it was refused by the ACL, and also
    when nobody was listening (0x10): then the sender keeps what it has."""

    handle: int
    accepted: bool
    reason: str
    at: float


LinkEvent: TypeAlias = Delivery | Connected | Disconnected | Published
Sink: TypeAlias = Callable[[LinkEvent], None]


@dataclass(frozen=True, slots=True)
class Tls:
    """How a link proves who it is, and whom it believes. Files are read anew at every connect, so that a certificate
    that was renewed counts from the next one on."""

    ca_file: Path
    """The certificate authority of the store: the broker must show a certificate of it for the name it is called by."""
    cert_file: Path | None = None
    """The device's own, and its key; None: the password alone says who it is."""
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class LinkSetup:
    """Everything a link needs to know before it opens."""

    client_id: str
    username: str
    password: str = field(repr=False)
    """Empty: a certificate says who it is."""
    host: str = "127.0.0.1"
    port: int = 1883
    subscriptions: Sequence[Subscription] = ()
    will: Publication | None = None
    birth: Publication | None = None
    """Published first thing on every connect (the device's `online` status)."""
    clean_start: bool = True
    session_expiry_s: int = 0
    keepalive_s: int = 15
    receive_maximum: int = 200
    tls: Tls | None = None
    """None: in clear, on this machine only."""


class Link(Protocol):
    """One connection to one broker that mends itself."""

    @property
    def connected(self) -> bool: ...

    def open(self, sink: Sink) -> None:
        """Start connecting, and keep at it until `close`. Subscribes again in every connect."""

    def publish(self, publication: Publication) -> int | None:
        """Hand a packet over. Returns its handle (see `Published`; 0 for QoS 0), or None when not connected:
        then nothing was queued and the caller's own store still owns the matter."""

    def settle(self, delivery: Delivery) -> None:
        """Tell the broker that this delivery is dealt with. Nothing happens if its connection is gone."""

    def reconnect(self, reason: str) -> None:
        """Drop the connection on purpose without settling anything, and connect again: unsettled deliveries
        come back with their age counted."""

    def close(self) -> None:
        """Publish the will's message ourselves, disconnect, stop. Safe to call twice."""
