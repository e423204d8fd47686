"""What every table is made from."""

from __future__ import annotations

from pydantic import ConfigDict
from sqlmodel import SQLModel


class Row(SQLModel):
    """SQLModel never validates a row of a table, so the validators of forty tables are not built either."""

    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]
