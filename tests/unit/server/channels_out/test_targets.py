"""Which addresses are taken, and that a log shows neither a name nor a path."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.channels_out.targets import WebTarget, check_mail, is_near, shown, web_target


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example", WebTarget(True, "a.example", 443, "a.example", "/")),
        ("http://10.0.0.1:8080/x?y=1#z", WebTarget(False, "10.0.0.1", 8080, "10.0.0.1:8080", "/x?y=1")),
        ("https://[fd00::1]:1/", WebTarget(True, "fd00::1", 1, "[fd00::1]:1", "/")),
    ],
)
def test_a_url_is_taken_apart(url: str, found: WebTarget) -> None:
    assert web_target(url) == found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "//a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "https:///x",
        "https://a.example:99999/",
        "https://a.example:0/",
        "https://a.example:x/",
        "https://[fd00::1/",
        "https://user:word@a.example/",
        "https://a.example/ä",
        "https://a.example/a b",
        "https://a.example/\r\nHost: b",
        "https://a.example/" + "x" * 2_000,
    ],
)
def test_what_is_no_target_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        web_target(url)


@pytest.mark.parametrize("address", ["a@b.ee", "first.last+shop@mail.shop.example", "o'neil@x"])
def test_a_mail_address(address: str) -> None:
    check_mail(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b c",
        "ä@b.ee",
        "a@b.ee\r\nRCPT TO:<x@y>",
        "a@b.ee\n",
        "<a@b>",
        "a@-b",
        "a@b..ee",
        "a@b.ee,c@d.ee",
        '"a b"@c',
        "a" * 65 + "@b",
        "a@b.",
    ],
)
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        check_mail(address)


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("192.168.1.1", True),
        ("fd00::1", True),
        ("::ffff:10.0.0.1", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("2001:4860::1", False),
        ("169.254.169.254", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("0.0.0.0", False),
        ("::", False),
        ("255.255.255.255", False),
    ],
)
def test_where_plain_http_may_go(address: str, near: bool) -> None:
    assert is_near(address) is near


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("maria@shop.example", "...@shop.example"),
        ("https://u:p@hooks.example:8443/T0/secret?k=1", "https://hooks.example/..."),
        ("https://[x/secret", "a URL"),
        ("maria", "an address"),
    ],
)
def test_what_a_log_shows(target: str, words: str) -> None:
    assert shown(target) == words


@given(
    st.text(alphabet="ab.:/@[]%?# \n\tä0-", max_size=20), st.sampled_from(["", "http://", "https://", "x@"])
)
def test_any_text_is_a_target_or_a_value_error(text: str, start: str) -> None:
    for take in (web_target, check_mail):
        with suppress(ValueError):
            take(start + text)
    assert shown(start + text)
