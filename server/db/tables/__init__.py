"""Every table, one file per noun. Importing this package fills `SQLModel.metadata`."""

from server.db.tables import naming as naming  # first: names every constraint below
from server.db.tables.account import Account, SignIn
from server.db.tables.audit import AuditEnd, AuditEntry
from server.db.tables.cause import Cause
from server.db.tables.device import Device, DeviceSample
from server.db.tables.device_asked import DeviceCommand, DeviceSettings
from server.db.tables.fault import Fault
from server.db.tables.identity import Claim, Identity
from server.db.tables.incident import Incident
from server.db.tables.journal import Journal
from server.db.tables.notice import Notice
from server.db.tables.page import Page
from server.db.tables.paging import Pager, Transmitter
from server.db.tables.partial import as_on_postgresql
from server.db.tables.people import Carrier, Duty, Rotation, RotationMember, Shift
from server.db.tables.policy import Policy, PolicyHours, PolicyStep
from server.db.tables.press import PressRow
from server.db.tables.readiness import Canary, Coverage
from server.db.tables.refused import Refused
from server.db.tables.retention import Retention
from server.db.tables.stand_in import StandInReport
from server.db.tables.store import Button, LastResort, Opening, SpecialDay, Store, Zone
from server.db.tables.tablet import Pin, PinTries, Tablet, TabletDoor
from server.db.tables.watch_code import WatchCode, WatchSite

__all__ = [
    "Account",
    "AuditEnd",
    "AuditEntry",
    "Button",
    "Canary",
    "Carrier",
    "Cause",
    "Claim",
    "Coverage",
    "Device",
    "DeviceCommand",
    "DeviceSample",
    "DeviceSettings",
    "Duty",
    "Fault",
    "Identity",
    "Incident",
    "Journal",
    "LastResort",
    "Notice",
    "Opening",
    "Page",
    "Pager",
    "Pin",
    "PinTries",
    "Policy",
    "PolicyHours",
    "PolicyStep",
    "PressRow",
    "Refused",
    "Retention",
    "Rotation",
    "RotationMember",
    "Shift",
    "SignIn",
    "SpecialDay",
    "StandInReport",
    "Store",
    "Tablet",
    "TabletDoor",
    "Transmitter",
    "WatchCode",
    "WatchSite",
    "Zone",
    "as_on_postgresql",
]
