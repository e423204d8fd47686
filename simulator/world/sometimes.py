"""Rare states that a long run must have been in: one that never got there has proven little."""

from __future__ import annotations

from collections import Counter

from firmware_bridge.light import Shown
from server.in_world import Books
from simulator.world.eyes import Eyes
from simulator.world.page_oracle import RANG
from simulator.world.shop import WorldShop
from simulator.world.trouble import Trouble

STATES = (
    "a receipt was lost after its commit",
    "the server died before a commit",
    "a commit was taken though it failed",
    "a process died while presses waited",
    "a press came too late",
    "a press of unknown age",
    "presses merged",
    "a press was taken back",
    "a page expired in a queue",
    "a page in doubt was repeated",
    "a page was taken back",
    "a standby called",
    "another gateway took a page over",
    "pages went out together",
    "a page without proof never rang",
    "the stand-in called",
    "nobody could be called",
    "a quiet call",
    "a drill",
    "a second fault in a recovery",
    "the light said coming",
    "the light said sorry",
    "the light said nobody",
    "a call ended unanswered or by the manager alone",
)


def reached(shop: WorldShop, books: Books, eyes: Eyes, trouble: Trouble) -> Counter[str]:
    """How often each state was seen in one run."""
    found: Counter[str] = Counter()
    found["a receipt was lost after its commit"] = trouble.seen["receipt lost"]
    found["the server died before a commit"] = trouble.seen["died before commit"]
    found["a commit was taken though it failed"] = trouble.seen["answer lost"]
    found["a process died while presses waited"] = trouble.seen["died while presses waited"]
    found["a second fault in a recovery"] = trouble.counts["second"]
    for press in books.presses:
        found["a press came too late"] += press.state == "late"
        found["a press of unknown age"] += not press.age_known
        found["presses merged"] += press.state == "merged"
        found["a press was taken back"] += press.state == "undone"
        found["a quiet call"] += press.kind == "quiet"
        found["a drill"] += press.purpose == "drill"
    for page in books.pages:
        found["a page expired in a queue"] += page.state == "expired"
        found["a page in doubt was repeated"] += page.reason == "unknown"
        found["a page was taken back"] += page.state == "cancelled"
        found["another gateway took a page over"] += bool(page.others)
    found["the stand-in called"] = books.reports
    own = {one.address: one.transmitter for one in shop.plan.pagers}
    found["a standby called"] = sum(own.get(one.address, one.line) != one.line for one in eyes.rang)
    together = Counter((one.line, one.began) for one in eyes.rang if one.began < one.at)
    found["pages went out together"] = sum(count > 1 for count in together.values())
    said = Counter(page.address for page in books.pages if page.state in RANG and page.proof == "none")
    said -= Counter(one.address for one in eyes.rang)
    found["a page without proof never rang"] = said.total()
    for call in books.calls:
        found["nobody could be called"] += call.nobody_at is not None
        found["a call ended unanswered or by the manager alone"] += call.acknowledged_at is None
    for word in (Shown.COMING, Shown.SORRY, Shown.NOBODY):
        found[f"the light said {word.value}"] += word in eyes.seen
    return found
