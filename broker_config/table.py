"""The channel table for humans: the markdown in README.md is printed by this, and a test compares them."""

from __future__ import annotations

from broker_config.channels import CHANNELS, Channel, Expiry, Role
from broker_config.topics import ROOT


def markdown() -> str:
    """One row per channel."""
    lines = [
        "| channel | topic | who writes | who reads | QoS | retained | expiry | message | most bytes |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {' | '.join(_cells(channel))} |" for channel in CHANNELS]
    return "\n".join(lines) + "\n"


def _cells(channel: Channel) -> list[str]:
    kinds = channel.kinds if len(channel.kinds) == 1 else "{" + ",".join(channel.kinds) + "}"
    words = {Expiry.NONE: "never", Expiry.MESSAGE: "its `exp_s`"}
    expiry = words[channel.expiry] if isinstance(channel.expiry, Expiry) else f"{channel.expiry} s"
    return [
        channel.name,
        f"`{ROOT}/STORE/{kinds}/ID/{channel.tail}`",
        _roles(channel.writers),
        _roles(channel.readers),
        str(channel.qos),
        "yes" if channel.retain else "no",
        expiry,
        channel.message.__name__,
        str(channel.max_bytes),
    ]


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(role.value for role in Role if role in roles)


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201
