"""Style sheet, scripts and fonts: read once, named by their content, cached by browsers for ever."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_URL = re.compile(rb"url\(\"([^\")]+)\"\)")


@dataclass(frozen=True, slots=True)
class Asset:
    url: str
    kind: str
    content: bytes
    zipped: bytes | None
    """None: compressed already."""


class Assets:
    """`url("style.css")` for templates; `respond` for the one route under /static/."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._by_name: dict[str, Asset] = {}
        files = [file for file in sorted(folder.rglob("*")) if file.suffix in _TYPES]
        for file in sorted(files, key=lambda file: file.suffix == ".css"):  # a style sheet names the others
            self._add(folder, file)
        self._by_url = {asset.url: asset for asset in self._by_name.values()}

    def _add(self, folder: Path, file: Path) -> None:
        name = file.relative_to(folder).as_posix()
        content = file.read_bytes()
        if file.suffix == ".css":
            content = _URL.sub(lambda found: b'url("%s")' % self.url(found[1].decode()).encode(), content)
        version = hashlib.sha256(content).hexdigest()[:10]
        stem = name.removesuffix(file.suffix)
        text = file.suffix != ".woff2"
        self._by_name[name] = Asset(
            url=f"/static/{stem}.{version}{file.suffix}",
            kind=_TYPES[file.suffix],
            content=content,
            zipped=gzip.compress(content, mtime=0) if text else None,
        )

    def url(self, name: str) -> str:
        """Raises KeyError for a file that is not there: a broken link is found by the first test."""
        return self._by_name[name].url

    def respond(self, request: Request) -> Response:
        asset = self._by_url.get(request.url.path)
        if asset is None:
            return Response(status_code=404)
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.zipped, headers=headers, media_type=asset.kind)
        return Response(asset.content, headers=headers, media_type=asset.kind)
