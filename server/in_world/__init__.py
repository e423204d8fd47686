"""The simulated world's window onto the server: a database made from a shop file, the shop as a plan, what staff see
and say by the public API, a hand on the server's disk, and its books for whoever judges.

The world imports this, `server.app`, `server.requests` and the account, and nothing else of the server."""

from server.channels_out.letter import Letter, Tried
from server.clock import SteadyClock
from server.db.connect import Database
from server.engine.core import ServerCore
from server.engine.events import Ask, Event
from server.engine.rhythm import USUAL, Rhythm
from server.in_world.books import (
    Books,
    CallFacts,
    PageFacts,
    PlaceFacts,
    PressFacts,
    account_of,
    at_place,
    read_books,
)
from server.in_world.disk import Disk, locked
from server.in_world.past import Made, Someone, Staffing, database_of, hurried, made, settle
from server.in_world.plan import Snapshot, add_people, add_shop, shop_database, shop_plan
from server.in_world.scenes import letter_core, read_faults, read_letters, readiness_of, tried
from server.in_world.staff import Desk, Member, NotTaken, Seen, asked, members, open_incidents
from server.rules.facts import DutyKind
from server.supervise.render import staff_keys
from server.supervise.shop import Input, Line, Pager, Person, Shop, Unit

__all__ = [
    "USUAL",
    "Ask",
    "Books",
    "CallFacts",
    "Database",
    "Desk",
    "Disk",
    "DutyKind",
    "Event",
    "Input",
    "Letter",
    "Line",
    "Made",
    "Member",
    "NotTaken",
    "PageFacts",
    "Pager",
    "Person",
    "PlaceFacts",
    "PressFacts",
    "Rhythm",
    "Seen",
    "ServerCore",
    "Shop",
    "Snapshot",
    "Someone",
    "Staffing",
    "SteadyClock",
    "Tried",
    "Unit",
    "account_of",
    "add_people",
    "add_shop",
    "asked",
    "at_place",
    "database_of",
    "hurried",
    "letter_core",
    "locked",
    "made",
    "members",
    "open_incidents",
    "read_books",
    "read_faults",
    "read_letters",
    "readiness_of",
    "settle",
    "shop_database",
    "shop_plan",
    "staff_keys",
    "tried",
]
