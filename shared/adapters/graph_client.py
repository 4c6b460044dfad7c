"""The connection to Microsoft Graph that the other ``graph_*`` adapters share.

The SDK (msgraph-sdk) is loaded on first use only: it costs seconds and 60 MB that ``web`` must never pay.
Its own retries are off, because they would post a pass up to four times (kiota's ``RetryHandler`` repeats
POST after 429, 503 and 504); what may be repeated is repeated here, few times and briefly.
"""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shared.adapters.graph_errors import answer_of, translated
from shared.adapters.no_telemetry import NoTelemetry
from shared.ports import PortError, Telemetry, UnavailableError, UnknownOutcomeError
from shared.ports.telemetry import Metric, SpanName

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials_async import AsyncTokenCredential

SCOPE: Final = "https://graph.microsoft.com/.default"
_CONNECT_SECONDS: Final = 10.0
_ATTEMPTS: Final = 3
_FIRST_PAUSE_SECONDS: Final = 0.5
#: A longer wait is the queue's business, not that of a running function.
_LONGEST_PAUSE_SECONDS: Final = 4.0
#: A list of more pages than this is an error of the other side: 1000 pages of Graph hold 100,000 groups.
_MOST_PAGES: Final = 1_000

type Call[T] = Callable[[Any], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class _Opened:
    graph: Any
    transport: "httpx.AsyncHTTPTransport"
    configuration: Callable[..., Any]


class GraphConnection:
    """One Graph client for the life of the process; use it from one event loop only.

    ``base_url`` includes the version (``https://graph.microsoft.com/v1.0``). The credential's token is sent
    only to ``allowed_hosts``, and over plain http only to this machine. ``timeout`` bounds one request in
    seconds; it must stay below the 60 s after which Graph itself gives up.
    """

    def __init__(
        self,
        base_url: str,
        credential: "AsyncTokenCredential",
        *,
        allowed_hosts: Sequence[str],
        timeout: float = 40.0,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._telemetry = telemetry or NoTelemetry()
        self._base_url = base_url
        self._credential = credential
        self._allowed_hosts = list(allowed_hosts)
        self._timeout = timeout
        self._opening = asyncio.Lock()
        self._opened: _Opened | None = None

    async def once[T](self, what: str, call: Call[T], *, query: object | None = None) -> T:
        """Make one call exactly once; ``call`` gets the client and the request's configuration.

        Raises:
            MissingError: 404.
            ForbiddenError: any other answer that will not change by repeating.
            UnavailableError: Graph surely did nothing: no connection, no token, 429, 409.
            UnknownOutcomeError: 5xx, timeout, lost or unreadable answer.
        """
        with self._telemetry.span(SpanName.GRAPH, call=what) as span:
            answer = "none"  # also when it is cut off: whether Graph answered is then not known
            try:
                opened = await self._open()
                async with _translating(what, self._timeout):
                    done = await call(_Request(opened, query))
            except PortError as error:
                answer = answer_of(error)
                raise
            else:
                answer = "2xx"
                return done
            finally:
                span.tell(answer=answer)
                self._telemetry.count(Metric.GRAPH_ANSWERS, call=what, answer=answer)

    async def repeatable[T](self, what: str, call: Call[T], *, query: object | None = None) -> T:
        """Make a call that does no harm when repeated (reads, deletes, revoking): at most three times.

        Raises:
            MissingError: 404.
            ForbiddenError: any other answer that will not change by repeating.
            UnavailableError: still no answer; trying again later is harmless.
        """
        pause = _FIRST_PAUSE_SECONDS
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self.once(what, call, query=query)
            except UnknownOutcomeError as error:
                failed = UnavailableError(str(error), getattr(error, "retry_after", None))
                cause: Exception = error
            except UnavailableError as error:
                failed = cause = error
            wait = pause if failed.retry_after is None else failed.retry_after
            if attempt == _ATTEMPTS or wait > _LONGEST_PAUSE_SECONDS:
                raise failed from cause
            await asyncio.sleep(wait)
            pause *= 2
        raise AssertionError  # the loop returns or raises

    async def every[T](
        self, what: str, builder: Callable[[Any], Any], *, query: object | None = None
    ) -> list[Any]:
        """Read a list to its very end, page by page; a page without a list is an error, not empty."""
        page = await self.repeatable(what, lambda r: builder(r.graph).get(r.configuration()), query=query)
        found: list[Any] = []
        for _ in range(_MOST_PAGES):
            if page is None or page.value is None:
                raise UnavailableError(f"Graph {what}: an answer without a list")
            found.extend(page.value)
            link = page.odata_next_link
            if not link:
                return found
            page = await self._following(what, builder, link)
        raise UnavailableError(f"Graph {what}: the list does not end")

    async def _following(self, what: str, builder: Callable[[Any], Any], link: str) -> Any:  # noqa: ANN401 - SDK model
        return await self.repeatable(what, lambda r: builder(r.graph).with_url(link).get(r.configuration()))

    async def close(self) -> None:
        """Close the connections; the credential belongs to whoever made it."""
        if self._opened is not None:
            await self._opened.transport.aclose()
            self._opened = None

    async def _open(self) -> _Opened:
        async with self._opening:
            if self._opened is None:
                # In a thread: the imports take a second or more, in which leases must still be renewed.
                self._opened = await asyncio.to_thread(
                    _connect, self._base_url, self._credential, self._allowed_hosts, self._timeout
                )
            return self._opened


class _Request:
    """What a call gets: the client, and a fresh configuration with an id that Graph logs too."""

    def __init__(self, opened: _Opened, query: object | None) -> None:
        self.graph = opened.graph
        self._opened = opened
        self._query = query

    def configuration(self) -> Any:  # noqa: ANN401 - the SDK is not followed by the type checker
        """Return a request configuration with the query parameters."""
        return self._opened.configuration(self._query)


@contextlib.asynccontextmanager
async def _translating(what: str, seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except Exception as error:
        raise translated(what, error) from error


def _connect(base_url: str, credential: "AsyncTokenCredential", hosts: list[str], seconds: float) -> _Opened:
    import httpx
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from kiota_abstractions.headers_collection import HeadersCollection
    from kiota_authentication_azure.azure_identity_authentication_provider import (
        AzureIdentityAuthenticationProvider,
    )
    from kiota_http.middleware.options import RetryHandlerOption
    from msgraph import GraphServiceClient
    from msgraph.graph_request_adapter import GraphRequestAdapter
    from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]

    # Made here, because the SDK's wrapper around a client's own transport does not close it.
    transport = httpx.AsyncHTTPTransport(http2=True)
    http = httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(seconds, connect=_CONNECT_SECONDS))
    no_retries = {RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0, should_retry=False)}
    client = GraphClientFactory.create_with_default_middleware(client=http, options=no_retries)
    provider = AzureIdentityAuthenticationProvider(credential, scopes=[SCOPE], allowed_hosts=hosts)
    adapter = GraphRequestAdapter(provider, client)
    adapter.base_url = base_url

    def configuration(query: object | None) -> Any:  # noqa: ANN401 - SDK type
        headers = HeadersCollection()
        headers.add("client-request-id", str(uuid.uuid4()))
        return RequestConfiguration(headers=headers, query_parameters=query)

    return _Opened(
        graph=GraphServiceClient(request_adapter=adapter), transport=transport, configuration=configuration
    )
