"""Signed links in the path: read, for their one purpose, within their time."""

from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.links import LinkClaims, Purpose


def read_link(visit: Visit, purpose: Purpose) -> LinkClaims:
    """The claims of the token in the path.

    Raises:
        LinkExpiredError: its time has passed.
        LinkMalformedError: altered, made for another purpose, or signed with an unknown key.
    """
    ports = bootstrap.web()
    claims = ports.links.read(purpose, visit.part("token"))
    claims.check(ports.clock.now())
    return claims
