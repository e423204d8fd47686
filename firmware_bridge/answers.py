"""Commands from the server: what the unit does for them, and an honest answer to what it cannot."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from broker_config.messages import Command, CommandAnswer, CommandName, Purpose
from firmware_bridge.intents import Intent

KEPT = 64
"""Answers that are remembered: a command that comes twice is answered twice and done once."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command leads to."""

    answer: CommandAnswer
    intents: tuple[Intent, ...] = ()
    identify: tuple[int, ...] = ()
    """Buttons that show themselves."""
    ends: bool = False
    """The process ends once the answer is on the wire."""


class Commands:
    """`buttons`: the inputs of role button. A key has no press of its own, so it gets no canary and no drill.

    `objection`: why the process should not end for a command. `last_end`: the one that ended the process before this
    one; it may come again, since the answer may have been lost on the way."""

    def __init__(
        self,
        buttons: Collection[int],
        objection: Callable[[CommandName], str | None],
        last_end: UUID | None = None,
    ) -> None:
        self._objection = objection
        self._answered: OrderedDict[UUID, CommandAnswer] = OrderedDict()
        if last_end is not None:
            self._answered[last_end] = CommandAnswer(
                id=last_end, ok=True, text="done: the unit has started anew"
            )
        self.set_buttons(buttons)

    def set_buttons(self, buttons: Collection[int]) -> None:
        self._buttons = tuple(sorted(buttons))

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
                return self._identify(command)
            case CommandName.CANARY:
                return self._presses(command, Purpose.CANARY, self._buttons)
            case CommandName.DRILL:
                return self._presses(command, Purpose.DRILL, self._buttons if len(self._buttons) == 1 else ())
            case CommandName.RESTART | CommandName.ROTATE:
                return self._end(command)

    def _identify(self, command: Command) -> Done:
        numbers = self._named(command, self._buttons)
        if isinstance(numbers, str):
            return _refused(command, numbers)
        return Done(CommandAnswer(id=command.id, ok=True), identify=numbers)

    def _end(self, command: Command) -> Done:
        text = self._objection(command.name)
        if text is not None:
            return _refused(command, text)
        return Done(CommandAnswer(id=command.id, ok=True, text="the unit ends and starts anew"), ends=True)

    def _presses(self, command: Command, purpose: Purpose, default: tuple[int, ...]) -> Done:
        numbers = self._named(command, default)
        if isinstance(numbers, str):
            return _refused(command, numbers)
        text = f"{len(numbers)} press{'es' if len(numbers) > 1 else ''}"
        return Done(
            CommandAnswer(id=command.id, ok=True, text=text),
            tuple(Intent(number, purpose=purpose) for number in numbers),
        )

    def _named(self, command: Command, default: tuple[int, ...]) -> tuple[int, ...] | str:
        """The buttons that `input` names (a number, or a list of them); `default` when it is not there. Text: what is
        wrong with it."""
        wish = command.args.get("input")
        wanted = list(default) if wish is None else wish if isinstance(wish, list) else [wish]
        if not wanted:
            return f"say which input: {_list(self._buttons)}"
        for one in wanted:
            if isinstance(one, bool) or one not in self._buttons:
                return f"input {str(one)[:20]!r} is no button here: {_list(self._buttons)}"
        return tuple(number for number in self._buttons if number in wanted)


def _refused(command: Command, text: str) -> Done:
    return Done(CommandAnswer(id=command.id, ok=False, text=text))


def _list(numbers: Collection[int]) -> str:
    return ", ".join(map(str, numbers))
