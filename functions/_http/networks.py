"""From which network a request comes. What a caller can write into a header counts for nothing."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import azure.functions as func

UNKNOWN: Final = "unknown"
"""Callers whose address nobody of ours wrote down: they share one count."""
_PREFIX: Final = 64
"""One site or one phone holds a whole /64 of IPv6 (RFC 6177), and can take another address each time."""


def network_of(req: func.HttpRequest, trusted_hops: int) -> str:
    """The caller's IPv4 address or IPv6 network: ``trusted_hops`` from the right of ``X-Forwarded-For``.

    Each front end of ours adds the address it was called from at the right; what stands further left came with the request. The
    platform's front end writes ``address:port``.
    Source: https://learn.microsoft.com/azure/app-service/overview-inbound-outbound-ips and Azure/app-service-announcements
    """
    hops = [each.strip() for each in req.headers.get("x-forwarded-for", "").split(",") if each.strip()]
    if trusted_hops < 1 or len(hops) < trusted_hops:
        return UNKNOWN
    try:
        address = ip_address(_without_port(hops[-trusted_hops]))
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), _PREFIX), strict=False))
    return str(address)


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
