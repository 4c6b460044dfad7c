"""Applications made by hand for tests of single verbs."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.accounts import Address
from shared.domain.application import Application
from shared.domain.case_parts import Attempt, IssuedPass
from shared.domain.kinds import Channel, Closing, Language, Reason
from shared.domain.photo import StoredPhoto
from shared.domain.requests import Request, RequestKind
from shared.domain.reviewing import reference_of
from shared.domain.staff import StaffIdentity
from shared.domain.states import State
from tests.unit import people
from tests.unit.university import WEDNESDAY_MORNING, rules_of

NOW = WEDNESDAY_MORNING
RULES = rules_of()
ID = "0123456789abcdef0123456789abcdef"
REI = StaffIdentity("rei", "Rei", frozenset({"Reviewer"}))
REN = StaffIdentity("ren", "Ren", frozenset({"Reviewer"}))


def case_in(state: State, **differs: object) -> Application:
    """An application as it may be in this state."""
    attempt = Attempt(1, NOW + timedelta(minutes=3), "key", "session")
    live = IssuedPass("pass-1", 1, NOW, NOW + timedelta(hours=1), "sealed", "session")
    made = Application(
        id=ID,
        reference=reference_of(ID),
        channel=Channel.WEBSITE,
        subject=people.STUDENT.oid,
        language=Language.JA,
        reason=Reason.LOST,
        state=state,
        received_at=NOW,
        entered_at=NOW,
        photo=StoredPhoto("photo-1"),
        employee_id=people.STUDENT.employee_id,
        addresses=(
            Address(people.OUTSIDE, own_mailbox=False),
            Address(people.OWN_MAILBOX, own_mailbox=True),
        ),
        events=1,
    )
    if state in {State.ISSUING, State.ISSUED, State.STOPPING, State.COMPLETED}:
        made = replace(made, attempts=1, attempt=attempt, remembered=(people.AUTHENTICATOR,))
    if state in {State.APPROVED, State.ISSUING, State.ISSUED}:
        made = replace(made, pickup_until=NOW + timedelta(days=5), due_at=NOW + timedelta(days=5))
    if state is State.ISSUED:
        made = replace(made, current_pass=live, passes=1)
    if state is State.COMPLETED:
        made = replace(made, completed_at=NOW)
    if state is State.STOPPING:
        made = replace(made, stop_as=Closing.WITHDRAWN)
    return replace(made, **differs)  # type: ignore[arg-type]  # tests name the fields of Application


def request(kind: RequestKind, slot: int = 1, **body: str) -> Request:
    """A request of the sample case."""
    return Request(ID, kind, slot, NOW, dict(body), evidence="token", stamped_at=NOW)
