"""The token of the app's managed identity that stands for the secret of an app registration."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_EXCHANGE: Final = "api://AzureADTokenExchange/.default"
"""For whom the token is: Entra ID's exchange of tokens, nobody else takes it."""


class IdentityUnavailableError(Exception):
    """The platform gave no token of the identity. The text never holds what it answered."""


class IdentityProof:
    """Makes tokens of an identity; the credential keeps one while it is good."""

    def __init__(self, credential: "TokenCredential") -> None:
        """Ask for nothing yet."""
        self._credential = credential

    def __call__(self) -> str:
        """A token.

        Raises:
            IdentityUnavailableError: there is none.
        """
        from azure.core.exceptions import AzureError

        try:
            return self._credential.get_token(_EXCHANGE).token
        except AzureError as error:
            raise IdentityUnavailableError(type(error).__name__) from None
