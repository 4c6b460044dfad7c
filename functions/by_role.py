"""Which functions each role serves: ``web`` has the doors, ``worker`` the queues and timers."""

from importlib import import_module
from typing import Final

import azure.functions as func

WEB: Final = (
    "http_home",
    "http_auth",
    "http_apply",
    "http_applications",
    "http_pickup",
    "http_review",
    "http_not_me",
    "http_office",
    "http_verify",
    "http_verify_link",
    "http_staff",
    "http_freeze",
    "http_audit",
    "http_forms",
    "http_api",
    "http_health",
)
WORKER: Final = (
    "queue_review",
    "queue_issuance",
    "queue_mail",
    "queue_reports",
    "timer_wake_due",
    "timer_check_health",
    "timer_back_up",
)


def blueprints(role: str) -> list[func.Blueprint]:
    """The blueprints of a role; ``all`` is for development only (the settings refuse it in the cloud).

    Raises:
        ValueError: no such role.
    """
    modules = {"web": WEB, "worker": WORKER, "all": (*WEB, *WORKER)}.get(role)
    if modules is None:
        raise ValueError("APP_ROLE must be web, worker or all")
    return [import_module(f"functions.{name}").bp for name in modules]
