"""A harmless call to Azure Communication Services that shows whether this identity may send: it asks about a mail nobody sent.

Whether the sender's address is allowed is seen only by sending, so it is not looked at here.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from shared.ports import ForbiddenError, UnavailableError

if TYPE_CHECKING:
    from azure.core.credentials import AzureKeyCredential
    from azure.core.credentials_async import AsyncTokenCredential

_NEVER_SENT: Final = "6b1fca2d-7f5e-4c1b-9d0a-000000000000"
_VERSION: Final = "2023-03-31"
_GOOD: Final = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND})
_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class AcsCalls:
    """The port ``MailProbe``; a client of its own for each question, which come minutes apart."""

    def __init__(self, endpoint: str, credential: "AsyncTokenCredential | AzureKeyCredential") -> None:
        self._endpoint = endpoint
        self._credential = credential

    async def ask(self) -> None:
        """Ask about a mail that was never sent.

        Raises:
            ForbiddenError: role or key are missing or wrong.
            UnavailableError: no usable answer.
        """
        from azure.communication.email.aio import EmailClient
        from azure.core.exceptions import AzureError, ClientAuthenticationError
        from azure.core.rest import HttpRequest

        request = HttpRequest("GET", f"/emails/operations/{_NEVER_SENT}", params={"api-version": _VERSION})
        try:
            async with EmailClient(self._endpoint, self._credential, retry_total=0) as client:
                answer = await client.send_request(request)
        except ClientAuthenticationError as error:
            raise ForbiddenError("mail: no token") from error
        except AzureError as error:
            raise UnavailableError("mail: not reached") from error
        if answer.status_code in _REFUSED:
            raise ForbiddenError("mail: refused")
        if answer.status_code not in _GOOD:
            raise UnavailableError("mail: no usable answer")
