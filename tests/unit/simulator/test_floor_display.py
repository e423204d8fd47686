"""What a wrist pager of each kind shows of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config.messages.page import PageFormat
from simulator.floor.display import NUMERIC, as_shown


@pytest.mark.parametrize(
    ("text", "kind", "longest", "shown"),
    [
        ("Fitting rooms 2 #14", PageFormat.TEXT, 16, "Fitting rooms 2 "),
        ("Dairy\r\n2", PageFormat.TEXT, 40, "Dairy 2"),
        ("0401-12", PageFormat.NUMERIC, 12, "0401-12"),
        ("0401 Dairy", PageFormat.NUMERIC, 12, "0401"),
        ("anything", PageFormat.TONE, 40, ""),
    ],
)
def test_as_shown(text: str, kind: PageFormat, longest: int, shown: str) -> None:
    assert as_shown(text, kind, longest) == shown


@given(st.text(max_size=300), st.sampled_from(PageFormat), st.integers(1, 240))
def test_never_longer_than_the_display_nor_outside_its_signs(
    text: str, kind: PageFormat, longest: int
) -> None:
    shown = as_shown(text, kind, longest)
    assert len(shown) <= longest
    if kind is PageFormat.NUMERIC:
        assert set(shown) <= set(NUMERIC)
