"""Seven roles and what each may, said a second time by hand; who may make whom what."""

from __future__ import annotations

import pytest

from server.rules.rights import GRANTS, Right, Role, may, may_give

EVERYBODY_BUT_STAFF = {
    Right.SEE_HISTORY: "shift_lead security auditor",
    Right.SEE_WORDS: "shift_lead auditor",
    Right.SEE_QUIET: "security",
    Right.SEE_REFUSED: "security auditor installer",
    Right.PLAN_SHIFTS: "shift_lead",
    Right.SEE_DEVICES: "shift_lead security auditor installer",
    Right.COMMAND_DEVICES: "shift_lead installer",
    Right.ENROL: "installer",
    Right.CHANGE_SHOP: "installer",
    Right.CHANGE_POLICY: "",
    Right.CHANGE_PEOPLE: "",
    Right.GIVE_SIGN_INS: "",
    Right.EXPORT: "auditor",
    Right.SEE_AUDIT: "auditor",
    Right.KEEP_PRIVACY: "",
}
TABLE = EVERYBODY_BUT_STAFF | {
    Right.SEE_BOARD: "shift_lead staff security auditor installer",
    Right.ANSWER: "shift_lead staff security",
}


@pytest.mark.parametrize("right", Right)
def test_who_may(right: Right) -> None:
    """Owners and managers may everything."""
    wanted = {"owner", "manager", *TABLE[right].split()}
    assert {role.value for role in Role if may(role, right)} == wanted


@pytest.mark.parametrize("role", ["", "admin", "Owner", "OWNER", "owner "])
def test_a_role_that_nobody_knows_may_nothing(role: str) -> None:
    assert not any(may(role, right) for right in Right)
    assert not may_give("owner", role)


@pytest.mark.parametrize("giver", Role)
@pytest.mark.parametrize("role", Role)
def test_who_makes_whom_what(giver: Role, role: Role) -> None:
    assert may_give(giver, role) == (
        giver is Role.OWNER or (giver is Role.MANAGER and role is not Role.OWNER)
    )


def test_every_role_has_its_line() -> None:
    assert set(GRANTS) == set(Role)
