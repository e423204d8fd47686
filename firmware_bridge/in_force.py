"""Owner of what a unit works by: its own file, and over it the last good settings of the server."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from broker_config.messages import Settings, SettingsAnswer
from firmware_bridge.ports import Kept, Plan
from firmware_bridge.settings import check, merged

log = logging.getLogger(__name__)

MOST_ERRORS = 8
LONGEST_TEXT = 120
"""In characters: an answer has to fit on its channel, whatever the server said."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the settings. `plan`: what holds from now on; None: nothing changed."""

    answer: SettingsAnswer
    plan: Plan | None = None


class InForce:
    """Settings that are not right change nothing. Right ones are on the disk before they hold; if the disk does not
    take them they hold all the same, and the answer says that a restart without a broker would forget them: what the
    shop wants now matters more than what happens then, and with a broker they come again at every connect."""

    def __init__(self, own: Plan, kept: Kept) -> None:
        self.plan = own
        self._own = own
        self._kept = kept
        self._last: Settings | None = None
        self._on_disk: Settings | None = None
        self._begin()

    @property
    def rev(self) -> int:
        """0: the unit's own file."""
        return 0 if self._last is None else self._last.rev

    def take(self, settings: Settings) -> Taken:
        errors = check(self._own, settings)
        if errors:
            log.warning(
                "settings %d are refused: %s",
                settings.rev,
                ", ".join(sorted(errors)),
                extra={"action": "settings.refused"},
            )
            return Taken(_answer(settings.rev, errors))
        if settings == self._last:
            return Taken(self._keep(settings))
        self._note_order(settings)
        answer = self._keep(settings)
        self._last, self.plan = settings, merged(self._own, settings)
        log.info("settings %d are in force", settings.rev, extra={"action": "settings.in_force"})
        return Taken(answer, self.plan)

    def keep_again(self) -> SettingsAnswer | None:
        """Try once more what the disk did not take. The answer, if it took it."""
        if self._last is None or self._last == self._on_disk:
            return None
        answer = self._keep(self._last)
        return answer if answer.ok else None

    def _begin(self) -> None:
        """The last good ones hold before there is any broker. They may fit no more, since the unit's own file may have
        changed: then they wait on the disk for the day on which they do, or for better ones."""
        settings = self._on_disk = self._kept.settings()
        if settings is None:
            return
        errors = check(self._own, settings)
        if errors:
            log.error(
                "the last settings (%d) do not fit the unit's own file (%s), which is in force",
                settings.rev,
                ", ".join(f"{field}: {text}" for field, text in errors.items()),
                extra={"action": "settings.misfit"},
            )
            return
        self._last, self.plan = settings, merged(self._own, settings)

    def _note_order(self, settings: Settings) -> None:
        """A lower number, or the same with other values, is obeyed: the topic has one writer and keeps its last
        word, so this is no old packet, but a server that came back from a backup and counts anew. A unit that
        refused it would be out of reach until that server had counted up again."""
        if self._last is not None and settings.rev <= self._last.rev:
            log.warning(
                "settings %d come after %d: the server counts anew",
                settings.rev,
                self._last.rev,
                extra={"action": "settings.counted_anew"},
            )

    def _keep(self, settings: Settings) -> SettingsAnswer:
        try:
            if settings != self._on_disk:
                self._kept.keep_settings(settings)
        except OSError as error:
            log.error("settings are not on the disk: %s", error, extra={"action": "settings.unkept"})
            text = (
                f"in force, but the disk does not take them ({error.strerror}): a restart would forget them"
            )
            return _answer(settings.rev, {"rev": text})
        self._on_disk = settings
        return _answer(settings.rev, {})


def refusal(payload: bytes) -> SettingsAnswer | None:
    """The answer to settings with fields that the contract does not allow. None: not even their revision is right."""
    try:
        Settings.model_validate_json(payload)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        errors = {".".join(map(str, one["loc"])): one["msg"] for one in found}
        if not errors.keys() & {"", "rev", "v"}:
            return _answer(json.loads(payload)["rev"], errors)
    return None


def _answer(rev: int, errors: Mapping[str, str]) -> SettingsAnswer:
    told = {field: text[:LONGEST_TEXT] for field, text in sorted(errors.items())[:MOST_ERRORS]}
    return SettingsAnswer(rev=rev, ok=not errors, errors=told)
