"""The golden messages: what is valid goes through and back unchanged, the rest is refused for its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broker_config import codec
from broker_config.channels import BY_TAIL, CHANNELS
from broker_config.errors import ContractError
from broker_config.link import Delivery
from tests.contract.examples import Example, all_of

VALID, REFUSED = all_of("valid"), all_of("refused")


@pytest.mark.parametrize("example", VALID, ids=lambda example: example.name)
def test_a_valid_message_is_read_and_written_back_the_same(example: Example) -> None:
    found = codec.receive(example.delivery)
    sent = codec.publication(found.channel, found.store, found.kind, found.device, found.message)
    assert sent.topic == example.delivery.topic
    assert sent.retain == example.delivery.retain
    assert codec.decode(found.channel.message, sent.payload, found.channel.max_bytes) == found.message
    assert example.message is not None
    written = codec.receive(_with_payload(example, sent.payload)).message.model_dump(
        mode="json", by_alias=True
    )
    for name, value in example.message.items():
        if (
            value is not None
            and not isinstance(value, (dict, list))
            and name in written
            and name not in ("at", "wall")
        ):
            assert written[name] == value, name


def test_every_channel_and_kind_has_a_valid_example() -> None:
    shown = {codec.receive(example.delivery).channel.name for example in VALID}
    assert shown == {channel.name for channel in CHANNELS}
    assert len(BY_TAIL) == sum(len(channel.kinds) for channel in CHANNELS)


@pytest.mark.parametrize("example", REFUSED, ids=lambda example: example.name)
def test_a_bad_message_is_refused_for_its_reason(example: Example) -> None:
    with pytest.raises(ContractError) as caught:
        codec.receive(example.delivery)
    assert caught.value.reason == example.reason


def test_there_are_enough_bad_examples_and_each_reason_is_among_them() -> None:
    assert len(REFUSED) >= 25
    assert {"topic", "oversize", "encoding", "json", "version", "fields", "retained"} <= {
        example.reason for example in REFUSED
    }


def _with_payload(example: Example, payload: bytes) -> Delivery:
    return replace(example.delivery, payload=payload)
