"""Mail through Azure Communication Services."""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.adapters.graph_errors import retry_after
from shared.ports import ForbiddenError, MailMessage, PortError, UnavailableError, UnknownOutcomeError

if TYPE_CHECKING:
    from azure.communication.email.aio import EmailClient
    from azure.core.credentials import AzureKeyCredential
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.core.exceptions import AzureError, HttpResponseError

_TIMEOUT_SECONDS: Final = 30.0


_OF_THIS_MESSAGE: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""What the service answers when the message itself is at fault: it will never be accepted."""


class AcsMailer:
    """Implements the port ``Mailer``; use it from one event loop only.

    Nothing is retried here (``retry_total=0``): the SDK would sleep in the worker; the mail row is tried
    again later. The delivery is not polled either: status calls have limits of their own.
    """

    def __init__(
        self,
        endpoint: str,
        credential: "AsyncTokenCredential | AzureKeyCredential",
        *,
        sender: str,
        timeout: float = _TIMEOUT_SECONDS,
    ) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self._sender = sender
        self._timeout = timeout
        self._client: EmailClient | None = None

    async def send(self, message: MailMessage, *, operation: str) -> str:
        """Hand over one message; returns the id under which it was accepted.

        ``operation`` (a GUID) goes along as ``Operation-Id``; whether the service drops a second mail with
        the same one is not documented, so a double is possible after an unknown outcome.

        Raises:
            ForbiddenError: the service refuses this message for good.
            UnavailableError: not reached, 429 or 503; ``retry_after`` if it said so.
            UnknownOutcomeError: it may have been accepted.
        """
        from azure.core.exceptions import AzureError

        content = {"subject": message.subject, "plainText": message.text, "html": message.html}
        body = {
            "senderAddress": self._sender,
            "recipients": {"to": [{"address": message.to}]},
            "content": content,
            "userEngagementTrackingDisabled": True,
        }
        try:
            async with asyncio.timeout(self._timeout):
                poller = await self._opened().begin_send(body, operation_id=operation, polling=False)
                accepted = await poller.result()
        except AzureError as error:
            raise _translated(error) from error
        except TimeoutError as error:
            raise UnknownOutcomeError("mail: no answer in time") from error
        return _id_of(accepted) or operation

    async def close(self) -> None:
        """Close the connections; the credential belongs to whoever made it."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _opened(self) -> "EmailClient":
        if self._client is None:
            from azure.communication.email.aio import EmailClient

            self._client = EmailClient(self._endpoint, self._credential, retry_total=0)
        return self._client


def _id_of(accepted: object) -> str:
    """The id in the service's answer, in the form in which reports are compared; empty if there is none."""
    try:
        return str(UUID(str(accepted["id"])))  # type: ignore[index]  # the SDK's own type is a dictionary of anything
    except (KeyError, TypeError, ValueError):
        return ""


def _translated(error: "AzureError") -> PortError:
    import aiohttp
    from azure.core.exceptions import HttpResponseError

    if isinstance(error, HttpResponseError) and error.status_code is not None:
        return _of_answer(error, error.status_code)
    # azure-core calls every loss of a connection a request error; only one means that nothing was sent.
    if isinstance(error.inner_exception, aiohttp.ClientConnectorError):
        return UnavailableError("mail: not reached")
    return UnknownOutcomeError(f"mail: no usable answer ({type(error).__name__})")


def _of_answer(error: "HttpResponseError", status: int) -> PortError:
    code = getattr(error.error, "code", None) or ""
    text = f"mail: {status} {code}"
    headers = dict(getattr(error.response, "headers", None) or {})
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        # A mail that was accepted behind a 503 goes out twice, with the same operation id: better than none.
        return UnavailableError(text, retry_after(headers))
    if status in _OF_THIS_MESSAGE and "sender" not in code.casefold():
        return ForbiddenError(text)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
        # Role, key, domain or address of the service: an operator's matter, and no reason to lose a mail.
        return UnavailableError(text)
    return UnknownOutcomeError(text)
