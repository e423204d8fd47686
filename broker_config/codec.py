"""Message <-> bytes. Anything odd becomes one ContractError."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from broker_config import topics
from broker_config.channels import BY_TAIL, Channel, Expiry
from broker_config.errors import ContractError
from broker_config.link import Delivery, Publication
from broker_config.messages import Message

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery that keeps the contract."""

    channel: Channel
    store: str
    kind: str
    device: str
    message: Message


def prepare(channels: Iterable[Channel]) -> None:
    """Build now what is read and written while somebody waits, so that the first press is as fast as the next."""
    for channel in channels:
        channel.message.model_rebuild()


def encode(message: Message) -> bytes:
    return message.model_dump_json(exclude_none=True).encode()


def decode(model: type[M], payload: bytes, max_bytes: int) -> M:
    """Parse one payload. Raises ContractError with the first reason that applies."""
    if len(payload) > max_bytes:
        raise ContractError("oversize", f"{len(payload)} bytes, at most {max_bytes}")
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        raise _explain(error, payload) from error


def publication(channel: Channel, store: str, kind: str, device: str, message: Message) -> Publication:
    """A packet for `channel` of `device`, with the table's QoS, retain flag and expiry.

    Raises ValueError when the message does not belong on the channel or grew past its limit: a fault of ours.
    """
    if type(message) is not channel.message or kind not in channel.kinds:
        raise ValueError(f"{type(message).__name__} does not belong on {channel.name} of kind {kind!r}")
    payload = encode(message)
    if len(payload) > channel.max_bytes:
        raise ValueError(f"{channel.name}: {len(payload)} bytes, at most {channel.max_bytes}")
    if channel.expiry is Expiry.MESSAGE:
        expiry_s: int | None = message.exp_s  # type: ignore[attr-defined]
    elif channel.expiry is Expiry.NONE:
        expiry_s = None
    else:
        expiry_s = int(channel.expiry)
    topic = topics.build(store, kind, device, channel.tail)
    return Publication(topic, payload, channel.qos, channel.retain, expiry_s)


def receive(delivery: Delivery) -> Received:
    """Read a delivery by the table. Raises ContractError.

    A retained message on a channel that is never retained is refused, whoever put it there.
    """
    place = topics.parse(delivery.topic)
    channel = BY_TAIL.get((place.kind, place.tail))
    if channel is None:
        raise ContractError("topic", "no such channel")
    if delivery.retain and not channel.retain:
        raise ContractError("retained", f"{channel.name} is never retained")
    message = decode(channel.message, delivery.payload, channel.max_bytes)
    return Received(channel, place.store, place.kind, place.device, message)


def _explain(error: ValidationError, payload: bytes) -> ContractError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        try:
            payload.decode()
        except UnicodeDecodeError:
            return ContractError("encoding", "not UTF-8")
        return ContractError("json", "not JSON")
    where = ".".join(_printable(str(part)[:40]) for part in first["loc"][:6])
    if first["loc"] == ("v",):
        return ContractError("version", "this contract is version 1")
    return ContractError("fields", f"{where or 'message'}: {first['msg'][:120]}")


def _printable(text: str) -> str:
    """A name that came from outside, for a log: it cannot begin a line of its own."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
