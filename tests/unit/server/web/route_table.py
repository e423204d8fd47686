"""Every route and the one right that it needs, written by hand: what a route declares is compared with this, and a
route that is not in here fails. Deliberate: whoever adds a route says here, too, for whom it is."""

from __future__ import annotations

from enum import Enum

from server.rules.rights import Right


class Open(Enum):
    """For those routes that need no right of a store."""

    ANYBODY = "also who is not signed in"
    SIGNED_IN = "whoever is signed in, about themselves"
    TABLET = "a tablet that a manager let in; whoever is signed in is none"
    AT_ALL = "the same, also with a password that must be changed"
    QUIET = "who may know of quiet calls; for others it is not there"


API = "/api/v1"
STORE = f"{API}/stores/{{store}}"
SCREEN = "/s/{store}"
SETUP = f"{SCREEN}/setup"
PERSON = f"{SETUP}/people/{{row_id}}/sign-in"
ACCOUNT = f"{SETUP}/sign-ins/{{account_id}}"

Needed = Right | Open

TABLE: dict[str, dict[str, Needed]] = {
    "/": {"GET": Open.SIGNED_IN},
    "/sign-ins": {"GET": Open.SIGNED_IN},
    "/sign-ins/end": {"POST": Open.SIGNED_IN},
    "/sign-ins/end-others": {"POST": Open.SIGNED_IN},
    "/password": {"GET": Open.AT_ALL, "POST": Open.AT_ALL},
    "/enrol/v1/ask": {"POST": Open.ANYBODY},
    "/enrol/v1/ca": {"GET": Open.ANYBODY},
    "/enrol/v1/fetch": {"POST": Open.ANYBODY},
    "/enrol/v1/pressed": {"POST": Open.ANYBODY},
    "/healthz": {"GET": Open.ANYBODY},
    "/preferences": {"POST": Open.ANYBODY},
    "/readyz": {"GET": Open.ANYBODY},
    "/ca.crt": {"GET": Open.ANYBODY},
    "/trust": {"GET": Open.ANYBODY},
    "/sign-in": {"GET": Open.ANYBODY, "POST": Open.ANYBODY},
    "/sign-out": {"POST": Open.ANYBODY},
    "/static/{path:path}": {"GET": Open.ANYBODY},
    "/tablet": {"GET": Open.ANYBODY},
    "/tablet/ask": {"POST": Open.ANYBODY},
    "/tablet/calls/{number}": {"GET": Open.TABLET},
    "/tablet/calls/{number}/close": {"GET": Open.TABLET},
    "/tablet/calls/{number}/do": {"POST": Open.TABLET},
    "/tablet/calls/{number}/pass": {"GET": Open.TABLET},
    "/tablet/calls/{number}/pin": {"GET": Open.TABLET},
    "/tablet/calls/{number}/who": {"GET": Open.TABLET},
    "/tablet/stream": {"GET": Open.TABLET},
    f"{API}/openapi.json": {"GET": Open.ANYBODY},
    f"{API}/sign-in": {"POST": Open.ANYBODY, "DELETE": Open.AT_ALL},
    f"{STORE}/causes": {"GET": Right.SEE_BOARD},
    f"{STORE}/devices": {"GET": Right.SEE_DEVICES},
    f"{STORE}/devices/{{device}}": {"GET": Right.SEE_DEVICES},
    f"{STORE}/devices/{{device}}/commands": {"POST": Right.COMMAND_DEVICES},
    f"{STORE}/devices/{{device}}/settings": {"PUT": Right.COMMAND_DEVICES},
    f"{STORE}/duty": {"POST": Right.ANSWER},
    f"{STORE}/faults": {"GET": Right.SEE_DEVICES},
    f"{STORE}/incidents": {"GET": Right.SEE_BOARD},
    f"{STORE}/incidents/{{number}}": {"GET": Right.SEE_BOARD},
    f"{STORE}/incidents/{{number}}/acknowledge": {"POST": Right.ANSWER},
    f"{STORE}/incidents/{{number}}/arrive": {"POST": Right.ANSWER},
    f"{STORE}/incidents/{{number}}/close": {"POST": Right.ANSWER},
    f"{STORE}/incidents/{{number}}/help": {"POST": Right.ANSWER},
    f"{STORE}/incidents/{{number}}/pass": {"POST": Right.ANSWER},
    f"{STORE}/presses": {"GET": Right.SEE_HISTORY},
    f"{STORE}/readiness": {"GET": Right.SEE_BOARD},
    f"{STORE}/readiness/try": {"POST": Right.COMMAND_DEVICES},
    f"{STORE}/refused": {"GET": Right.SEE_REFUSED},
    f"{STORE}/roster": {"GET": Right.ANSWER},
    f"{STORE}/try-out": {"GET": Right.CHANGE_POLICY},
    f"{SCREEN}/audit": {"GET": Right.SEE_AUDIT},
    f"{SCREEN}/audit.csv": {"GET": Right.EXPORT},
    f"{SETUP}/privacy": {"GET": Right.KEEP_PRIVACY, "POST": Right.KEEP_PRIVACY},
    f"{SETUP}/people/{{row_id}}/held.json": {"GET": Right.KEEP_PRIVACY},
    f"{SETUP}/people/{{row_id}}/forget": {"POST": Right.KEEP_PRIVACY},
    f"{SCREEN}/board": {"GET": Right.SEE_BOARD},
    f"{SCREEN}/board/stream": {"GET": Right.SEE_BOARD},
    f"{SCREEN}/devices": {"GET": Right.SEE_DEVICES},
    f"{SCREEN}/devices-now": {"GET": Right.SEE_DEVICES},
    f"{SCREEN}/devices/{{device}}": {"GET": Right.SEE_DEVICES},
    f"{SCREEN}/devices/{{device}}/day": {"GET": Right.SEE_DEVICES},
    f"{SCREEN}/devices/{{device}}/do": {"POST": Right.COMMAND_DEVICES},
    f"{SCREEN}/devices/{{device}}/now": {"GET": Right.SEE_DEVICES},
    f"{SCREEN}/devices/{{device}}/settings": {"GET": Right.COMMAND_DEVICES, "POST": Right.COMMAND_DEVICES},
    f"{SCREEN}/devices/{{device}}/settings/now": {"GET": Right.COMMAND_DEVICES},
    f"{SCREEN}/enrol": {"GET": Right.ENROL},
    f"{SCREEN}/enrol-now": {"GET": Right.ENROL},
    f"{SCREEN}/enrol/new": {"GET": Right.ENROL, "POST": Right.ENROL},
    f"{SCREEN}/enrol/of/{{device}}/revoke": {"GET": Right.ENROL, "POST": Right.ENROL},
    f"{SCREEN}/enrol/{{number}}": {"GET": Right.ENROL},
    f"{SCREEN}/enrol/{{number}}/confirm": {"POST": Right.ENROL},
    f"{SCREEN}/enrol/{{number}}/now": {"GET": Right.ENROL},
    f"{SCREEN}/enrol/{{number}}/redbutton.join": {"GET": Right.ENROL},
    f"{SCREEN}/enrol/{{number}}/refuse": {"POST": Right.ENROL},
    f"{SCREEN}/history": {"GET": Right.SEE_HISTORY},
    f"{SCREEN}/incidents/{{number}}": {"GET": Right.SEE_BOARD},
    f"{SCREEN}/incidents/{{number}}/acknowledge": {"POST": Right.ANSWER},
    f"{SCREEN}/incidents/{{number}}/arrive": {"POST": Right.ANSWER},
    f"{SCREEN}/incidents/{{number}}/close": {"GET": Right.ANSWER, "POST": Right.ANSWER},
    f"{SCREEN}/incidents/{{number}}/false-press": {"POST": Right.ANSWER},
    f"{SCREEN}/incidents/{{number}}/help": {"POST": Right.ANSWER},
    f"{SCREEN}/incidents/{{number}}/pass": {"GET": Right.ANSWER, "POST": Right.ANSWER},
    f"{SCREEN}/me": {"GET": Right.ANSWER},
    f"{SCREEN}/me/pin": {"GET": Right.ANSWER, "POST": Right.ANSWER},
    f"{SCREEN}/me/stream": {"GET": Right.ANSWER},
    f"{SCREEN}/quiet": {"GET": Open.QUIET},
    f"{SCREEN}/readiness": {"GET": Right.SEE_BOARD},
    f"{SCREEN}/readiness/now": {"GET": Right.SEE_BOARD},
    f"{SCREEN}/readiness/try": {"POST": Right.COMMAND_DEVICES},
    f"{SCREEN}/refused": {"GET": Right.SEE_REFUSED},
    f"{SCREEN}/roster": {"GET": Right.ANSWER},
    f"{SCREEN}/roster/duty": {"POST": Right.ANSWER},
    f"{SCREEN}/roster/exceptions": {"GET": Right.PLAN_SHIFTS, "POST": Right.PLAN_SHIFTS},
    f"{SCREEN}/roster/exceptions/{{key}}/remove": {"POST": Right.PLAN_SHIFTS},
    f"{SCREEN}/roster/rotations": {"GET": Right.PLAN_SHIFTS, "POST": Right.PLAN_SHIFTS},
    f"{SCREEN}/roster/rotations/{{key}}": {"GET": Right.PLAN_SHIFTS, "POST": Right.PLAN_SHIFTS},
    f"{SCREEN}/roster/rotations/{{key}}/remove": {"POST": Right.PLAN_SHIFTS},
    f"{SCREEN}/roster/shifts": {"GET": Right.PLAN_SHIFTS, "POST": Right.PLAN_SHIFTS},
    f"{SCREEN}/roster/shifts/{{key}}": {"GET": Right.PLAN_SHIFTS, "POST": Right.PLAN_SHIFTS},
    f"{SCREEN}/roster/shifts/{{key}}/remove": {"POST": Right.PLAN_SHIFTS},
    SETUP: {"GET": Right.CHANGE_SHOP},
    f"{SETUP}/hours": {"GET": Right.CHANGE_SHOP, "POST": Right.CHANGE_SHOP},
    f"{SETUP}/hours/special": {"POST": Right.CHANGE_SHOP},
    f"{SETUP}/hours/special/{{row_id}}/remove": {"POST": Right.CHANGE_SHOP},
    f"{SETUP}/preview/pager": {"GET": Right.CHANGE_SHOP},
    f"{SETUP}/preview/zone": {"GET": Right.CHANGE_SHOP},
    f"{SETUP}/watches": {"GET": Right.CHANGE_SHOP},
    f"{SETUP}/watches/now": {"GET": Right.CHANGE_SHOP},
    f"{SETUP}/watches/own": {"POST": Right.CHANGE_SHOP},
    f"{SETUP}/watches/send": {"POST": Right.CHANGE_SHOP},
    f"{SETUP}/watches/take": {"POST": Right.CHANGE_SHOP},
    f"{SETUP}/zones/{{row_id}}/move": {"POST": Right.CHANGE_SHOP},
    f"{SETUP}/causes/{{row_id}}/move": {"POST": Right.CHANGE_SHOP},
    f"{SETUP}/policies": {"GET": Right.CHANGE_POLICY},
    f"{SETUP}/policies/new": {"GET": Right.CHANGE_POLICY, "POST": Right.CHANGE_POLICY},
    f"{SETUP}/policies/{{key}}": {"GET": Right.CHANGE_POLICY, "POST": Right.CHANGE_POLICY},
    f"{SETUP}/policies/{{key}}/off": {"POST": Right.CHANGE_POLICY},
    f"{SETUP}/policies/{{key}}/on": {"POST": Right.CHANGE_POLICY},
    f"{SETUP}/tablets": {"GET": Right.GIVE_SIGN_INS},
    f"{SETUP}/tablets/close": {"POST": Right.GIVE_SIGN_INS},
    f"{SETUP}/tablets/let-in": {"POST": Right.GIVE_SIGN_INS},
    f"{SETUP}/tablets/open": {"POST": Right.GIVE_SIGN_INS},
    f"{SETUP}/tablets/pins/{{account_id}}/clear": {"POST": Right.GIVE_SIGN_INS},
    f"{SETUP}/tablets/{{row_id}}/revoke": {"POST": Right.GIVE_SIGN_INS},
    f"{SETUP}/try": {"GET": Right.CHANGE_POLICY},
    PERSON: {"GET": Right.GIVE_SIGN_INS, "POST": Right.GIVE_SIGN_INS},
    f"{SETUP}/sign-ins": {"GET": Right.GIVE_SIGN_INS},
    f"{SETUP}/sign-ins/new": {"GET": Right.GIVE_SIGN_INS, "POST": Right.GIVE_SIGN_INS},
    ACCOUNT: {"GET": Right.GIVE_SIGN_INS},
    f"{ACCOUNT}/end": {"POST": Right.GIVE_SIGN_INS},
    f"{ACCOUNT}/end-all": {"POST": Right.GIVE_SIGN_INS},
    f"{ACCOUNT}/off": {"POST": Right.GIVE_SIGN_INS},
    f"{ACCOUNT}/on": {"POST": Right.GIVE_SIGN_INS},
    f"{ACCOUNT}/password": {"POST": Right.GIVE_SIGN_INS},
    f"{ACCOUNT}/role": {"POST": Right.GIVE_SIGN_INS},
}
for _path, _right in (
    *((one, Right.CHANGE_SHOP) for one in ("buttons", "causes", "channels", "pagers", "zones")),
    ("people", Right.CHANGE_PEOPLE),
):
    TABLE |= {
        f"{SETUP}/{_path}": {"GET": _right},
        f"{SETUP}/{_path}/new": {"GET": _right, "POST": _right},
        f"{SETUP}/{_path}/{{row_id}}": {"GET": _right, "POST": _right},
        f"{SETUP}/{_path}/{{row_id}}/off": {"POST": _right},
        f"{SETUP}/{_path}/{{row_id}}/on": {"POST": _right},
    }
