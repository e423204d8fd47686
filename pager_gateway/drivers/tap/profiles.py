"""Real TAP boxes by name: what is usual there. A profile only sets defaults; whatever the file says counts.

Sources: the makers' public manuals. Nothing here was tried on the boxes themselves."""

from __future__ import annotations

from typing import Any, Literal

Profile = Literal["standard", "waveware", "zetron", "zetron-capcode", "sti", "before-1.6"]

PROFILES: dict[str, dict[str, Any]] = {
    "standard": {},
    "waveware": {
        "implied_login": True,
        "keep_alive": "ATI",
        "longest_with_id": 245,
        "replace": {"^": "'", "~": "-", "_": "-"},
    },
    "zetron": {},
    "zetron-capcode": {"kind": "8"},
    "sti": {"implied_login": True},
    "before-1.6": {"line_break": "blank", "multi_block": False},
}
"""`zetron` talks after its control codes and ends lines the other way round: every reader here bears that. `sti` also
takes PG3 (`kind`), and TCP on port 64250 (`port`)."""
