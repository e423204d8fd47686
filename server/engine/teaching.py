"""Codes that are put on the air for a watch in learning mode: an order of purpose drill without an incident.

It is written down like a command to the gateway and ends as one: sent, not sent and why, or never heard of again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from broker_config import channels
from broker_config.codec import publication
from broker_config.messages import PageFormat, PageOrder, PageResult, PageState, Purpose, Route
from server.engine.device_commands import DeviceCommands
from server.engine.health import Health
from server.engine.work import Work
from server.requests import Answer, CommandSent, Refusal, RefusalReason, SendCode
from server.rules.audit import Action as Audited
from server.rules.audit import Target
from server.rules.facts import Store
from server.rules.presence import Presence
from server.rules.watch_codes import ELSEWHERE

NAME = "watch_code"
"""In the rows of commands."""
EXPIRES_S = 20
LEAST_URGENT = 3
"""A customer's call goes first."""
_SENT = frozenset({PageState.TRANSMITTED, PageState.CONFIRMED})


class Teaching:
    """`new_id` makes UUIDv7; `connected` tells whether a store's link can carry an order right now."""

    def __init__(
        self,
        commands: DeviceCommands,
        health: Health,
        new_id: Callable[[], UUID],
        connected: Callable[[str], bool],
    ) -> None:
        self._commands, self._health = commands, health
        self._new_id, self._connected = new_id, connected

    def ask(self, work: Work, request: SendCode) -> Answer:
        store = work.picture.stores.get(request.store)
        if store is None or request.account not in store.accounts:
            return Refusal(None, RefusalReason.UNKNOWN)
        pager = next((one for one in store.pagers if one.id == request.pager), None)
        code = _code(store, request)
        if pager is None or pager.format != PageFormat.CODE or code is None:
            return Refusal(None, RefusalReason.BAD_VALUE)
        unit = (store.id, pager.gateway)
        vital = self._health.of(work, unit)
        if vital is None or vital.state != Presence.ONLINE or not self._connected(store.id):
            return Refusal(None, RefusalReason.AWAY)
        key = self._new_id()
        args = {
            "code": code,
            "place": f"{request.device}/{request.input}",
            "reason": request.reason.value,
            "pager": pager.label,
        }
        self._commands.begin(work, key, unit, NAME, args, request.account)
        order = PageOrder(
            page=key,
            attempt=1,
            incident=key,
            press=key,
            purpose=Purpose.DRILL,
            routes=[Route(transmitter=pager.transmitter, address=pager.address)],
            format=PageFormat.CODE,
            charset=pager.charset,
            body=code,
            priority=LEAST_URGENT,
            exp_s=EXPIRES_S,
        )
        work.others.append((store.id, publication(channels.ORDER, store.id, "g", pager.gateway, order)))
        told = {"command": (None, NAME), "code": (None, code), "pager": (None, pager.label)}
        target = Target("device", pager.gateway, pager.gateway)
        work.note(request, Audited.DEVICE_COMMAND, store.id, target, told)
        work.rang.add(store.id)
        return CommandSent(store.id, pager.gateway, key)

    def result(self, work: Work, store: str, gateway: str, result: PageResult) -> bool:
        """False: this is no code that was asked for at that gateway."""
        unit = (store, gateway)
        if not self._commands.is_open(result.page, unit):
            return False
        if result.state in _SENT:
            self._commands.ended(work, result.page, unit, "done", result.proof.value)
        elif result.state.is_final:
            text = result.error.text or result.error.code if result.error else result.state.value
            self._commands.ended(work, result.page, unit, "refused", text)
        return True


def _code(store: Store, request: SendCode) -> str | None:
    place = (request.device, request.input)
    if place == ELSEWHERE:
        return store.elsewhere.get(request.reason)
    button = store.buttons.get(place)
    return None if button is None else button.codes.get(request.reason)
