"""A page into codewords: what POCSAG cannot say or call is refused here, in words. Pure; shared by its drivers."""

from __future__ import annotations

from broker_config import capcodes
from broker_config.capcodes import Trouble
from broker_config.charsets import CHARSETS, to_septets
from broker_config.messages import PageFormat
from pager_gateway.errors import Refused
from pager_gateway.pocsag import packing, payload
from pager_gateway.pocsag.packing import Call
from pager_gateway.pocsag.settings import PocsagSettings
from pager_gateway.transmitter import Page

FORMATS = (PageFormat.TEXT, PageFormat.NUMERIC, PageFormat.TONE)
WORDS = {
    Trouble.NOT_A_RIC: "a POCSAG capcode is up to seven digits and perhaps a letter A to D",
    Trouble.TOO_HIGH: f"POCSAG capcodes end at {capcodes.HIGHEST_RIC}",
    Trouble.IDLE: "pagers take this capcode for the idle word, so its pages are lost: give the pager another one",
    Trouble.SYNC: "pagers take this capcode for the sync word, so its pages are lost: give the pager another one",
    Trouble.LOW: "noise can call capcodes 0 to 7: give the pager another one",
}
_ENDS = {"none": None, "EOT": 0x04, "ETX": 0x03}
_LINE_BREAKS = {"blank": b" ", "LF": b"\n", "CR": b"\r"}


def call(page: Page, settings: PocsagSettings) -> Call:
    """Raises Refused for a page that no POCSAG pager can get like this: another try would end in the same way."""
    if page.format not in FORMATS:
        raise Refused("format", f"POCSAG carries no page of format {page.format.value}")
    try:
        ric, forced = capcodes.ric(page.address)
    except ValueError as error:
        raise Refused("capcode", f"refuses capcode {page.address}: {WORDS[error.args[0]]}") from error
    function = settings.functions.choose(page.format, page.alert) if forced is None else forced
    return packing.call(ric, function, _pieces(page, settings))


def _pieces(page: Page, settings: PocsagSettings) -> list[int]:
    if page.format is PageFormat.TONE:
        return []
    body = page.body.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(body) > settings.longest:
        raise Refused("too-long", f"{len(body)} characters, at most {settings.longest}")
    if page.format is PageFormat.NUMERIC:
        try:
            return payload.numeric(body)
        except ValueError as error:
            raise Refused("digits", str(error)) from error
    if page.charset not in CHARSETS:
        raise Refused("charset", f"knows no character set {page.charset!r}, only {', '.join(CHARSETS)}")
    between = _LINE_BREAKS[settings.line_break]
    septets = between.join(to_septets(line, page.charset) for line in body.split("\n"))
    return payload.alphanumeric(septets, _ENDS[settings.terminator])
