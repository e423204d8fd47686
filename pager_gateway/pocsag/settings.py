"""What differs between pagers of POCSAG: function bits, the end of a text, how long a text may be."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from broker_config.messages import PageFormat

Functions: TypeAlias = Annotated[
    tuple[Annotated[int, Field(ge=0, le=3)], ...], Field(min_length=1, max_length=4)
]
"""For alert 1, 2 ...; an alert beyond the last one gets that."""


class FunctionTable(BaseModel):
    """Which function bits say which alert. The usual ones: 0 digits, 3 text; pagers differ, so all of it can be set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Functions = (3, 2, 1)
    """Never 0 by itself: most pagers would show the letters as digits."""
    numeric: Functions = (0, 1, 2, 3)
    tone: Functions = (1, 2, 3, 0)

    def choose(self, kind: PageFormat, alert: int) -> int:
        """Raises KeyError for a format that POCSAG does not have."""
        row = {PageFormat.TEXT: self.text, PageFormat.NUMERIC: self.numeric, PageFormat.TONE: self.tone}[kind]
        return row[min(alert, len(row)) - 1]

    @property
    def alerts(self) -> int:
        return max(len(row) for row in (self.text, self.numeric, self.tone))


class PocsagSettings(BaseModel):
    """Every driver of POCSAG has these among its own. A letter A to D behind a capcode beats `functions`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    functions: FunctionTable = FunctionTable()
    terminator: Literal["none", "EOT", "ETX"] = "none"
    """What some pagers want at the end of a text."""
    line_break: Literal["blank", "LF", "CR"] = "blank"
    """What a pager shows for the end of a line differs from maker to maker; a blank is safe."""
    longest: Annotated[int, Field(ge=1, le=1_000)] = 240
    """Characters of text, or digits."""
