"""POCSAG: how fast pages become packed codewords, and how well a backlog fills the air."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from pager_gateway.drivers.pocsag_raw.driver import create
from pager_gateway.pocsag import packing
from pager_gateway.pocsag.page import call
from pager_gateway.pocsag.settings import PocsagSettings
from pager_gateway.transmitter import AirTime, Page
from tests.bench.clock import now
from tests.bench.results import Figure, most

TEXT = "Fitting rooms 3: please "
"""24 characters, as of the packing table."""
PAGES, BACKLOG = 1_000, 32
LONGEST_S, MOST_OVER = 0.5, 3.0
BAUD = 1200
TABLE = {16: 19, 24: 36, 40: 36, 80: 68}
"""Characters -> batches of 32 pages whose frames are spread, from the protocol note."""


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    return [encoding(), backlog()]


def _page(number: int, length: int = 24) -> Page:
    return Page(UUID(int=number), str(1_234_000 + number), (TEXT * 4)[:length])


def encoding() -> Figure:
    """Pages into codewords, each batch of 32 packed into one transmission."""
    pages = [_page(number) for number in range(PAGES)]
    settings = PocsagSettings()
    began = now()
    for at in range(0, PAGES, BACKLOG):
        packing.pack([call(page, settings) for page in pages[at : at + BACKLOG]])
    took = now() - began
    return most("", f"POCSAG: {PAGES} text pages into packed codewords", took, LONGEST_S, "s")


def backlog() -> Figure:
    """From the first byte until the channel is free again, by the driver's own clock, against the table."""
    worst, details = 0.0, []
    for length, batches in TABLE.items():
        took, wanted = _channel_s(length), packing.seconds(batches, BAUD)
        worst = max(worst, 100 * (took / wanted - 1))
        details.append(f"{length} characters {took:.2f} s, table {wanted:.2f} s")
    what = f"POCSAG: backlog of {BACKLOG} text pages at {BAUD} baud, over the packing table by"
    return most("", what, worst, MOST_OVER, "%", "; ".join(details))


def _channel_s(length: int) -> float:
    driver = create({"baud": BAUD}, 38400)
    driver.opened(0.0)
    driver.submit([_page(number, length) for number in range(BACKLOG)], 0.0)
    moment = 0.0
    while (due := driver.due()) is not None:
        moment = due
        driver.tick(moment)
    said = sum(one.seconds for one in driver.outputs() if isinstance(one, AirTime))
    if said > moment:
        raise RuntimeError("the driver calls the channel free before its carrier is down")
    return moment
