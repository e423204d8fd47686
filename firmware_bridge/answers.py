"""Commands and settings from the server: what the unit can do, and an honest answer to what it cannot."""

from __future__ import annotations

from broker_config.messages import Command, CommandAnswer, CommandName, Settings, SettingsAnswer


def to_command(command: Command) -> CommandAnswer:
    """`identify` and `probe` are done; of everything else this unit says that it does not know it."""
    if command.name in (CommandName.IDENTIFY, CommandName.PROBE):
        return CommandAnswer(id=command.id, ok=True)
    return CommandAnswer(id=command.id, ok=False, text=f"this unit does not know {command.name.value} yet")


def to_settings(settings: Settings) -> SettingsAnswer:
    """The unit's own file stays in force, and the server is told so."""
    text = "this unit does not take settings over the air yet: change its own file"
    return SettingsAnswer(rev=settings.rev, ok=False, errors={"rev": text})
