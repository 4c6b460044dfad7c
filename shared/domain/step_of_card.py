"""What identity verification asks for beyond the other ways in: who the card says it is, at the start and at each pickup."""

from datetime import datetime

from shared.domain import verifying
from shared.domain.application import Application
from shared.domain.kinds import CardBar, Channel
from shared.domain.requests import Request
from shared.domain.rules import Rules
from shared.domain.steps import CardFacts, Case, Commit, Gather, GatherCard, Need, Step


def identify_by_card(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Verify the card's token and find the linked account; again when an operator lets the case run again."""
    facts = case.found.card
    if facts is None:
        return Gather((Need.CARD,))
    bar = _bar(facts)
    link = facts.link
    if bar is None and link is not None:
        if verifying.decided_by(application, link):
            return None
        if not application.subject or application.subject == link.subject:
            return Commit(verifying.verified(application, link, now))
    return Commit(verifying.refuse(application, bar or CardBar.NOT_LINKED, now, rules))


def pickup_bar(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    """Each pickup by card brings evidence of its own, by the same link as before, and a few passes a day are enough.

    None if nothing bars it; also for the other ways in, whose pickup has the mailed link.
    """
    if application.channel is not Channel.IDENTITY_VERIFICATION:
        return None
    facts = case.found.cards.get(request.key)
    if facts is None:
        return GatherCard(request)
    bar = _bar(facts)
    if bar is not None:
        return Commit(verifying.refuse_pickup(application, request, bar.value, now))
    if facts.link is None or facts.link.subject != application.subject:
        return Commit(verifying.refuse_pickup(application, request, verifying.OTHER_CARD, now))
    if not verifying.decided_by(application, facts.link):
        return Commit(verifying.refuse_other_link(application, request, now, rules))
    if case.found.card_passes is None:
        return Gather((Need.CARD_PASSES,))
    if case.found.card_passes >= rules.card_passes_per_day:
        return Commit(verifying.refuse_pickup(application, request, verifying.DAILY_LIMIT, now))
    return None


def cooled_link(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """At the end of the delay the link is read again: removed or made anew meanwhile, it gives no pass.

    None if the case may go on; also for the other ways in.
    """
    if application.channel is not Channel.IDENTITY_VERIFICATION:
        return None
    if case.found.link_stands is None:
        return Gather((Need.LINK_STANDS,))
    if case.found.link_stands:
        return None
    return Commit(verifying.refuse(application, CardBar.NOT_LINKED, now, rules))


def _bar(facts: CardFacts) -> CardBar | None:
    if not facts.verified:
        return CardBar.NOT_VERIFIED
    return CardBar.NOT_LINKED if facts.link is None else None
