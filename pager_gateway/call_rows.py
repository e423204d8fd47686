"""A call of the stand-in as a row of the ledger, and back."""

from __future__ import annotations

from broker_config import codec
from broker_config.messages import FallbackReport
from pager_gateway.call import Call, Rung
from pager_gateway.ledger import CallRow
from pager_gateway.reports import report


def to_row(call: Call, boot: str, wall: float, *, is_open: bool) -> CallRow:
    """`boot` is the boot of `pressed_at`, `wall` epoch seconds for tidying."""
    return CallRow(
        call.id,
        boot,
        call.pressed_at,
        call.expires_at,
        call.pressed_wall,
        wall,
        is_open,
        call.stood_down,
        call.taken_back,
        codec.encode(report(call, 0.0, True)),
    )


def from_row(row: CallRow, boot: str) -> Call:
    """Presses that joined it are forgotten: they come again while they have no receipt, and join again."""
    told = FallbackReport.model_validate_json(row.report)
    call = Call(
        id=row.id,
        press=told.press,
        device=told.device,
        input=told.input,
        pressed_at=row.pressed_at,
        expires_at=row.expires_at,
        reason=told.reason,
        stood_in_ms=told.stood_in_ms,
        pages={
            one.page: Rung(one.slot, one.state, one.proof, one.error, one.since_press_ms, one.transmitter)
            for one in told.pages
        },
        presses={told.press},
        undone={told.press} if row.taken_back else set(),
        stood_down=row.stood_down,
        changes=1,
        pressed_wall=row.pressed_wall,
        same_boot=row.boot == boot,
    )
    if not (row.stood_down or row.taken_back):
        call.live[told.press] = None
    call.told = call.word
    return call
