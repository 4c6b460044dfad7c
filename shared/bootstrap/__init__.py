"""The only chooser of implementations: reads the settings once and builds what handlers need, at first use.

Importing this package loads no SDK: an exception or a slow library at import would make *all* functions vanish.
A local host or a test may put its own parts in (clock, credentials, the session that reaches a local issuer); in the
cloud that is refused.
"""

from shared.bootstrap.backups import backups
from shared.bootstrap.bearers import form_key_opens, frontends, read_access_token
from shared.bootstrap.cards import card_page, finish_verification, start_verification
from shared.bootstrap.chosen import (
    app_role,
    base_url,
    clock,
    pages,
    rules,
    settings,
    site,
    trusted_hops,
    ways,
)
from shared.bootstrap.outlets import telemetry
from shared.bootstrap.parts import Parts, PartsRefusedError, use
from shared.bootstrap.services import close, ensure_storage, health, web, worker
from shared.bootstrap.visitors import (
    finish_sign_in,
    open_cookie,
    remove_cookie,
    seal_cookie,
    sign_in_page,
    sign_out_page,
    start_sign_in,
)

__all__ = [
    "Parts",
    "PartsRefusedError",
    "app_role",
    "backups",
    "base_url",
    "card_page",
    "clock",
    "close",
    "ensure_storage",
    "finish_sign_in",
    "finish_verification",
    "form_key_opens",
    "frontends",
    "health",
    "open_cookie",
    "pages",
    "read_access_token",
    "remove_cookie",
    "rules",
    "seal_cookie",
    "settings",
    "sign_in_page",
    "sign_out_page",
    "site",
    "start_sign_in",
    "start_verification",
    "telemetry",
    "trusted_hops",
    "use",
    "ways",
    "web",
    "worker",
]
