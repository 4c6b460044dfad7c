"""Take in a response to a Microsoft Form: once, however often the flow sends it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from shared.domain.forms import Answer, read_answers, responder_account
from shared.domain.kinds import Channel
from shared.domain.limits import Limit, Whose
from shared.domain.requests import RequestKind
from shared.domain.reviewing import reference_of
from shared.services.ask import ask
from shared.services.count_use import TooManyError, count_use
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class FormResponse:
    """One response as the flow sends it.

    Attributes:
        form: Id of the form.
        response: Number of the response, counted by form.
        responder: Who signed in to answer, as Microsoft Forms says: the only identity.
        answers: Question id to answer.
        digest: SHA-256 (hex) of everything the flow sent but the name of its run.
        evidence: The flow's access token; empty where responses are taken on a shared key.
    """

    form: str
    response: str
    responder: str
    answers: Mapping[str, Answer]
    digest: str
    evidence: str = field(repr=False)


@dataclass(frozen=True)
class FormTaken:
    """The response reached us, now or before: a replay is told the same.

    Attributes:
        id: The application.
        reference: The short number people read out.
    """

    id: str
    reference: str


async def take_form(response: FormResponse, ports: WebPorts) -> FormTaken:
    """Ask for an application; its id is made of form and response, so a replay asks for nothing new.

    The same response with other content changes nothing: the first stays, and the worker tells the operator.

    Raises:
        RefusedError: the form is unknown, the responder is nobody of ours, or the response came with other content before;
            ``TOO_MANY_RESPONSES``, the account sent too many, and sending it again is of no use; ``TOO_MANY``, all accounts did.
        UnavailableError: storage, or the map of the forms, cannot be read; nothing was accepted.
    """
    form = ports.forms.find(response.form)
    if form is None:
        raise RefusedError(Refusal.UNKNOWN_FORM)
    account = responder_account(response.responder, form.domains)
    if not account:
        raise RefusedError(Refusal.RESPONDER_REFUSED)
    application = application_of(response.form, response.response)
    first = await _first_digest(application, ports)
    if not first:
        await _count_response(application, account, ports)
        said = read_answers(form, response.answers)
        body = {
            "channel": Channel.FORM.value,
            "account": account,
            "source": response.digest,
            "reason": said.reason.value,
            "details": said.details,
            "language": said.language.value,
            "contact_email": said.contact_email,
        }
        fresh = await ask(application, RequestKind.SUBMIT, 0, ports, body=body, evidence=response.evidence)
        first = response.digest if fresh else await _first_digest(application, ports)
    if first != response.digest:
        await _tell_of_difference(application, response, ports)
        raise RefusedError(Refusal.DIFFERENT_RESPONSE)
    return FormTaken(application, reference_of(application))


def application_of(form: str, response: str) -> str:
    """Id of the application that a response makes."""
    return sha256(f"form:{form}:{response}".encode()).hexdigest()[:32]


async def _count_response(application: str, account: str, ports: WebPorts) -> None:
    """Only what is new is counted, by account first: one account must not close the form for everybody."""
    try:
        await count_use((Limit.APPLICATIONS, Limit.FORM_RESPONSES), {Whose.ACCOUNT: account}, ports)
    except TooManyError as error:
        if error.whose is not Whose.ACCOUNT:
            raise
        _LOG.warning(
            "an account sent too many responses; this one was not taken", extra={"application": application}
        )
        raise RefusedError(Refusal.TOO_MANY_RESPONSES) from error


async def _first_digest(application: str, ports: WebPorts) -> str:
    """Digest of what came first under this id; empty if nothing came. The inbox first: the worker moves rows to cases."""
    waiting = await ports.inbox.waiting(application)
    submit = next((each for each in waiting if each.kind is RequestKind.SUBMIT), None)
    if submit is not None:
        return submit.body.get("source", "")
    snapshot = await ports.applications.read(application)
    return snapshot.application.source if snapshot is not None else ""


async def _tell_of_difference(application: str, response: FormResponse, ports: WebPorts) -> None:
    slot = int(response.digest[:7], 16)
    body = {"source": response.digest}
    await ask(application, RequestKind.DIFFERENT, slot, ports, body=body, evidence=response.evidence)
