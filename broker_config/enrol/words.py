"""What can come between a device and its identity, each in words that say what to do."""

from __future__ import annotations

from enum import StrEnum

from broker_config.enrolment import CLAIM_MINUTES


class Trouble(StrEnum):
    # it may pass: the device goes on trying
    UNREACHABLE = "unreachable"
    NAME = "name"
    CLOCK = "clock"
    BUSY = "busy"
    SERVER = "server"
    # it does not pass by itself
    NO_TLS = "no_tls"
    AUTHORITY = "authority"
    UNPROVEN = "unproven"
    OTHER_NAME = "other_name"
    NO_ENROLMENT = "no_enrolment"
    CODE = "code"
    TICKET = "ticket"
    REFUSED = "refused"
    EXPIRED = "expired"
    ODD = "odd"
    KEY = "key"
    DISK = "disk"
    JOIN = "join"

    @property
    def is_final(self) -> bool:
        return self not in _PASSES


_PASSES = frozenset({Trouble.UNREACHABLE, Trouble.NAME, Trouble.CLOCK, Trouble.BUSY, Trouble.SERVER})
_NEW_STRING = "make a new join string on the screen Add a device, and use that"
_SENTENCES = {
    Trouble.JOIN: "this is no join string: it looks like shop.local:8443/7KQ2M9XD/ and 26 more signs. Copy it "
    "whole, or " + _NEW_STRING,
    Trouble.UNREACHABLE: "nobody answers at {place}: is the server running, and are both in the same network?",
    Trouble.NAME: "the name in {place} is not known in this network: check the network, or have a join string with the "
    "server's address made",
    Trouble.CLOCK: "by this machine's clock ({clock}) the server's certificate does not count yet or any more: set the "
    "clock, or wait until the network has set it",
    Trouble.BUSY: "the server at {place} has had too many tries: it is asked again in a moment",
    Trouble.SERVER: "the server at {place} is in trouble of its own: it is asked again in a moment",
    Trouble.NO_TLS: "what answers at {place} does not speak TLS: the join string names another port than the server's",
    Trouble.AUTHORITY: "the server at {place} is not the one that the join string was made by, so nothing was said to "
    "it: either the string is of another shop, or somebody stands in between. Check the address; then "
    + _NEW_STRING,
    Trouble.UNPROVEN: "the server at {place} shows the right authority and has no certificate of it, so nothing was "
    "said to it: somebody may stand in between. Find out what answers there before you try again",
    Trouble.OTHER_NAME: "the server's certificate is not for the name in {place}: have a join string made with a name "
    "or address that its certificate is for",
    Trouble.NO_ENROLMENT: "what answers at {place} enrols no devices: the join string names another port than the "
    "server's, or the server is an older one",
    Trouble.CODE: f"the code was used already, is older than {CLAIM_MINUTES} minutes, or is a wrong one: {_NEW_STRING}",
    Trouble.TICKET: f"the server does not know this claim any more: {_NEW_STRING}",
    Trouble.REFUSED: "somebody has refused this device on the screen: ask who, and why; then " + _NEW_STRING,
    Trouble.EXPIRED: f"nobody has confirmed it in time: {_NEW_STRING}",
    Trouble.ODD: "the server at {place} gave an answer that cannot be used: are both of the same version?",
    Trouble.KEY: "the certificate that came from {place} is not for this device's key, and was not taken: "
    + _NEW_STRING,
    Trouble.DISK: "{folder} cannot be written ({detail}): make room or give the right to write there, then start "
    "this again; if the code is refused then, have a new join string made",
}


def sentence(
    trouble: Trouble, *, place: str = "", clock: str = "", folder: str = "", detail: str = ""
) -> str:
    """`place`: host and port. No code stands in it."""
    return _SENTENCES[trouble].format(place=place, clock=clock, folder=folder, detail=detail)


_FAR = {
    "no_join": "this device is not enrolled, and waits for a join string",
    "reaching": "looking for the server",
    "asking": "the server has proved who it is; asking to be let in",
    "press": "press a button of this unit; figures {figures}",
    "telling": "pressed",
    "confirm": "now somebody has to confirm it on the screen; figures {figures}",
    "granted": "enrolled",
}


def progress(stage: str, trouble_words: str, figures: str) -> str:
    """One line for a terminal or a log."""
    if trouble_words:
        return trouble_words
    grouped = f"{figures[:3]} {figures[3:]}" if figures else ""
    return _FAR.get(stage, stage).format(figures=grouped)
