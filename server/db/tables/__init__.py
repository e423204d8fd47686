"""Every table, one file per noun. Importing this package fills `SQLModel.metadata`."""

from server.db.tables import naming as naming  # first: names every constraint below
from server.db.tables.account import Account, SignIn
from server.db.tables.device import Device
from server.db.tables.incident import Incident
from server.db.tables.journal import Journal
from server.db.tables.page import Page
from server.db.tables.paging import Pager, Transmitter
from server.db.tables.people import Carrier, Shift
from server.db.tables.policy import Policy, PolicyStep
from server.db.tables.press import PressRow
from server.db.tables.refused import Refused
from server.db.tables.store import Button, Store, Zone

__all__ = [
    "Account",
    "Button",
    "Carrier",
    "Device",
    "Incident",
    "Journal",
    "Page",
    "Pager",
    "Policy",
    "PolicyStep",
    "PressRow",
    "Refused",
    "Shift",
    "SignIn",
    "Store",
    "Transmitter",
    "Zone",
]
