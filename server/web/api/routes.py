"""All nouns of the JSON API under one prefix."""

from __future__ import annotations

from fastapi import APIRouter

from server.web.api import (
    causes,
    devices,
    faults,
    incident_actions,
    incidents,
    presses,
    readiness,
    refused,
    roster,
    sign_in,
)

router = APIRouter(prefix="/api/v1")
for part in (
    sign_in,
    incidents,
    incident_actions,
    causes,
    presses,
    readiness,
    devices,
    faults,
    refused,
    roster,
):
    router.include_router(part.router)
