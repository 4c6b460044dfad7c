"""The closed vocabularies that an application is described with."""

from enum import StrEnum


class Channel(StrEnum):
    """The ways in, weakest evidence first; the order is used to decide what supersedes what."""

    FORM = "form"
    WEBSITE = "website"
    OFFICE = "office"
    IDENTITY_VERIFICATION = "identity_verification"

    @property
    def strength(self) -> int:
        """Rank of the evidence: a higher one supersedes an open application of a lower one."""
        return list(Channel).index(self)

    @property
    def held_until_open(self) -> bool:
        """Whether an application that arrives outside business hours waits for the next opening."""
        return self in {Channel.FORM, Channel.WEBSITE}


IN_PERSON: frozenset[Channel] = frozenset({Channel.OFFICE, Channel.IDENTITY_VERIFICATION})
"""Channels in which the person was there, with a card that somebody or something read: more than a password."""

SUBMITTED_BY_WEB: frozenset[Channel] = frozenset({Channel.WEBSITE})
"""Channels whose applications web may ask for on its word alone; the others bring evidence that the worker verifies."""


class Reason(StrEnum):
    """Why the person cannot use any verification method."""

    LOST = "lost"
    BROKEN = "broken"
    REPLACED = "replaced"
    STOLEN = "stolen"
    SETUP_TROUBLE = "setup_trouble"
    OTHER = "other"


class Language(StrEnum):
    """Languages of pages and mails."""

    JA = "ja"
    EN = "en"


class Role(StrEnum):
    """App roles of the staff application registration."""

    REVIEWER = "Reviewer"
    OFFICE_CLERK = "OfficeClerk"
    OPERATOR = "Operator"
    AUDITOR = "Auditor"


class CardKind(StrEnum):
    """The cards a clerk may have checked at the counter."""

    STUDENT_CARD = "student_card"
    STAFF_CARD = "staff_card"
    OTHER_PHOTO_ID = "other_photo_id"


class CounterBar(StrEnum):
    """Why a clerk cannot go on with an account at the counter; each has its own words on the clerk's page."""

    NOT_VERIFIED = "not_verified"
    UNKNOWN_ACCOUNT = "unknown_account"
    NOT_IN_SCOPE = "not_in_scope"
    OWN_CASE = "own_case"


class CardBar(StrEnum):
    """Why a verified card gives no pass; the person is shown the other ways in."""

    NOT_VERIFIED = "not_verified"
    NOT_LINKED = "not_linked"


class DecisionKind(StrEnum):
    """What a reviewer can decide."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    WRONG_DOCUMENT = "wrong_document"


class ReasonCode(StrEnum):
    """Why a reviewer rejects or returns an application; each has its own words in the mail."""

    PHOTO_UNREADABLE = "photo_unreadable"
    CARD_EXPIRED = "card_expired"
    NOT_AN_ID_CARD = "not_an_id_card"
    NAME_MISMATCH = "name_mismatch"
    NOT_NEEDED = "not_needed"
    USE_OFFICE = "use_office"
    OTHER = "other"


class Guard(StrEnum):
    """What must hold before a pass may be made; any doubt counts as refused."""

    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_ENABLED = "account_enabled"
    MEMBER = "member"
    IN_PASS_POLICY = "in_pass_policy"
    NO_DIRECTORY_ROLE = "no_directory_role"
    NO_ELIGIBLE_ROLE = "no_eligible_role"
    NOT_PROTECTED = "not_protected"
    NOT_FROZEN = "not_frozen"
    NOT_BLOCKED = "not_blocked"
    ADDRESS_ON_FILE = "address_on_file"
    OWNER_NOTIFIED = "owner_notified"
    IN_PERSON_ONLY = "in_person_only"


class Flag(StrEnum):
    """What a reviewer should know before deciding."""

    CONTACT_NOT_ON_FILE = "contact_not_on_file"
    METHODS_STILL_REGISTERED = "methods_still_registered"
    EARLIER_APPLICATIONS = "earlier_applications"
    EARLIER_CONTEST = "earlier_contest"
    PHOTO_UNCLEAR = "photo_unclear"
    NO_PHOTO = "no_photo"
    OWN_MAILBOX_ONLY = "own_mailbox_only"
    PHOTO_OF_ANOTHER_ACCOUNT = "photo_of_another_account"
    RECENT_PASSWORD_CHANGE = "recent_password_change"
    SOON_AFTER_COMPLETION = "soon_after_completion"
    REPEATED_APPLICATIONS = "repeated_applications"


class Attention(StrEnum):
    """Why an application needs the operator."""

    GUARD = "guard"
    POISON = "poison"
    PASS_TROUBLE = "pass_trouble"
    CONTESTED = "contested"
    GRAPH_REFUSED = "graph_refused"
    MAIL_REFUSED = "mail_refused"
    AUDIT = "audit"


class Closing(StrEnum):
    """Why an application ended without a completed registration."""

    WITHDRAWN = "withdrawn"
    NOT_ME = "not_me"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    REJECTED = "rejected"
    OPERATOR = "operator"
    NOT_CONFIRMED = "not_confirmed"
    REFUSED = "refused"
    BLOCKED = "blocked"


class LiftReason(StrEnum):
    """Why an operator lifts the block of an account."""

    OWNER_IDENTIFIED = "owner_identified"
    PRESSED_BY_MISTAKE = "pressed_by_mistake"
    OTHER = "other"
