"""Everything the doors' use cases need from outside. Nothing here can move a state or reach Graph."""

from dataclasses import dataclass

from shared import ports
from shared.domain.rules import Rules
from shared.services.watch_sign_in import SignInWatch


@dataclass(frozen=True, kw_only=True)
class WebPorts:
    """The web's ports and the configured rules."""

    rules: Rules
    clock: ports.Clock
    telemetry: ports.Telemetry
    randomness: ports.Randomness
    applications: ports.Applications
    open_cases: ports.OpenCases
    all_cases: ports.AllCases
    heads: ports.KeptHeads
    inbox: ports.Inbox
    locks: ports.AccountLocks
    card_links: ports.CardLinks
    """Only read here."""
    switches: ports.Switches
    limits: ports.Limits
    photos: ports.Photos
    photo_lab: ports.PhotoLab
    hints: ports.Hints
    poison: ports.PoisonRows
    accesses: ports.Accesses
    links: ports.Links
    sealer: ports.Sealer
    forms: ports.Forms
    package: str = "source"
    """The mark of the package that this process runs from."""
    sign_in: SignInWatch | None = None
    """None where secrets stand for the registrations: there is no trust to look at."""
