"""What may be given to a customer at close."""

from __future__ import annotations

from enum import StrEnum


class Remedy(StrEnum):
    NONE = "none"
    COUPON = "coupon"
    GIFT = "gift"
    REFUND = "refund"
    FREE_SERVICE = "free_service"
    REPLACEMENT = "replacement"
    OTHER = "other"


MOST_CENTS = 10_000_000
"""100 000 of the store's money: what is more was typed wrong."""
