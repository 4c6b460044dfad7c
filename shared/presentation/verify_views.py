"""Views of the pages of identity verification: what a verified card's holder may see, single values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.kinds import Channel
from shared.domain.states import State


class VerifyFailure(StrEnum):
    """Why a verification did not succeed; each has ``verify_failed_title.<value>``, ``…_detail.…`` and ``…_next.…``."""

    CANCELLED = "cancelled"
    CARD_UNREADABLE = "card_unreadable"
    CERTIFICATE_EXPIRED = "certificate_expired"
    PIN_LOCKED = "pin_locked"
    EXPIRED_FLOW = "expired_flow"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - a word, not a secret
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    OTHER_BROWSER = "other_browser"
    USED = "used"


@dataclass(frozen=True, slots=True)
class VerifyFailedView:
    """A verification that did not succeed. ``link`` is where to go on: to the start, or to what this browser verified already."""

    why: VerifyFailure
    link: str


@dataclass(frozen=True, slots=True)
class VerifyCardView:
    """After a verification: the linked account, and where its application by card stands.

    Attributes:
        name: Name printed on the card; empty if it was not told.
        linked_at: Since when card and account are linked; None: they are not.
        usable_from: From when the link gives a pass without delay.
        young: Whether that is still to come.
        counts: Whether the verification is young enough to ask for something.
        account: Account name, as far as it is known here.
        state: Of the application by card, as its applicant may see it; None if there is none to speak of.
        reference: Its short number.
        deadline: Delay ends (cooling off), collect by (approved), pass ends (issued).
        other_way: Way in of an open application that one by card would take the place of.
        pass_from: From when the next pass can be had, if those of a day are used up.
        unlinking: The link is being removed.
        unlinked: The link was removed by this verification.
    """

    name: str = ""
    linked_at: datetime | None = None
    usable_from: datetime | None = None
    young: bool = False
    counts: bool = True
    account: str = ""
    state: State | None = None
    reference: str = ""
    deadline: datetime | None = None
    other_way: Channel | None = None
    pass_from: datetime | None = None
    unlinking: bool = False
    unlinked: bool = False
    blocked: bool = False

    @property
    def may_request(self) -> bool:
        """Whether asking for something can lead to it."""
        waits = {State.SUBMITTED, State.COOLING_OFF, State.IN_REVIEW, State.STOPPING}
        return (
            self.linked_at is not None
            and self.state not in waits
            and not self.unlinking
            and not self.pass_from
            and not self.blocked
        )


@dataclass(frozen=True, slots=True)
class VerifyIssueView:
    """The page that issues what is chosen and shows it; it does nothing until its button is pressed.

    Attributes:
        items: What can be issued.
        key: Name under which the browser keeps its private key: another person's session finds none.
        young: The link is young: the waiting time comes first.
        usable_from: When it is over.
        account: Account name, as far as it is known here.
        shown_before: A pass was issued already: asking again makes a new one and ends the old.
    """

    items: tuple[str, ...]
    key: str
    young: bool = False
    usable_from: datetime | None = None
    account: str = ""
    shown_before: bool = False


@dataclass(frozen=True, slots=True)
class VerifyLinkView:
    """The linking of an account and a card.

    Attributes:
        state: Where it stands, a value of ``LinkState``.
        account: Account name of who signed in.
        name: Name printed on the card that was verified, or that is linked; empty if it was not told.
        linked_at: Since when they are linked.
        usable_from: From when the link gives a pass without delay; before linking: if it were made now.
    """

    state: str
    account: str
    name: str = ""
    linked_at: datetime | None = None
    usable_from: datetime | None = None
