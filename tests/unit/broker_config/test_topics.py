"""Topic strings, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_config import topics
from broker_config.channels import BY_TAIL
from broker_config.errors import ContractError

IDS = st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,31}\Z")


@given(IDS, IDS, st.sampled_from(sorted(BY_TAIL)))
def test_what_is_built_is_parsed(store: str, device: str, place: tuple[str, str]) -> None:
    kind, tail = place
    found = topics.parse(topics.build(store, kind, device, tail))
    assert (found.store, found.kind, found.device, found.tail) == (store, kind, device, tail)
    assert topics.matches(
        topics.build_filter(store, kind, None, tail), topics.build(store, kind, device, tail)
    )


@pytest.mark.parametrize(
    ("pattern", "topic", "fits"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("$SYS/#", "$SYS/x/y", True),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
    ],
)
def test_filters(pattern: str, topic: str, fits: bool) -> None:
    assert topics.matches(pattern, topic) == fits


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        found = topics.parse(text)
    except ContractError as error:
        assert error.reason == "topic"  # noqa: PT017
    else:
        assert topics.build(found.store, found.kind, found.device, found.tail) == text
