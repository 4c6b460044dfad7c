"""Between aiohttp's messages and the runtime's: a request as the function sees it, an answer as the client does."""

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

from aiohttp import web
from multidict import CIMultiDict

from local.host.protos import RpcHttp, RpcHttpCookie, SameSite, TypedData

# Only the platform's own sign-in may set these; where it is off, as here, a caller could send any principal.
_STRIPPED = ("x-ms-client-principal", "x-ms-token-")
_SET_BY_SERVER = frozenset({"content-length", "transfer-encoding", "connection"})
_SAME_SITE = {SameSite.Lax: "lax", SameSite.Strict: "strict", SameSite.ExplicitNone: "none"}


def headers_of(request: web.BaseRequest) -> dict[str, str]:
    """Lower-case names, repeated values joined, sign-in headers stripped, peer added to `x-forwarded-for`."""
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    pairs = [(name.lower(), value) for name, value in request.headers.items()]
    headers = _joined((name, value) for name, value in pairs if not name.startswith(_STRIPPED))
    if peer:
        # As the platform's front end does: the last address is the one that nobody could invent.
        hops = [hop for hop in (headers.get("x-forwarded-for"), str(peer[0])) if hop]
        headers["x-forwarded-for"] = ", ".join(hops)
    return headers


def query_of(request: web.BaseRequest) -> dict[str, str]:
    """Repeated values joined, empty ones dropped; names are the same in any case, the first one stays."""
    spelling: dict[str, str] = {}
    return _joined(
        (spelling.setdefault(name.lower(), name), value) for name, value in request.query.items() if value
    )


async def body_of(request: web.BaseRequest) -> bytes:
    """Give the body; a request without Content-Length (chunked, too) has none."""
    return await request.read() if request.content_length else b""


def to_runtime(
    request: web.BaseRequest,
    *,
    headers: dict[str, str],
    query: dict[str, str],
    route: dict[str, str],
    body: bytes,
) -> TypedData:
    """Build the argument of an HTTP function."""
    return TypedData(
        http=RpcHttp(
            method=request.method,
            url=url_of(request),
            headers=headers,
            query=query,
            params=route,
            body=TypedData(bytes=body) if body else TypedData(),
        )
    )


def url_of(request: web.BaseRequest) -> str:
    """Give the address as the caller wrote it, still encoded."""
    return f"{request.scheme}://{request.host}{request.rel_url.raw_path_qs}"


def to_client(value: TypedData | None) -> web.Response:
    """Build the answer from what the function returned."""
    if value is None:
        return web.Response(status=500)
    if value.http is None:
        return web.Response(text=value.string or value.json or "")
    http = value.http
    headers: CIMultiDict[str] = CIMultiDict()
    for name, text in http.headers.items():
        if name.lower() not in _SET_BY_SERVER:
            headers[name] = text  # assigned, not added: of a repeated header the last survives
    for cookie in http.cookies or ():
        headers.add("Set-Cookie", render_cookie(cookie))
    body = http.body.bytes if http.body is not None else None
    return web.Response(status=int(http.status_code), headers=headers, body=body or b"")


def render_cookie(cookie: RpcHttpCookie) -> str:
    """Render a cookie as the platform does: value percent-encoded, attributes lower-case and in its order.

    Source: azure-functions-host RawScriptResult.cs, which hands name, value and options to ASP.NET Core's
    `Response.Cookies.Append`; that escapes the value with `Uri.EscapeDataString`.
    """
    parts = [f"{cookie.name}={quote(cookie.value, safe='')}"]
    if cookie.expires:
        expires = datetime.fromtimestamp(cookie.expires.value.seconds, UTC)
        parts.append(f"expires={expires:%a, %d %b %Y %H:%M:%S} GMT")
    if cookie.max_age:
        parts.append(f"max-age={int(cookie.max_age.value)}")
    if cookie.domain and cookie.domain.value:
        parts.append(f"domain={cookie.domain.value}")
    if cookie.path and cookie.path.value:
        parts.append(f"path={cookie.path.value}")
    if cookie.secure and cookie.secure.value:
        parts.append("secure")
    if cookie.same_site in _SAME_SITE:
        parts.append(f"samesite={_SAME_SITE[cookie.same_site]}")
    if cookie.http_only and cookie.http_only.value:
        parts.append("httponly")
    return "; ".join(parts)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
