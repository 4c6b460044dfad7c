"""Every door and every kind of caller: the one table that says who gets what.

A new door needs two lines here: one in ``KNOCKS`` (how one knocks so that the right caller is let in) and one in
``PEOPLE`` or ``PROGRAMS`` (what each caller gets). A door may have several: ``name/variant``.

=======  ==========================================================================================
 cell    what it means
=======  ==========================================================================================
 ``200``  this status, for a browser that asks for a page; below 400 the caller is *let in*
 ``a``    not let in: to the sign-in of applicants (a POST or a JSON call: 401 with the link to it)
 ``s``    not let in: to the sign-in of staff (same)
 ``l``    not let in: to the fresh sign-in for linking a card (same)
 ``v``    not let in: to the page that starts a verification (a POST or a JSON call: 401)
=======  ==========================================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

type Body = Mapping[str, str]


@dataclass(frozen=True)
class Knock:
    """How one knocks at a door so that whoever may gets in.

    Attributes:
        scene: What there is (``scenes.SCENES``).
        path: The address, with ``{case}``, ``{poison}`` or a link's purpose in it.
        form: Fields of a form, with ``{case}`` in them.
        json: Members of a JSON body, instead of a form.
        sample: Name of a recorded form response that is sent instead.
        photo: Whether a photo goes with the form.
        carries: Kinds of cookies that every caller brings: who else has the mailed link in their browser is no more than before.
        stores: Parts of storage that whoever is let in changes, and nothing else does.
    """

    scene: str = "nothing"
    path: str = ""
    form: Body = field(default_factory=dict)
    json: Body | None = None
    sample: str = ""
    photo: bool = False
    carries: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()


_ASKS: Final = ("inbox", "hints")
_APPLY: Final = {"reason": "lost", "language": "en", "form_id": "0" * 32}
_CONFIRM: Final = {"card": "student_card", "face": "on", "valid": "on", "reason": "broken", "language": "en"}
_BOX: Final = {"confirm": "on"}
_FREEZES: Final = {"reason_code": "fault", "number": "0"}
_THAWS: Final = {"reason_code": "cleared", "number": "1"}
_LIFT: Final = {"confirm": "on", "reason_code": "owner_identified", "seen": "{case}"}
_KEY: Final = {"public_key": "key"}
_PHOTOS: Final = ("photos",)

KNOCKS: Final[Mapping[str, Knock]] = {
    # Without a sign-in
    "home": Knock(path="/"),
    "way_choice": Knock(path="/ways/choose/lost-phone"),
    "way": Knock(path="/ways/website"),
    "privacy": Knock(path="/privacy"),
    "static": Knock(path="/static/style.css"),
    "health": Knock(path="/health"),
    "health_ready": Knock("alive", path="/health/ready"),
    "openapi": Knock(path="/openapi.json"),
    "auth_sign_in": Knock(path="/auth/sign-in?as_role=staff&next=/staff"),
    "auth_callback": Knock(path="/auth/callback?code=c&state=s"),
    "auth_sign_out": Knock(path="/auth/sign-out"),
    "not_me": Knock("in_review", "/not-me/{not_me}"),
    "not_me_answer": Knock("in_review", "/not-me/{not_me}", {"choice": "not_mine"}, stores=_ASKS),
    # The applicant
    "apply_form": Knock(path="/apply"),
    "apply_submit": Knock(path="/apply", form=_APPLY, photo=True, stores=(*_ASKS, *_PHOTOS)),
    "application": Knock("in_review", "/applications/{case}"),
    "application_photo": Knock(
        "returned", "/applications/{case}/photo", photo=True, stores=(*_ASKS, *_PHOTOS)
    ),
    "application_withdraw": Knock("in_review", "/applications/{case}/withdraw", _BOX, stores=_ASKS),
    "application_registered": Knock("shown", "/applications/{case}/registered", _BOX, stores=_ASKS),
    "application_trouble": Knock("shown", "/applications/{case}/trouble", _BOX, stores=_ASKS),
    "pickup": Knock("approved", "/pickup/{case}", carries=("pickup",)),
    "pickup/without the link": Knock("approved", "/pickup/{case}"),
    "pickup/with the mailed key": Knock("approved", "/pickup/{case}?key={pickup}"),
    "pickup_ask": Knock("approved", "/pickup/{case}", json=_KEY, carries=("pickup",), stores=_ASKS),
    "pickup_ask/without the link": Knock("approved", "/pickup/{case}", json=_KEY),
    "pickup_pass": Knock("made", "/pickup/{case}/pass", carries=("pickup",)),
    "pickup_pass/without the link": Knock("made", "/pickup/{case}/pass"),
    "pickup_shown": Knock("made", "/pickup/{case}/shown", carries=("pickup",), stores=("inbox",)),
    "pickup_shown/without the link": Knock("made", "/pickup/{case}/shown"),
    # The card
    "verify": Knock("linked", "/verify"),
    "verify_start": Knock("linked", "/verify/start"),
    "verify_callback": Knock("linked", "/verify/callback?code=c&state=s"),
    "verify_choose": Knock("linked", "/verify/issue"),
    "verify_issue": Knock("linked", "/verify/issue", json=_KEY | {"item": "pass"}, stores=_ASKS),
    "verify_pass": Knock("by_card", "/verify/pass"),
    "verify_shown": Knock("by_card", "/verify/shown", stores=("inbox",)),
    "verify_registered": Knock("by_card", "/verify/registered", stores=_ASKS),
    "verify_forget": Knock("linked", "/verify/forget"),
    "verify_link": Knock("linking", "/verify/link"),
    "verify_link_make": Knock("linking", "/verify/link", carries=("card",), stores=_ASKS),
    "verify_unlink/by sign-in": Knock("unlinking", "/verify/unlink", _BOX | {"by": "account"}, stores=_ASKS),
    "verify_unlink/by card": Knock("unlinking", "/verify/unlink", _BOX | {"by": "card"}, stores=_ASKS),
    # Programs
    "form_response": Knock(path="/api/webhooks/forms", sample="first_setup", stores=_ASKS),
    "api_apply": Knock(path="/api/applications", json=_APPLY, photo=True, stores=(*_ASKS, *_PHOTOS)),
    "api_application": Knock("in_review", "/api/applications/{case}"),
    # Staff
    "review": Knock("in_review", "/review/{review}", stores=("accesses",)),
    "review_photo": Knock("in_review", "/review/{review}/photo", stores=("accesses",)),
    "review_decide": Knock("in_review", "/review/{review}", {"decision": "approve"}, stores=_ASKS),
    "staff": Knock("in_review", "/staff"),
    "staff_attention": Knock("parked", "/staff/attention"),
    "staff_case": Knock("in_review", "/staff/applications/{case}", stores=("accesses",)),
    "audit": Knock("in_review", "/staff/audit"),
    "audit_case": Knock("in_review", "/staff/audit/applications/{case}", stores=("accesses",)),
    "audit_export": Knock("in_review", "/staff/audit/export", {"part": "1"}, stores=("accesses",)),
    "staff_freeze": Knock("in_review", "/staff/freeze"),
    "staff_freeze_set": Knock(path="/staff/freeze", form=_BOX | _FREEZES, stores=_ASKS),
    "staff_thaw": Knock("frozen", "/staff/thaw", _BOX | _THAWS, stores=_ASKS),
    "staff_run_again": Knock("parked", "/staff/applications/{case}/run-again", _BOX, stores=_ASKS),
    "staff_stop": Knock("in_review", "/staff/applications/{case}/stop", _BOX, stores=_ASKS),
    "staff_lift_block": Knock("blocked", "/staff/applications/{case}/lift-block", _LIFT, stores=_ASKS),
    "staff_cut_link": Knock("by_card", "/staff/applications/{case}/cut-link", _BOX, stores=_ASKS),
    "staff_retry_poison": Knock("poisoned", "/staff/poison/{poison}/retry", _BOX, stores=("inbox",)),
    # The counter
    "office": Knock("at_counter", "/office"),
    "office_look_up": Knock(
        path="/office", form={"account": "hanako@u.example", "form_id": "0" * 32}, stores=_ASKS
    ),
    "office_case": Knock("at_counter", "/office/{case}", stores=("accesses",)),
    "office_confirm": Knock("at_counter", "/office/{case}/confirm", _CONFIRM, stores=_ASKS),
    "office_leave": Knock("at_counter", "/office/{case}/leave", stores=_ASKS),
    "office_print": Knock("vouched", "/office/{case}/slip", stores=_ASKS),
    "office_slip": Knock("vouched", "/office/{case}/slip", stores=("accesses",)),
}


def _programs(*statuses: int) -> dict[str, int]:
    names = ("flow", "user", "another user", "no role", "no scope", "app as user", "other app")
    return dict(zip(names, statuses, strict=True))


PEOPLE: Final = """
                              | nobody applicant another reviewer clerk clerk 2 operator auditor no role card card 2 linker
home                          | 200    200       200     200      200   200     200      200     200     200  200    200
way_choice                    | 200    200       200     200      200   200     200      200     200     200  200    200
privacy                       | 200    200       200     200      200   200     200      200     200     200  200    200
way                           | 200    200       200     200      200   200     200      200     200     200  200    200
static                        | 200    200       200     200      200   200     200      200     200     200  200    200
health                        | 200    200       200     200      200   200     200      200     200     200  200    200
health_ready                  | 200    200       200     200      200   200     200      200     200     200  200    200
openapi                       | 200    200       200     200      200   200     200      200     200     200  200    200
auth_sign_in                  | 303    303       303     303      303   303     303      303     303     303  303    303
auth_callback                 | 400    400       400     400      400   400     400      400     400     400  400    400
auth_sign_out                 | 303    303       303     303      303   303     303      303     303     303  303    303
not_me                        | 200    200       200     200      200   200     200      200     200     200  200    200
not_me_answer                 | 200    200       200     200      200   200     200      200     200     200  200    200

apply_form                    | a      200       200     a        a     a       a        a       a       a    a      a
apply_submit                  | a      303       303     a        a     a       a        a       a       a    a      a
application                   | a      200       403     a        a     a       a        a       a       a    a      a
application_photo             | a      303       403     a        a     a       a        a       a       a    a      a
application_withdraw          | a      303       403     a        a     a       a        a       a       a    a      a
application_registered        | a      303       403     a        a     a       a        a       a       a    a      a
application_trouble           | a      303       403     a        a     a       a        a       a       a    a      a
pickup                        | a      200       403     a        a     a       a        a       a       a    a      a
pickup/without the link       | a      200       403     a        a     a       a        a       a       a    a      a
pickup/with the mailed key    | 303    303       303     303      303   303     303      303     303     303  303    303
pickup_ask                    | a      202       403     a        a     a       a        a       a       a    a      a
pickup_ask/without the link   | a      403       403     a        a     a       a        a       a       a    a      a
pickup_pass                   | a      200       403     a        a     a       a        a       a       a    a      a
pickup_pass/without the link  | a      403       403     a        a     a       a        a       a       a    a      a
pickup_shown                  | a      202       403     a        a     a       a        a       a       a    a      a
pickup_shown/without the link | a      403       403     a        a     a       a        a       a       a    a      a

verify                        | 200    200       200     200      200   200     200      200     200     200  200    200
verify_start                  | 303    303       303     303      303   303     303      303     303     303  303    303
verify_callback               | 403    403       403     403      403   403     403      403     403     400  400    403
verify_choose                 | v      v         v       v        v     v       v        v       v       200  v      v
verify_issue                  | v      v         v       v        v     v       v        v       v       202  409    v
verify_pass                   | v      v         v       v        v     v       v        v       v       200  409    v
verify_shown                  | v      v         v       v        v     v       v        v       v       202  410    v
verify_registered             | v      v         v       v        v     v       v        v       v       303  409    v
verify_forget                 | 303    303       303     303      303   303     303      303     303     303  303    303
verify_link                   | l      l         l       l        l     l       l        l       l       l    l      200
verify_link_make              | l      l         l       l        l     l       l        l       l       l    l      303
verify_unlink/by sign-in      | l      l         l       l        l     l       l        l       l       l    l      303
verify_unlink/by card         | v      v         v       v        v     v       v        v       v       303  409    v

review                        | s      s         s       200      403   403     403      403     403     s    s      s
review_photo                  | s      s         s       200      403   403     403      403     403     s    s      s
review_decide                 | s      s         s       200      403   403     403      403     403     s    s      s
staff                         | s      s         s       200      403   403     200      200     403     s    s      s
staff_attention               | s      s         s       200      403   403     200      200     403     s    s      s
staff_case                    | s      s         s       200      403   403     200      200     403     s    s      s
staff_freeze                  | s      s         s       200      403   403     200      200     403     s    s      s
staff_freeze_set              | s      s         s       403      403   403     303      403     403     s    s      s
staff_thaw                    | s      s         s       403      403   403     303      403     403     s    s      s
staff_run_again               | s      s         s       403      403   403     303      403     403     s    s      s
staff_stop                    | s      s         s       403      403   403     303      403     403     s    s      s
staff_lift_block              | s      s         s       403      403   403     303      403     403     s    s      s
staff_cut_link                | s      s         s       403      403   403     303      403     403     s    s      s
staff_retry_poison            | s      s         s       403      403   403     303      403     403     s    s      s
audit                         | s      s         s       403      403   403     403      200     403     s    s      s
audit_case                    | s      s         s       403      403   403     403      200     403     s    s      s
audit_export                  | s      s         s       403      403   403     403      200     403     s    s      s

office                        | s      s         s       403      200   200     403      403     403     s    s      s
office_look_up                | s      s         s       403      303   303     403      403     403     s    s      s
office_case                   | s      s         s       403      200   403     403      403     403     s    s      s
office_confirm                | s      s         s       403      303   403     403      403     403     s    s      s
office_leave                  | s      s         s       403      303   403     403      403     403     s    s      s
office_print                  | s      s         s       403      303   403     403      403     403     s    s      s
office_slip                   | s      s         s       403      200   403     403      403     403     s    s      s
"""

PROGRAMS: Final[Mapping[str, Mapping[str, int]]] = {
    # a token of: the flow, a user, another user; the flow without its role, a user without the scope, an app that names the
    # user's permission as its role, a user through an application that is not on the list
    "form_response": _programs(202, 403, 403, 403, 403, 403, 403),
    "api_apply": _programs(403, 202, 202, 403, 403, 403, 403),
    "api_application": _programs(403, 200, 404, 403, 403, 403, 403),
}
"""What programs get by the token that they bring (``callers.TOKENS``); every token that is not named gets 401."""


def people() -> dict[str, dict[str, str]]:
    """The table, row by row: what each caller gets."""
    lines = [line for line in PEOPLE.splitlines() if line.strip()]
    callers = [each.strip() for each in _columns(lines[0].partition("|")[2])]
    rows = {}
    for line in lines[1:]:
        name, _, cells = line.partition("|")
        rows[name.strip()] = dict(zip(callers, cells.split(), strict=True))
    return rows


def _columns(header: str) -> list[str]:
    """Names of the callers: a number belongs to the word before it."""
    names: list[str] = []
    for word in header.split():
        if word.isdigit() or word == "role":
            names[-1] = f"{names[-1]} {word}"
        else:
            names.append(word)
    return names
