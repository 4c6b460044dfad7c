"""The description of the doors for programs (OpenAPI 3.1), made of the models that validate; built once a process."""

import json
from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from functions._http.program_bodies import (
    ApplicationBody,
    ApplicationStatus,
    ApplicationTaken,
    ApplicationUpload,
    FormResponseBody,
    ProblemDetails,
    ResponseTaken,
)
from shared.domain.callers import APPLY_SCOPE, FORMS_ROLE

_JSON: Final = "application/json"
_REQUESTS: Final = (FormResponseBody, ApplicationBody, ApplicationUpload)
_ANSWERS: Final = (ResponseTaken, ApplicationTaken, ApplicationStatus, ProblemDetails)
_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "description": "`ja` or `en`: the language of problems, and of mails if the application names none.",
    "schema": {"type": "string", "examples": ["ja", "en"]},
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key makes a repeated call one application, by user and frontend, while that one is open.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
}
_ID: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
_WORDS: Final = {
    202: "Taken in.",
    200: "How it stands.",
    400: "The body cannot be read.",
    401: "No access token, or one that is not accepted.",
    403: "The token does not allow that.",
    404: "There is none, or it is another person's; or this way in is switched off.",
    409: "What came first stays as it is.",
    411: "No Content-Length.",
    413: "Too large.",
    415: "Another content type than those named here, or another kind of photo.",
    422: "Fields are wrong, or can never be accepted: do not send the same again.",
    429: "Too often: try again after `Retry-After` seconds; nothing was stored.",
    500: "A fault of ours.",
    503: "Try again after `Retry-After` seconds; nothing was stored.",
}


@cache
def description(base_url: str) -> bytes:
    """The document as JSON."""
    return json.dumps(document(base_url), ensure_ascii=False).encode()


def document(base_url: str) -> dict[str, Any]:
    """The document."""
    _, schemas = models_json_schema(
        [*((each, "validation") for each in _REQUESTS), *((each, "serialization") for each in _ANSWERS)],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "reregister",
            "version": "1",
            "description": "Doors for programs: the flow of a Microsoft Form, and other frontends.",
        },
        "servers": [{"url": base_url}],
        "paths": {
            "/api/webhooks/forms": {"post": _forms()},
            "/api/applications": {"post": _apply()},
            "/api/applications/{id}": {"get": _status(), "head": _status(reading="head")},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "flow": _bearer(f"App-only access token of Entra ID with the app role `{FORMS_ROLE}`."),
                "frontend": _bearer(
                    f"Access token of Entra ID that the signed-in user delegated, with the scope `{APPLY_SCOPE}`."
                ),
            },
        },
    }


def _forms() -> dict[str, Any]:
    return {
        "operationId": "form_response",
        "summary": "Take in a response to a Microsoft Form",
        "description": "A replay of the same response is answered as the first one was and has no second effect.",
        "security": [{"flow": []}],
        "parameters": [_LANGUAGE],
        "requestBody": {"required": True, "content": {_JSON: {"schema": _ref(FormResponseBody)}}},
        "responses": _responses(202, ResponseTaken, 400, 401, 403, 404, 409, 411, 413, 415, 422, 500, 503),
    }


def _apply() -> dict[str, Any]:
    return {
        "operationId": "api_apply",
        "summary": "Apply for the signed-in user",
        "security": [{"frontend": []}],
        "parameters": [_LANGUAGE, _KEY],
        "requestBody": {
            "required": True,
            "content": {
                _JSON: {"schema": _ref(ApplicationBody)},
                "multipart/form-data": {"schema": _ref(ApplicationUpload)},
            },
        },
        "responses": _responses(
            202, ApplicationTaken, 400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 500, 503
        ),
    }


def _status(reading: str = "get") -> dict[str, Any]:
    return {
        "operationId": f"api_application_{reading}",
        "summary": "How an application of the signed-in user stands",
        "security": [{"frontend": []}],
        "parameters": [_ID, _LANGUAGE],
        "responses": _responses(200, ApplicationStatus, 401, 403, 404, 500, 503),
    }


def _responses(good: int, model: type[BaseModel], *bad: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(good): {"description": _WORDS[good], "content": {_JSON: {"schema": _ref(model)}}}
    }
    for status in bad:
        content = {"application/problem+json": {"schema": _ref(ProblemDetails)}}
        found[str(status)] = {"description": _WORDS[status], "content": content}
    found.setdefault("401", {})["headers"] = _header("WWW-Authenticate", "RFC 6750.", required=True)
    for later in ("429", "503"):
        if later in found:
            found[later]["headers"] = _header("Retry-After", "Seconds.", required=True)
    return found


def _header(name: str, words: str, *, required: bool) -> dict[str, Any]:
    return {name: {"description": words, "required": required, "schema": {"type": "string"}}}


def _bearer(words: str) -> dict[str, str]:
    return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": words}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
