"""A real Mosquitto for live tests, with everybody of the demo store s1."""

from __future__ import annotations

from broker_config.channels import Role
from broker_config.rights import User

STORE = "s1"
SERVER, GATEWAY, JANITOR = "srv", "g1", "janitor"
BUTTONS = tuple(f"b{number}" for number in range(1, 41))


def users() -> dict[str, User]:
    """Device -> user. The gateway is the store's keeper."""
    roles = {SERVER: Role.SERVER, GATEWAY: Role.KEEPER, JANITOR: Role.JANITOR}
    roles |= dict.fromkeys(BUTTONS, Role.BUTTON)
    return {device: User(STORE, device, role, f"password of {device}") for device, role in roles.items()}
