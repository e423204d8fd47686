"""The join string as it is scanned, pasted and typed; fingerprints; what stands in no repr."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_config.enrolment import (
    CODE_LENGTH,
    FINGERPRINT_LENGTH,
    SIGNS,
    Ask,
    Asked,
    Fetch,
    Join,
    Pressed,
    check_figures,
    fingerprint,
    new_code,
    read_join,
)

HOSTS = st.sampled_from(["shop.local", "10.0.0.5", "fd00::5", "localhost", "a-b_c.example"])
WORDS = st.text(SIGNS, min_size=CODE_LENGTH, max_size=CODE_LENGTH)
JOINS = st.builds(
    Join,
    HOSTS,
    st.integers(1, 65_535),
    WORDS,
    st.text(SIGNS, min_size=FINGERPRINT_LENGTH, max_size=FINGERPRINT_LENGTH),
)
LOOKS_LIKE = str.maketrans({"0": "oO0", "1": "iIlL1"})


@given(JOINS)
def test_what_is_written_is_read(join: Join) -> None:
    assert read_join(str(join)) == join
    assert read_join(f"redbutton://join/{join}\n") == join


@settings(max_examples=25)
@given(JOINS, st.data())
def test_as_people_type_it(join: Join, data: st.DataObject) -> None:
    """Small letters, letters that look like figures, dashes and blanks to keep the place."""

    def typed(text: str) -> str:
        signs = []
        for sign in text:
            signs.append(data.draw(st.sampled_from(sign.translate(LOOKS_LIKE) + sign.lower())))
            signs.append(data.draw(st.sampled_from(["", "", "-", " "])))
        return "".join(signs)

    address = str(join).split("/")[0]
    assert read_join(f" {address} / {typed(join.code)}/{typed(join.authority)}") == join


@given(st.text(max_size=80))
def test_anything_else_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="this is no join string"):
        read_join(text)


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_no_such_port(port: str) -> None:
    with pytest.raises(ValueError, match="this is no join string"):
        read_join(f"shop.local:{port}/{'7' * CODE_LENGTH}/{'A' * FINGERPRINT_LENGTH}")


def test_u_is_no_sign_of_a_code() -> None:
    with pytest.raises(ValueError, match="no join string"):
        read_join(f"shop.local:8443/{'U' * CODE_LENGTH}/{'A' * FINGERPRINT_LENGTH}")


@given(st.binary(max_size=200))
def test_a_fingerprint_is_the_first_130_bits(der: bytes) -> None:
    number = 0
    for sign in fingerprint(der):
        number = number * 32 + SIGNS.index(sign)
    assert len(fingerprint(der)) == FINGERPRINT_LENGTH
    assert number == int(hashlib.sha256(der).hexdigest(), 16) >> (256 - 130)


def test_codes_are_unlike_each_other_and_figures_are_six() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == CODE_LENGTH and set(code) <= set(SIGNS) for code in codes)
    figures = {check_figures(bytes([n])) for n in range(200)}
    assert len(figures) > 190
    assert all(len(each) == 6 and each.isdecimal() for each in figures)


def test_no_secret_is_in_a_repr() -> None:
    ticket = "s" * 43
    said = [
        Ask(code="7KQ2M9XD", kind="b", csr="x" * 64),
        Asked(ticket=ticket, expires_s=1),
        Pressed(ticket=ticket, input=1),
        Fetch(ticket=ticket),
        Join("shop.local", 8443, "7KQ2M9XD", "A" * FINGERPRINT_LENGTH),
    ]
    assert not [each for each in said if ticket in repr(each) or "7KQ2M9XD" in repr(each)]
