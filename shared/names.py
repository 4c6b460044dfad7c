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

POISON_SUFFIX: Final = "-poison"
"""The platform puts a message here after ``maxDequeueCount`` failed tries."""
QUEUES: Final = (*LANES, *(lane + POISON_SUFFIX for lane in LANES))

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

CONTAINER_PHOTOS: Final = "id-photos"
CONTAINER_HEADS: Final = "audit-heads"
"""Heads of audit chains: written by the worker alone, read by the auditor's pages and command; immutable in the cloud."""
CONTAINERS: Final = (CONTAINER_PHOTOS, CONTAINER_HEADS)
