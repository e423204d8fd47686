"""Build and parse topic strings. The only file with slashes in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broker_config.errors import ContractError
from broker_config.messages.base import IDENTIFIER

ROOT = "rb/1"
SYS_FILTER = "$SYS/#"

_ID = re.compile(IDENTIFIER)
_KINDS = frozenset("bgs")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a packet belongs: whose topic it is, and the tail that names the channel."""

    store: str
    kind: str
    device: str
    tail: str


def valid_id(text: str) -> bool:
    """Whether this is a store, device or transmitter id."""
    return _ID.match(text) is not None and not text.endswith("\n")


def build(store: str, kind: str, device: str, tail: str) -> str:
    return f"{ROOT}/{store}/{kind}/{device}/{tail}"


def build_filter(store: str, kind: str, device: str | None, tail: str) -> str:
    """A subscription to one channel of one device, or of all devices of that kind (`device` None)."""
    return f"{ROOT}/{store}/{kind}/{device or '+'}/{tail}"


def parse(topic: str) -> Place:
    """Take a topic apart. Raises ContractError("topic") for anything that is not ours."""
    parts = topic.split("/", 5)
    if len(parts) != 6 or f"{parts[0]}/{parts[1]}" != ROOT:
        raise ContractError("topic", "not a topic of this contract")
    _, _, store, kind, device, tail = parts
    if kind not in _KINDS or not valid_id(store) or not valid_id(device) or not tail:
        raise ContractError("topic", "not a topic of this contract")
    return Place(store, kind, device, tail)


def client_id(store: str, device: str) -> str:
    """Broker user and client id of a device: one broker can serve several stores."""
    return f"{store}.{device}"


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a subscription filter covers a topic, by the rules of MQTT 5 section 4.7."""
    if topic.startswith("$") != topic_filter.startswith("$"):
        return False
    want, have = topic_filter.split("/"), topic.split("/")
    for index, level in enumerate(want):
        if level == "#":
            return True
        if index >= len(have) or level not in ("+", have[index]):
            return False
    return len(want) == len(have)
