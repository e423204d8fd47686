"""Settings of devices: kept with a revision, retained at the broker, and told again to whoever answered another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from broker_config import channels, topics
from broker_config.codec import publication
from broker_config.link import Publication
from broker_config.messages import Settings, SettingsAnswer
from server.engine.health import Health
from server.engine.vitals import Unit, Vital
from server.engine.work import Work
from server.requests import Answer, ChangeSettings, Refusal, RefusalReason, SettingsSent
from server.rules import faults, wishes
from server.rules.audit import Action as Audited
from server.rules.audit import Target, differences
from server.rules.faults import OwnFault
from server.rules.journal import Action
from server.rules.wishes import Wish

FIRST = timedelta(seconds=2)
"""After a connect: retained answers come first, so that few devices are told what they know."""


class Wishes:
    def __init__(self, health: Health) -> None:
        self._health = health

    def change(self, work: Work, request: ChangeSettings) -> Answer:
        store = work.picture.stores.get(request.store)
        unit = (request.store, request.device)
        vital = self._health.of(work, unit)
        if store is None or vital is None or request.account not in store.accounts:
            return Refusal(None, RefusalReason.UNKNOWN)
        wish = vital.wish
        if request.of_rev != wish.rev:
            return Refusal(None, RefusalReason.TOO_LATE)
        found = wishes.settings_of(request.values, wish.next_rev, vital.kind, inputs_of(work, unit, vital))
        if isinstance(found, dict):
            return Refusal(None, RefusalReason.BAD_VALUE, errors=found)
        wanted = wishes.wanted(found)
        work.vitals.wishes[unit] = {
            "rev": found.rev,
            "wanted": wanted,
            "account_id": request.account,
            "set_at": work.now,
        }
        over = faults.over(vital.faults, OwnFault.SETTINGS_REFUSED)
        new = replace(vital, wish=replace(wish, rev=found.rev, wanted=wanted), faults=over)
        self._health.put(work, unit, new)
        work.others.append((request.store, _packet(unit, vital.kind, found)))
        work.say(Action.SETTINGS, store=request.store, account=request.account, device=unit[1], rev=found.rev)
        target = Target("device", request.device, request.device)
        changes = differences(wish.wanted, wanted)
        work.note(request, Audited.DEVICE_SETTINGS, request.store, target, changes)
        work.rang.add(request.store)
        return SettingsSent(request.store, request.device, found.rev)

    def answered(self, work: Work, store: str, device: str, answer: SettingsAnswer) -> None:
        """It is retained, so it comes again with every connect of the server."""
        unit = (store, device)
        vital = self._health.of(work, unit)
        if vital is None:
            return
        errors = dict(answer.errors)
        wish = replace(vital.wish, answer_rev=answer.rev, answer_ok=answer.ok, answer_errors=errors)
        if wish == vital.wish:
            return
        work.vitals.wishes[unit] = {
            **(work.vitals.wishes.get(unit) or {}),
            "answer_rev": answer.rev,
            "answer_ok": answer.ok,
            "answer_errors": errors,
            "answered_at": work.now,
        }
        refused = vital.faults
        if wish.rev and wish.answered and not answer.ok:
            text = "; ".join(f"{name}: {words}" for name, words in errors.items())[:200]
            refused = faults.found(refused, OwnFault.SETTINGS_REFUSED, work.now, text=text)
        elif wish.answered:
            refused = faults.over(refused, OwnFault.SETTINGS_REFUSED)
        self._health.put(work, unit, replace(vital, wish=wish, faults=refused))
        work.rang.add(store)

    def online(self, work: Work, store: str, device: str) -> None:
        """The retained message may be lost, or of a server before this one."""
        unit = (store, device)
        vital = self._health.of(work, unit)
        if vital is not None and vital.wish.rev and not vital.wish.answered:
            self._tell(work, unit, vital)

    def tell_all(self, work: Work, store: str) -> None:
        """The broker is there again."""
        for unit in self._health.of_store(store):
            vital = self._health.vitals[unit]
            if vital.wish.rev and not vital.wish.answered:
                self._tell(work, unit, vital)

    def clear_gone(self, work: Work, store: str) -> None:
        """What the broker keeps for devices that left the shop. Their kind is not known any more."""
        for unit in [unit for unit in self._health.gone if unit[0] == store]:
            wish = self._health.gone.pop(unit)
            work.undo.append(lambda unit=unit, wish=wish: self._health.gone.__setitem__(unit, wish))  # type: ignore[misc]
            work.vitals.wishes[unit] = None
            work.others += [(store, _nothing(unit, kind)) for kind in channels.SETTINGS.kinds]

    def _tell(self, work: Work, unit: Unit, vital: Vital) -> None:
        work.others.append((unit[0], _packet(unit, vital.kind, _settings(vital.wish))))


def inputs_of(work: Work, unit: Unit, vital: Vital) -> set[int]:
    """As far as the shop or the device itself knows."""
    found = {number for device, number in work.picture.stores[unit[0]].buttons if device == unit[1]}
    if vital.telemetry is not None:
        found |= {one.input for one in vital.telemetry.inputs}
    return found


def _settings(wish: Wish) -> Settings:
    values: dict[str, Any] = {**wish.wanted, "rev": wish.rev}
    return Settings.model_validate(values, strict=False)


def _packet(unit: Unit, kind: str, settings: Settings) -> Publication:
    return publication(channels.SETTINGS, unit[0], kind, unit[1], settings)


def _nothing(unit: Unit, kind: str) -> Publication:
    """Takes away what the broker keeps."""
    return Publication(topics.build(unit[0], kind, unit[1], channels.SETTINGS.tail), b"", 1, True)
