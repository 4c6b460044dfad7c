"""Names of what the service keeps in storage. The templates in ``infra`` create the same names."""

from typing import Final

RECORDS_CONNECTION: Final = "RecordsStorage"
"""Prefix of the settings for tables and queues, as the triggers' ``connection`` names it."""
PHOTOS_CONNECTION: Final = "PhotosStorage"

LANE_REVIEW: Final = "review"
LANE_ISSUANCE: Final = "issuance"
LANE_MAIL: Final = "mail"
LANES: Final = (LANE_REVIEW, LANE_ISSUANCE, LANE_MAIL)
"""Lanes are queues: they differ in urgency and scale, not in logic."""

QUEUE_REPORTS: Final = "delivery-reports"
"""Here Event Grid puts the mail service's delivery reports; nobody else writes to it."""

POISON_SUFFIX: Final = "-poison"
"""The platform puts a message here after ``maxDequeueCount`` failed tries."""
QUEUES: Final = tuple(each + suffix for suffix in ("", POISON_SUFFIX) for each in (*LANES, QUEUE_REPORTS))
POISON_QUEUES: Final = tuple(each for each in QUEUES if each.endswith(POISON_SUFFIX))

TABLE_APPLICATIONS: Final = "applications"
TABLE_DUE: Final = "due"
TABLE_LOCKS: Final = "locks"
TABLE_REQUESTS: Final = "requests"
TABLE_ACCESSES: Final = "accesses"
TABLE_LIMITS: Final = "limits"
TABLE_PHOTO_PRINTS: Final = "photoprints"
TABLES: Final = (
    TABLE_APPLICATIONS,
    TABLE_DUE,
    TABLE_LOCKS,
    TABLE_REQUESTS,
    TABLE_ACCESSES,
    TABLE_LIMITS,
    TABLE_PHOTO_PRINTS,
)

READ_BY_WEB: Final = (TABLE_APPLICATIONS, TABLE_LOCKS, TABLE_REQUESTS, TABLE_ACCESSES, TABLE_LIMITS)
READ_BY_WORKER: Final = (
    TABLE_APPLICATIONS,
    TABLE_DUE,
    TABLE_LOCKS,
    TABLE_REQUESTS,
    TABLE_ACCESSES,
    TABLE_LIMITS,
    TABLE_PHOTO_PRINTS,
)
CHANGED_BY_WORKER: Final = tuple(each for each in READ_BY_WORKER if each != TABLE_ACCESSES)
"""It erases rows of these; the checks of an environment try whether it may."""

CONTAINER_PHOTOS: Final = "id-photos"
CONTAINER_HEADS: Final = "audit-heads"
"""Heads of audit chains: written by the worker alone, read by the auditor's pages and command; immutable in the cloud."""
CONTAINER_BACKUPS: Final = "table-backups"
"""Exports of the tables: written, read and erased by the worker alone; no soft delete, no versions."""
CONTAINERS: Final = (CONTAINER_PHOTOS, CONTAINER_HEADS, CONTAINER_BACKUPS)
READ_BY_WEB_AS_BLOBS: Final = (CONTAINER_PHOTOS, CONTAINER_HEADS)
ERASED_BY_WORKER: Final = (CONTAINER_PHOTOS, CONTAINER_BACKUPS)
