"""What a case gathers on its way: proof of where it came from, decisions, the claimed attempt, the live pass. Values only."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.kinds import Flag, ReasonCode


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, and the evidence for it, kept so that it can be verified again.

    Attributes:
        oid: Object id of the approver.
        name: Name to be shown to colleagues.
        employee_id: From the directory; the same one counts as the same person.
        round: Review round in which it was given.
        evidence: The approver's ID token.
        stamped_at: Time at which the storage service stored the decision (UTC).
    """

    oid: str
    name: str
    employee_id: str
    round: int
    evidence: str
    stamped_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """The token that came with an application, kept so that it can be verified again.

    Attributes:
        evidence: The token: a clerk's ID token, the flow's access token, the card provider's ID token.
        stamped_at: Time at which the storage service stored it (UTC, real time).
    """

    evidence: str
    stamped_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claimed attempt to make a pass.

    Attributes:
        number: Counts from 1 over the whole case.
        deadline: After it the claim is void (UTC, business clock).
        public_key: RSA public key of the browser (base64 SubjectPublicKeyInfo).
        session: Digest of the browser session that asked, the only one that may collect.
    """

    number: int
    deadline: datetime
    public_key: str
    session: str


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """The live pass of a case, as far as anything but the browser knows it.

    Attributes:
        id: Id of the pass in Graph.
        attempt: Attempt that made it.
        issued_at: When (UTC, business clock).
        expires_at: When its life ends (UTC, business clock).
        sealed: Base64 RSA-OAEP-256 ciphertext; empty once the page said that it was shown.
        session: Digest of the browser session that may collect it.
    """

    id: str
    attempt: int
    issued_at: datetime
    expires_at: datetime
    sealed: str
    session: str


def marks_of(approval: Approval) -> tuple[str, ...]:
    """What an approver is remembered by: the account and, since it may not be the only one, the person."""
    person = (f"employee:{approval.employee_id}",) if approval.employee_id else ()
    return (approval.oid, *person)


@dataclass(frozen=True, slots=True)
class Decided:
    """The last decision of a reviewer, as colleagues and the applicant are told."""

    round: int
    kind: str
    by: str
    at: datetime
    reason_code: ReasonCode | None = None
    message: str = ""
    oid: str = ""


@dataclass(frozen=True, slots=True)
class PutOff:
    """No pass is made for this case at present.

    Attributes:
        why: ``frozen``, ``surge`` or ``trial``.
        at: When it was put off (UTC, business clock).
        until: From when it is worth asking again (UTC); None: after the thaw, of which the person is told, or after the trial.
    """

    why: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlagFact:
    """What is known about a flag: enough to judge it, nothing that names another person.

    Attributes:
        flag: The flag.
        count: How many there are of what it is about; 0 where nothing is counted.
        at: When the latest of them was (UTC), where that is known.
        about: Ids of other people's applications that it is about.
    """

    flag: Flag
    count: int = 0
    at: datetime | None = None
    about: tuple[str, ...] = ()
