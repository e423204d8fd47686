"""Nothing that can be on a wire raises anything but ContractError."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from broker_config import codec
from broker_config.channels import BY_TAIL
from broker_config.errors import ContractError
from broker_config.link import Delivery
from tests.contract.examples import all_of

VALID = [each for each in all_of("valid") if each.message is not None]
TOPICS = st.sampled_from([f"rb/1/s1/{kind}/d1/{tail}" for kind, tail in BY_TAIL]) | st.text(max_size=80)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


def receive(delivery: Delivery) -> None:
    """Whatever else is raised fails the test."""
    refused = None
    try:
        found = codec.receive(delivery)
    except ContractError as error:
        refused = error
    else:
        assert codec.encode(found.message)
    if refused is not None:
        assert refused.reason in ContractError.REASONS
        assert len(refused.detail) < 600
        assert "\n" not in refused.detail


def made(topic: str, payload: bytes, retain: bool) -> Delivery:
    return Delivery(topic, payload, 1, retain, False, None, 1, 1, 0.0)


@given(TOPICS, st.binary(max_size=300), st.booleans())
@example("rb/1/s1/b/b7\n/press", b"{}", False)
@example("rb/1/s1/b/b7/press", b"\xff", False)
def test_any_bytes_on_any_topic(topic: str, payload: bytes, retain: bool) -> None:
    receive(made(topic, payload, retain))


@given(TOPICS, JSON, st.booleans())
def test_any_json_on_any_topic(topic: str, value: object, retain: bool) -> None:
    receive(made(topic, json.dumps(value).encode(), retain))


@given(st.sampled_from(VALID), st.data())
def test_a_valid_message_with_one_field_replaced(start, data) -> None:  # type: ignore[no-untyped-def]
    message = dict(start.message)
    name = data.draw(st.sampled_from(sorted(message)))
    message[name] = data.draw(JSON)
    receive(replace(start.delivery, payload=json.dumps(message).encode()))


@given(st.sampled_from(VALID), st.data())
def test_a_valid_message_with_one_byte_changed(start, data) -> None:  # type: ignore[no-untyped-def]
    payload = bytearray(start.delivery.payload)
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    receive(replace(start.delivery, payload=bytes(payload)))


def test_a_name_from_outside_begins_no_line_of_a_log() -> None:
    payload = (
        b'{"v": 1, "id": "6f1d3c52-8a0e-4a67-9b1e-2f6b0c9d4a13", "name": "probe", "args": {"\\nx": null}}'
    )
    receive(made("rb/1/s1/b/b7/cmd", payload, False))
