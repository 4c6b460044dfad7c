"""A case as JSON: for its applicant, and for staff."""

from collections.abc import Mapping, Sequence

from shared import bootstrap
from shared.domain.application import Application
from shared.domain.events import Event
from shared.domain.states import WHO_MOVES_NEXT
from shared.presentation.status import public_history, public_state


def with_trial(document: Mapping[str, object]) -> dict[str, object]:
    """With ``trial``: true while the service is only tried out, which pages say in words."""
    return {**document, "trial": True} if bootstrap.site().trial else dict(document)


def for_applicant(application: Application, events: Sequence[Event]) -> dict[str, object]:
    """What the applicant may know: ``attention`` looks like ``in_review``."""
    state = public_state(application.state)
    return {
        "id": application.id,
        "reference": application.reference,
        "channel": application.channel.value,
        "state": state.value,
        "next_actor": WHO_MOVES_NEXT[state].value,
        "promised_by": application.promised_by.isoformat() if application.promised_by else None,
        "history": [
            {"at": each.at.isoformat(), "event": each.event.value} for each in public_history(events)
        ],
    }


def for_staff(application: Application, events: Sequence[Event]) -> dict[str, object]:
    """The same with the true state, flags and guards."""
    return {
        **for_applicant(application, events),
        "state": application.state.value,
        "next_actor": WHO_MOVES_NEXT[application.state].value,
        "history": [
            {"at": each.at.isoformat(), "event": each.kind.value, "by": each.party.value} for each in events
        ],
        "flags": [each.value for each in application.flags],
        "guards": [
            {"guard": each.guard.value, "passed": each.passed, "detail": each.detail}
            for each in application.guards
        ],
        "attention": application.attention.value if application.attention else None,
        "round": application.round,
    }
