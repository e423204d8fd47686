"""Static files: named by content, kept for ever, exactly what was vendored."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest
from starlette.requests import Request

from server.web.frame.assets import FOLDER, FOREVER, Assets


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets()


def ask(path: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": raw}
    return Request({**scope, "server": ("localhost", 80), "scheme": "http"})


def test_a_file_is_found_by_its_versioned_name_only(assets: Assets) -> None:
    url = assets.url("style.css")
    assert re.fullmatch(r"/static/style\.[0-9a-f]{10}\.css", url)
    answer = assets.respond(ask(url))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, FOREVER)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    for other in ("/static/style.css", "/static/../app.py", "/static/vendor/README.md", "/static/"):
        assert assets.respond(ask(other)).status_code == 404


def test_the_style_sheet_names_the_fonts_as_they_are_served(assets: Assets) -> None:
    style = bytes(assets.respond(ask(assets.url("style.css"))).body).decode()
    fonts = re.findall(r'url\("([^"]+)"\)', style)
    assert len(fonts) == 3
    for font in fonts:
        assert assets.respond(ask(font)).headers["content-type"] == "font/woff2"


def test_text_is_sent_small_to_who_can_read_it(assets: Assets) -> None:
    url = assets.url("vendor/htmx/htmx.min.js")
    small = assets.respond(ask(url, accept_encoding="gzip, br"))
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(small.body)) == bytes(assets.respond(ask(url)).body)


def test_a_missing_file_is_an_error_when_a_screen_is_made(assets: Assets) -> None:
    with pytest.raises(KeyError):
        assets.url("nothing.js")


def test_vendored_files_are_the_ones_on_the_list() -> None:
    vendor = FOLDER / "vendor"
    lines = [line.split() for line in (vendor / "SHA256SUMS").read_text().splitlines()]
    listed = {name: wanted for wanted, name in lines}
    there = {file.relative_to(vendor).as_posix() for file in vendor.rglob("*") if file.is_file()}
    assert there == set(listed) | {"SHA256SUMS", "README.md"}
    for name, wanted in listed.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == wanted, name
    for folder in {name.split("/")[0] for name in listed}:
        assert f"{folder}/LICENSE" in listed


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in FOLDER.glob("*"):
        if file.suffix in (".css", ".js"):
            assert not re.search(r"https?://|@import|eval\(|new Function", file.read_text()), file.name
