"""The table in the README is the one that the channel table prints."""

from __future__ import annotations

from pathlib import Path

import broker_config
from broker_config import table
from broker_config.channels import CHANNELS


def test_the_readme_shows_the_channel_table_as_it_is() -> None:
    readme = (Path(broker_config.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert table.markdown() in readme, "paste the output of: python -m broker_config.table"


def test_every_channel_has_a_line() -> None:
    assert table.markdown().count("\n") == len(CHANNELS) + 2
