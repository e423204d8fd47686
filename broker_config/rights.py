"""Who may write and read which topics, worked out from the channel table. Both the broker's ACL and the
in-memory broker are made from these functions, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from broker_config import topics
from broker_config.channels import CHANNELS, KIND_OF, PRESS, STATUS, Channel, Role
from broker_config.link import Subscription


@dataclass(frozen=True, slots=True)
class User:
    """One device of one store, as the broker knows it. The janitor is no device, but has a name like one."""

    store: str
    device: str
    role: Role
    password: str = field(repr=False)

    @property
    def name(self) -> str:
        """User name and client id."""
        return topics.client_id(self.store, self.device)


def write_filters(user: User) -> tuple[str, ...]:
    """Everything that this user may publish on."""
    return tuple(
        topics.build_filter(user.store, kind, device, channel.tail)
        for channel, kind in _places()
        for device in _writes(user, channel, kind)
    )


def read_filters(user: User) -> tuple[str, ...]:
    """Everything that reaches this user when it subscribes."""
    found = tuple(
        topics.build_filter(user.store, kind, device, channel.tail)
        for channel, kind in _places()
        for device in _reads(user, channel, kind)
    )
    return (*found, topics.SYS_FILTER) if user.role is Role.SERVER else found


def may_write(user: User, topic: str) -> bool:
    return any(topics.matches(each, topic) for each in write_filters(user))


def may_read(user: User, topic: str) -> bool:
    return any(topics.matches(each, topic) for each in read_filters(user))


def subscriptions(role: Role, store: str, device: str) -> list[Subscription]:
    """What a device of this role listens to, all with Retain As Published. Presses ask for no retained ones:
    a press that arrives marked retained was put there by a forger, and is seen as such."""
    user = User(store, device, role, "")
    return [
        Subscription(
            topics.build_filter(store, kind, place, channel.tail),
            channel.qos,
            retain_as_published=True,
            retain_handling=2 if channel is PRESS else 0,
        )
        for channel, kind in _places()
        for place in _reads(user, channel, kind)
    ]


def _places() -> Iterator[tuple[Channel, str]]:
    return ((channel, kind) for channel in CHANNELS for kind in channel.kinds)


def _roles(role: Role) -> frozenset[Role]:
    """A keeper is a gateway with more rights."""
    return frozenset({role, Role.GATEWAY}) if role is Role.KEEPER else frozenset({role})


def _owners(kind: str) -> frozenset[Role]:
    return frozenset(role for role, letter in KIND_OF.items() if letter == kind)


def _writes(user: User, channel: Channel, kind: str) -> tuple[str | None, ...]:
    """Device ids (None: every device of the kind) on whose topics of this channel the user may write."""
    if user.role is Role.JANITOR:
        return (None,) if channel.retain else ()
    if channel.writers & _owners(kind):
        mine = channel.writers & _owners(kind) & _roles(user.role)
        return (user.device,) if mine else ()
    return (None,) if channel.writers & _roles(user.role) else ()


def _reads(user: User, channel: Channel, kind: str) -> tuple[str | None, ...]:
    if user.role is Role.JANITOR:
        return ()
    roles = _roles(user.role)
    if channel.wide_readers & roles or (channel is STATUS and kind == "s"):
        return (None,)
    if channel.readers & roles & _owners(kind):
        return (user.device,)
    return ()
