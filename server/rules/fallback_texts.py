"""What pagers show when the keeper gateway calls by the plan: fitted here, once per kind of pager and button."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from broker_config.messages import PageFormat, Route
from broker_config.messages.fallback import PlannedButton, PlannedOrder, Slot
from server.ids import slot
from server.rules.facts import Button, Pager
from server.rules.wording import page_body

REASON = "stand_in"
NOWHERE = Button(None, "", 0, None, "", "", "red")
Face = tuple[str, str, int, str]


def orders_of(
    pagers: Iterable[Pager], alerts: Mapping[Slot, int | None], nowhere: Button = NOWHERE
) -> list[PlannedOrder]:
    """One order per pager. `alerts`: slot -> the pattern of the step that calls it; else the pager's own. `nowhere`
    stands for a button that nobody has set up."""
    pagers = list(pagers)
    names = _names(pagers)
    return [
        PlannedOrder(
            slot=slot(one.id),
            routes=[Route(transmitter=one.transmitter, address=one.address)],
            format=PageFormat(one.format),
            charset=one.charset,
            body=page_body(nowhere, one, REASON, drill=False),
            alert=alerts.get(slot(one.id)) or one.alert,
            face=names.get(_face(one)),
        )
        for one in pagers
    ]


def buttons_of(
    buttons: Iterable[Button],
    pagers: Iterable[Pager],
    hours: Callable[[Button], int],
) -> list[PlannedButton]:
    pagers = list(pagers)
    names = _names(pagers)
    one_of = {names[_face(one)]: one for one in pagers if _face(one) in names}
    return [
        PlannedButton(
            device=button.device,
            input=button.input,
            hours=hours(button),
            bodies={name: page_body(button, pager, REASON, drill=False) for name, pager in one_of.items()},
        )
        for button in sorted(buttons, key=lambda one: (one.device, one.input))
    ]


def _names(pagers: Iterable[Pager]) -> dict[Face, str]:
    """A short name for each kind of pager that shows anything, by what it can show."""
    faces = sorted({_face(one) for one in pagers if one.format != PageFormat.TONE})
    return {face: f"f{number}" for number, face in enumerate(faces[:64], 1)}


def _face(pager: Pager) -> Face:
    return (pager.format, pager.charset, pager.longest, pager.language)
