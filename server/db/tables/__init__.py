"""Every table, one file per noun. Importing this package fills `SQLModel.metadata`."""

from server.db.tables import naming as naming  # first: names every constraint below
from server.db.tables.account import Account, SignIn
from server.db.tables.cause import Cause
from server.db.tables.device import Device
from server.db.tables.incident import Incident
from server.db.tables.journal import Journal
from server.db.tables.notice import Notice
from server.db.tables.page import Page
from server.db.tables.paging import Pager, Transmitter
from server.db.tables.people import Carrier, Duty, Rotation, RotationMember, Shift
from server.db.tables.policy import Policy, PolicyHours, PolicyStep
from server.db.tables.press import PressRow
from server.db.tables.readiness import Canary, Coverage
from server.db.tables.refused import Refused
from server.db.tables.stand_in import StandInReport
from server.db.tables.store import Button, LastResort, Opening, SpecialDay, Store, Zone

__all__ = [
    "Account",
    "Button",
    "Canary",
    "Carrier",
    "Cause",
    "Coverage",
    "Device",
    "Duty",
    "Incident",
    "Journal",
    "LastResort",
    "Notice",
    "Opening",
    "Page",
    "Pager",
    "Policy",
    "PolicyHours",
    "PolicyStep",
    "PressRow",
    "Refused",
    "Rotation",
    "RotationMember",
    "Shift",
    "SignIn",
    "SpecialDay",
    "StandInReport",
    "Store",
    "Transmitter",
    "Zone",
]
