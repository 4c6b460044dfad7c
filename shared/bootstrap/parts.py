"""What a local host may put in place of the cloud's own parts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests
    from azure.core.credentials import AzureKeyCredential
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.ports import Clock


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a local host puts in place of the cloud's own.

    Attributes:
        clock: The business clock.
        http_session: Makes the session through which sign-in reaches its issuer.
        graph_credential: Makes the credential for Graph.
        mail_credential: Makes the credential for the mail service.
        entra_page: Origin of the sign-in page, if it is not the authority's.
    """

    clock: "Clock | None" = None
    http_session: "Callable[[], requests.Session] | None" = None
    graph_credential: "Callable[[], AsyncTokenCredential] | None" = None
    mail_credential: "Callable[[], AzureKeyCredential] | None" = None
    entra_page: str = ""


class PartsRefusedError(RuntimeError):
    """Local parts were offered in the cloud."""


_parts = Parts()


def use(parts: Parts) -> None:
    """Put local parts in, before anything is built.

    Raises:
        PartsRefusedError: this process runs in the cloud.
    """
    from shared.settings import in_the_cloud

    if in_the_cloud():
        raise PartsRefusedError("local parts have no place in the cloud")
    global _parts  # noqa: PLW0603 - set once, before anything is built
    _parts = parts


def parts() -> Parts:
    """What was put in."""
    return _parts
