"""What the service needs from outside, in its own words. Adapters fulfil these; fakes are held by the same contract tests.

All instants are aware UTC. Every method may raise :class:`UnavailableError`; other errors are named where they can occur.
"""

from shared.domain.accounts import LivePass
from shared.domain.staff import StaffIdentity
from shared.ports.audit import AllCases, AuditHeads, KeptHeads, StoredTrail
from shared.ports.cases import (
    Access,
    Accesses,
    Applications,
    OpenCases,
    Photos,
    Poison,
    PoisonRows,
    Snapshot,
    Wake,
)
from shared.ports.directory import Directory, Methods, NewPass, Passes, SignInSessions
from shared.ports.errors import (
    ConflictError,
    ForbiddenError,
    MissingError,
    NewerVersionError,
    PortError,
    StaleError,
    UnavailableError,
    UnknownOutcomeError,
)
from shared.ports.forms import Forms
from shared.ports.health import GraphProbe, MailProbe, PassPolicy, SignInProbe, StorageProbe
from shared.ports.limits import Limits, LimitsSweep
from shared.ports.mail import LinkTokens, MailComposer, Mailer, MailMessage, Notice, NoticeKind, SentMails
from shared.ports.photo_prints import PhotoPrint, PhotoPrints
from shared.ports.security import (
    CardTokens,
    FormTokens,
    FreshSignIns,
    Links,
    PhotoLab,
    Sealer,
    StaffTokens,
)
from shared.ports.surroundings import Clock, Randomness
from shared.ports.telemetry import Telemetry
from shared.ports.work import (
    AccountLock,
    AccountLocks,
    CardLinks,
    DueRows,
    Hints,
    Inbox,
    InboxSweep,
    MailBudgets,
    PassMeters,
    Switches,
)

__all__ = [
    "Access",
    "Accesses",
    "AccountLock",
    "AccountLocks",
    "AllCases",
    "Applications",
    "AuditHeads",
    "CardLinks",
    "CardTokens",
    "Clock",
    "ConflictError",
    "Directory",
    "DueRows",
    "ForbiddenError",
    "FormTokens",
    "Forms",
    "FreshSignIns",
    "GraphProbe",
    "Hints",
    "Inbox",
    "InboxSweep",
    "KeptHeads",
    "Limits",
    "LimitsSweep",
    "LinkTokens",
    "Links",
    "LivePass",
    "MailBudgets",
    "MailComposer",
    "MailMessage",
    "MailProbe",
    "Mailer",
    "Methods",
    "MissingError",
    "NewPass",
    "NewerVersionError",
    "Notice",
    "NoticeKind",
    "OpenCases",
    "PassMeters",
    "PassPolicy",
    "Passes",
    "PhotoLab",
    "PhotoPrint",
    "PhotoPrints",
    "Photos",
    "Poison",
    "PoisonRows",
    "PortError",
    "Randomness",
    "Sealer",
    "SentMails",
    "SignInProbe",
    "SignInSessions",
    "Snapshot",
    "StaffIdentity",
    "StaffTokens",
    "StaleError",
    "StorageProbe",
    "StoredTrail",
    "Switches",
    "Telemetry",
    "UnavailableError",
    "UnknownOutcomeError",
    "Wake",
]
