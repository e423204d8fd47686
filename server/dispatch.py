"""Page rows -> orders and cancels on the link. The row is the safety net: whatever is lost here is asked again."""

from __future__ import annotations

import math
from datetime import datetime

from broker_config import channels
from broker_config.codec import publication
from broker_config.link import Publication
from broker_config.messages import PageCancel, PageFormat, PageOrder, Route
from server.rules.attempts import routes_of
from server.rules.facts import Page

TAKEN_OVER = "taken_over"
"""Reason of a cancel: another gateway has the page."""


def order(page: Page, now: datetime) -> Publication | None:
    """The order for a page with what is left of its life; None when nothing is left."""
    left = math.floor((page.deadline_at - now).total_seconds())
    if left < 1:
        return None
    message = PageOrder(
        page=page.id,
        attempt=page.attempt,
        incident=page.incident_id,
        press=page.press_id,
        purpose=page.purpose,
        routes=[Route(transmitter=name, address=page.address) for name in routes_of(page)],
        format=PageFormat(page.format),
        charset=page.charset,
        body=page.body,
        alert=page.alert,
        priority=page.priority,
        exp_s=min(left, 86_400),
    )
    return publication(channels.ORDER, page.store_id, "g", page.gateway, message)


def cancel(page: Page, reason: str, gateway: str | None = None) -> Publication:
    """To the gateway that is asked for it, or to one from which another took it over."""
    message = PageCancel(page=page.id, reason=reason)
    return publication(channels.CANCEL, page.store_id, "g", gateway or page.gateway, message)


def asked_back(page: Page) -> list[Publication]:
    """Cancels to every gateway that still may have it, but for the one that is asked for it now."""
    wanted = None if page.state.is_final else page.gateway
    places = dict.fromkeys(one.gateway for one in page.open_elsewhere if one.gateway != wanted)
    return [cancel(page, TAKEN_OVER, gateway) for gateway in places]
