"""Everything the worker's use cases need from outside, in one place; built once by bootstrap, or by a test from fakes."""

from dataclasses import dataclass

from shared import ports
from shared.domain.rules import Rules


@dataclass(frozen=True, kw_only=True)
class WorkerPorts:
    """The worker's ports and the configured rules."""

    rules: Rules
    clock: ports.Clock
    telemetry: ports.Telemetry
    randomness: ports.Randomness
    applications: ports.Applications
    heads: ports.AuditHeads
    open_cases: ports.OpenCases
    inbox: ports.Inbox
    sweep: ports.InboxSweep
    due: ports.DueRows
    locks: ports.AccountLocks
    card_links: ports.CardLinks
    switches: ports.Switches
    budgets: ports.MailBudgets
    meters: ports.PassMeters
    limits_sweep: ports.LimitsSweep
    photos: ports.Photos
    photo_prints: ports.PhotoPrints
    hints: ports.Hints
    poison: ports.PoisonRows
    directory: ports.Directory
    methods: ports.Methods
    passes: ports.Passes
    sessions: ports.SignInSessions
    mailer: ports.Mailer
    sent_mails: ports.SentMails
    composer: ports.MailComposer
    links: ports.Links
    staff_tokens: ports.StaffTokens
    card_tokens: ports.CardTokens
    fresh_sign_ins: ports.FreshSignIns
    form_tokens: ports.FormTokens
    sealer: ports.Sealer
