"""Why customers are unhappy: the causes that every store begins with. Each store may change its own tree."""

from __future__ import annotations

BUILT_IN = ("service", "competence", "goods", "delivery", "queue", "price", "other")
