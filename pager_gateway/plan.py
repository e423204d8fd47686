"""The plan that the server left behind, kept over a restart: the retained one may be out of reach then."""

from __future__ import annotations

import logging
import sqlite3

from pydantic import ValidationError

from broker_config import codec
from broker_config.messages import FallbackPlan
from pager_gateway.ledger import Ledger

log = logging.getLogger(__name__)

NOTE = "plan"
"""Name of the ledger's note that holds it."""


class PlanShelf:
    """The plan that came last counts, whatever its revision: one writer, one retained topic. A plan that does not hold
    together never gets here, since the codec refuses it, and the one before stays in force."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._plan: FallbackPlan | None = None

    def load(self) -> FallbackPlan | None:
        text = self._ledger.noted(NOTE)
        if text is not None:
            try:
                self._plan = FallbackPlan.model_validate_json(text)
            except ValidationError:
                log.warning(
                    "the plan in the ledger is of another version", extra={"action": "plan.unreadable"}
                )
        return self._plan

    def take(self, plan: FallbackPlan) -> FallbackPlan:
        """It comes again with every connect; only a new one is written."""
        if plan != self._plan:
            self._plan = plan
            try:
                self._ledger.note(NOTE, codec.encode(plan).decode())
            except sqlite3.Error as error:
                log.critical("the plan cannot be kept: %s", error, extra={"action": "ledger.failed"})
            log.info("plan %d", plan.rev, extra={"action": "plan.taken"})
        return plan
