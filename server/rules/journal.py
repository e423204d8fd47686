"""Names of what happens: the `action` column of the journal, read by the timeline."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    PRESS_RECEIVED = "press_received"
    """detail: age_ms, tries, seq."""
    PRESS_MERGED = "press_merged"
    PRESS_LATE = "press_late"
    PRESS_UNDONE = "press_undone"
    OPENED = "opened"
    """detail: number, again."""
    STEP = "step"
    """A step of the policy was carried out. detail: step, target, called (count)."""
    STEP_SKIPPED = "step_skipped"
    """Nobody on it. detail: step, target."""
    NOBODY = "nobody"
    """Nobody at all could be called."""
    PAGE = "page"
    """A page changed state: old, new; detail: to (initials or label), reason, gateway, transmitter, proof, error."""
    ACKNOWLEDGED = "acknowledged"
    ATTENDED = "attended"
    """detail: how (screen or key)."""
    CLOSED = "closed"
    """new: the outcome."""
    NOT_ATTENDED = "not_attended"
    SORRY = "sorry"
    """The exit clock ran out."""
    ASKED_TO_CLOSE = "asked_to_close"
    FORGOTTEN = "forgotten"
