"""Commands and settings from the server: what the unit does for them, and an honest answer to what it cannot."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import Command, CommandAnswer, CommandName, Purpose, Settings, SettingsAnswer
from firmware_bridge.intents import Intent

KEPT = 64
"""Answers that are remembered: a command that comes twice is answered twice and done once."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command leads to."""

    answer: CommandAnswer
    intents: tuple[Intent, ...] = ()
    identify: bool = False


class Commands:
    """`buttons`: the inputs of role button. A key has no press of its own, so it gets no canary and no drill."""

    def __init__(self, buttons: Collection[int]) -> None:
        self._buttons = tuple(sorted(buttons))
        self._answered: OrderedDict[UUID, CommandAnswer] = OrderedDict()

    def take(self, command: Command) -> Done:
        known = self._answered.get(command.id)
        if known is not None:
            return Done(known)
        done = self._do(command)
        self._answered[command.id] = done.answer
        while len(self._answered) > KEPT:
            self._answered.popitem(last=False)
        return done

    def _do(self, command: Command) -> Done:
        match command.name:
            case CommandName.PROBE:
                return Done(CommandAnswer(id=command.id, ok=True))
            case CommandName.IDENTIFY:
                return Done(CommandAnswer(id=command.id, ok=True), identify=True)
            case CommandName.CANARY:
                return self._presses(command, Purpose.CANARY, self._buttons)
            case CommandName.DRILL:
                return self._presses(command, Purpose.DRILL, self._buttons if len(self._buttons) == 1 else ())
        return _refused(command, f"this unit does not know {command.name.value} yet")

    def _presses(self, command: Command, purpose: Purpose, default: tuple[int, ...]) -> Done:
        """A press per input that `input` names (a number, or a list of them); `default` when it is not there."""
        wish = command.args.get("input")
        wanted = list(default) if wish is None else wish if isinstance(wish, list) else [wish]
        if not wanted:
            return _refused(command, f"say which input: {_list(self._buttons)}")
        for one in wanted:
            if isinstance(one, bool) or one not in self._buttons:
                return _refused(command, f"input {str(one)[:20]!r} is no button here: {_list(self._buttons)}")
        numbers = [number for number in self._buttons if number in wanted]
        text = f"{len(numbers)} press{'es' if len(numbers) > 1 else ''}"
        return Done(
            CommandAnswer(id=command.id, ok=True, text=text),
            tuple(Intent(number, purpose=purpose) for number in numbers),
        )


def to_settings(settings: Settings) -> SettingsAnswer:
    """The unit's own file stays in force, and the server is told so."""
    text = "this unit does not take settings over the air yet: change its own file"
    return SettingsAnswer(rev=settings.rev, ok=False, errors={"rev": text})


def _refused(command: Command, text: str) -> Done:
    return Done(CommandAnswer(id=command.id, ok=False, text=text))


def _list(numbers: Collection[int]) -> str:
    return ", ".join(map(str, numbers))
