"""Bodies of requests: forms, uploads, JSON, each within bounds and with a clear refusal."""

import json
import unicodedata
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import azure.functions as func

from functions._http.problems import Trouble
from shared.domain.photo import MAX_PHOTO_BYTES
from shared.presentation.views import Problem

MAX_FORM_BYTES = 64 * 1024
MAX_UPLOAD_BYTES = MAX_PHOTO_BYTES + 256 * 1024
_MAX_FIELDS = 40
_MOST_DIGITS = 12
"""Of a length: a number of thousands of digits is an error to Python."""
_MAX_FIELD_BYTES = 32 * 1024


@dataclass(frozen=True)
class Form:
    """Fields and files of a form; the last value of a repeated name counts."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field without control characters and surrounding space, with plain line ends; empty if it is missing."""
        return plain_text(self.fields.get(name, ""))


def plain_text(text: str) -> str:
    """The text without control characters and surrounding space, with plain line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) != "Cc").strip()


def check_length(req: func.HttpRequest, limit: int) -> None:
    """Refuse a body without a length, or one that is too large.

    Raises:
        Trouble: ``LENGTH_REQUIRED`` (the platform passes no body without Content-Length) or ``TOO_LARGE``.
    """
    given = req.headers.get("content-length", "")
    if not given.isascii() or not given.isdigit():
        raise Trouble(Problem.LENGTH_REQUIRED)
    if len(given) > _MOST_DIGITS or int(given) > limit or len(req.get_body()) > limit:
        raise Trouble(Problem.TOO_LARGE)


def read_form(req: func.HttpRequest) -> Form:
    """Read a urlencoded or multipart form of UTF-8 text.

    Raises:
        Trouble: ``WRONG_TYPE`` for another content type, ``BAD_REQUEST`` for a broken body or another encoding.
    """
    kind = req.headers.get("content-type", "")
    body = req.get_body()
    try:
        if kind.lower().startswith("application/x-www-form-urlencoded"):
            pairs = parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                encoding="utf-8",
                errors="strict",
                max_num_fields=_MAX_FIELDS,
            )
            return Form(dict(pairs))
        if kind.lower().startswith("multipart/form-data"):
            return _multipart(kind, body)
    except ValueError as error:
        raise Trouble(Problem.BAD_REQUEST) from error
    raise Trouble(Problem.WRONG_TYPE)


def read_json(req: func.HttpRequest) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        Trouble: ``WRONG_TYPE`` for another content type, ``BAD_REQUEST`` for anything but a JSON object.
    """
    if not req.headers.get("content-type", "").lower().startswith("application/json"):
        raise Trouble(Problem.WRONG_TYPE)
    try:
        value = json.loads(req.get_body().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Trouble(Problem.BAD_REQUEST) from error
    if not isinstance(value, dict):
        raise Trouble(Problem.BAD_REQUEST)
    return value


def _multipart(kind: str, body: bytes) -> Form:
    from python_multipart import FormParser
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import parse_options_header

    _, options = parse_options_header(kind)
    boundary = options.get(b"boundary")
    if not boundary:
        raise Trouble(Problem.BAD_REQUEST)
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    if body.count(b"--" + boundary) > _MAX_FIELDS + 1:  # before parsing: many tiny parts would cost seconds
        raise Trouble(Problem.BAD_REQUEST)

    def on_field(part: Any) -> None:  # noqa: ANN401 - the parser's own type
        value = part.value or b""
        if len(value) > _MAX_FIELD_BYTES:
            raise Trouble(Problem.BAD_REQUEST)
        fields[(part.field_name or b"").decode("utf-8")] = value.decode("utf-8")

    def on_file(part: Any) -> None:  # noqa: ANN401 - the parser's own type
        part.file_object.seek(0)
        files[(part.field_name or b"").decode("utf-8")] = part.file_object.read()

    settings: dict[str, Any] = {"MAX_MEMORY_FILE_SIZE": MAX_UPLOAD_BYTES + 1}
    try:
        parser = FormParser("multipart/form-data", on_field, on_file, boundary=boundary, config=settings)
        parser.write(BytesIO(body).read())
        parser.finalize()
    except FormParserError as error:
        raise Trouble(Problem.BAD_REQUEST) from error
    return Form(fields, files)
