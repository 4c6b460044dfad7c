"""The closed vocabulary of what can be wrong with a form."""

from collections.abc import Mapping
from typing import Final

from shared.domain.photo import PhotoFault

type Errors = Mapping[str, str]
"""Field name to error code; the allowed pairs are :data:`FIELD_ERRORS`."""

FIELD_ERRORS: Final[dict[str, frozenset[str]]] = {
    "reason": frozenset({"missing", "invalid"}),
    "details": frozenset({"too_long"}),
    "language": frozenset({"missing", "invalid"}),
    "contact_email": frozenset({"invalid", "too_long"}),
    "photo": frozenset({*(each.value for each in PhotoFault), "doubtful"}),
    "decision": frozenset({"missing", "invalid"}),
    "reason_code": frozenset({"missing", "invalid"}),
    "message": frozenset({"too_long"}),
    "confirm": frozenset({"missing"}),
    "choice": frozenset({"missing", "invalid"}),
    "account": frozenset({"missing", "invalid"}),
    "card": frozenset({"missing", "invalid"}),
    "face": frozenset({"missing"}),
    "valid": frozenset({"missing"}),
    "contact_confirmed": frozenset({"missing"}),
    "any": frozenset({"missing", "wrong_type", "invalid", "too_long"}),
}
"""Every error a form can show. ``photo: doubtful`` goes with ``doubts`` and offers to send the photo anyway.

``any`` has the words for fields that only programs send.
"""
