"""Sample views of the pages of identity verification, in every shape that looks different."""

from datetime import timedelta

from shared.domain.kinds import Channel
from shared.domain.states import State
from shared.presentation import views
from shared.presentation.verify_views import (
    VerifyCardView,
    VerifyFailedView,
    VerifyFailure,
    VerifyIssueView,
    VerifyLinkView,
)
from shared.services.link_card import LinkState
from shared.services.verify_card import Item
from tests.unit.presentation.samples import NASTY, NOW, OPENS

ACCOUNT = "0123456789@utac.example.ac.jp"
NAME = f"見本 太郎{NASTY}"
OF_CARD = [each for each in State if each not in {State.HELD, State.RETURNED, State.ATTENTION}]
_LINKED = NOW - timedelta(days=30)

type Sample = tuple[str, object | None, views.PageSession | None]


def card_view(**changes: object) -> VerifyCardView:
    """A linked card whose holder has asked for nothing."""
    ordinary: dict[str, object] = {
        "name": NAME,
        "linked_at": _LINKED,
        "usable_from": _LINKED + timedelta(days=7),
    }
    return VerifyCardView(**(ordinary | changes))  # type: ignore[arg-type]  # fields of the view


def link_view(state: LinkState) -> VerifyLinkView:
    """The page of linking in a state."""
    there = state in {LinkState.LINKED, LinkState.ACCOUNT_LINKED, LinkState.UNLINKING}
    named = state in {LinkState.READY, LinkState.ASKED, LinkState.CARD_LINKED, LinkState.NOT_MADE}
    return VerifyLinkView(
        state=state.value,
        account=ACCOUNT,
        name=NAME if there or named else "",
        linked_at=NOW if there else None,
        usable_from=NOW + timedelta(days=7) if there or state is LinkState.READY else None,
    )


def pages() -> dict[str, Sample]:
    """Preview name to page, view and session."""
    me = views.PageSession("見本 太郎", "linker")
    issue = VerifyIssueView(tuple(Item), "0123456789abcdef")
    young = {"young": True, "usable_from": OPENS}
    found: dict[str, Sample] = {
        "verify": ("verify", None, None),
        "verify_card": ("verify_card", card_view(), None),
        "verify_card_young": ("verify_card", card_view(**young), None),
        "verify_card_old": ("verify_card", card_view(counts=False), None),
        "verify_card_other_way": ("verify_card", card_view(other_way=Channel.WEBSITE), None),
        "verify_card_used_up": ("verify_card", card_view(pass_from=OPENS, account=ACCOUNT), None),
        "verify_card_unlinking": ("verify_card", card_view(unlinking=True), None),
        "verify_card_unlinked": ("verify_card", VerifyCardView(NAME, unlinked=True), None),
        "verify_card_blocked": ("verify_card", card_view(blocked=True), None),
        "verify_card_not_linked": ("verify_card", VerifyCardView(NAME), None),
        "verify_card_nameless": ("verify_card", VerifyCardView(), None),
        "verify_issue": ("verify_issue", issue, None),
        "verify_issue_again": (
            "verify_issue",
            VerifyIssueView(tuple(Item), "0", account=ACCOUNT, shown_before=True),
            None,
        ),
        "verify_issue_young": (
            "verify_issue",
            VerifyIssueView(tuple(Item), "0", young=True, usable_from=OPENS),
            None,
        ),
    }
    for state in OF_CARD:
        waits = state in {State.COOLING_OFF, State.APPROVED, State.ISSUED}
        view = card_view(state=state, reference="K7Q-3MP", account=ACCOUNT, deadline=OPENS if waits else None)
        found[f"verify_card_{state}"] = ("verify_card", view, None)
    for why in VerifyFailure:
        view_ = VerifyFailedView(why, "/verify/start?next=verify")
        found[f"verify_failed_{why}"] = ("verify_failed", view_, None)
    for each in LinkState:
        found[f"verify_link_{each}"] = ("verify_link", link_view(each), me)
    return found
