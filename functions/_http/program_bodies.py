"""What programs send and are answered, as models: they validate, and the published schemas are made of them.

Loaded at the first call that needs it. Field errors are codes of :data:`shared.presentation.form_errors.FIELD_ERRORS`.
"""

import base64
import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from functions._http.apply_form import MAX_DETAILS
from functions._http.bodies import plain_text
from functions._http.problems import Trouble
from shared.domain.forms import is_address
from shared.domain.kinds import Channel, Language, Reason
from shared.domain.states import Mover, State
from shared.presentation.views import Problem

_MOST_ANSWERS: Final = 200
_ID_PATTERN: Final = "^[0-9a-f]{32}$"
_LARGEST_NUMBER: Final = 2**53
_NUMBER_SCHEMA: Final = {"type": "integer", "minimum": 0, "maximum": _LARGEST_NUMBER}
_BASE64_SCHEMA: Final = {"type": "string", "minLength": 1, "contentEncoding": "base64"}
_DIGITS_SCHEMA: Final = {"type": "string", "pattern": "^[0-9]{1,16}$"}


def _in_digits(value: object) -> object:
    """A number in one spelling, whether it came as a number or as text; anything else is left to be refused."""
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,16}", value.strip()):
            raise ValueError("no number")
        return str(int(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if value != value // 1 or not 0 <= value <= _LARGEST_NUMBER:
        raise ValueError("no number")
    return str(int(value))


def _of_base64(value: object) -> object:
    """The bytes of a base64 text, strictly; anything but a text is left to be refused."""
    if not isinstance(value, str):
        return None
    return base64.b64decode("".join(value.split()), validate=True)


def _address_or_nothing(value: str) -> str:
    if value and not is_address(value):
        raise ValueError("no address")
    return value


class FormResponseBody(BaseModel):
    """One response to a Microsoft Form, as the flow sends it."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    version: Literal[1] = Field(1, description="Of this schema. May be left out.")
    form_id: str = Field(
        min_length=1, max_length=200, description="Id of the form, from its address (the value after `id=`)."
    )
    response_id: Annotated[
        str, BeforeValidator(_in_digits), WithJsonSchema({"anyOf": [_NUMBER_SCHEMA, _DIGITS_SCHEMA]})
    ] = Field(description="Number of the response: it counts by form.")
    responder: str = Field(
        min_length=1,
        max_length=320,
        description="Who answered, as Microsoft Forms says. The only identity; typed fields never count.",
    )
    submit_date: str | int | float | None = Field(
        None,
        description="When it was sent, in whatever form. Business hours are counted from when it reaches us.",
    )
    run: str = Field(
        "", max_length=200, description="Name of the flow's run. Not part of what makes a response the same."
    )
    answers: dict[str, str | int | float | bool | list[str] | None] = Field(
        max_length=_MOST_ANSWERS,
        description='The body of "Get response details": question id to answer. Several choices and files may come as '
        "a JSON list within the string.",
    )

    def digest(self) -> str:
        """SHA-256 (hex) of everything but the name of the run: the same response is the same however it is written."""
        said = {
            "form": self.form_id,
            "response": self.response_id,
            "responder": self.responder.casefold(),
            "at": _instant(self.submit_date),
            "answers": self.answers,
        }
        return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class ApplicationFields(BaseModel):
    """What an application says, beside its photo."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    reason: Reason = Field(description="Why no verification method can be used.")
    details: Annotated[str, AfterValidator(plain_text)] = Field(
        "", max_length=MAX_DETAILS, description="What happened, for staff."
    )
    language: Language | None = Field(
        None, description="Language of our mails; left out: as `Accept-Language` says."
    )
    contact_email: Annotated[str, AfterValidator(_address_or_nothing)] = Field(
        "",
        max_length=254,
        description="Another address to be reached at; empty: none.",
        examples=["", "name@example.com"],
    )
    keep_doubts: bool = Field(
        default=False,
        description="Take the photo even if it may be hard to read (error `photo`: `doubtful`).",
    )


class ApplicationBody(ApplicationFields):
    """An application as JSON."""

    photo: Annotated[bytes, BeforeValidator(_of_base64), WithJsonSchema(_BASE64_SCHEMA)] = Field(
        min_length=1,
        description="Photo of the front of the IC student or staff card: JPEG, PNG or WebP of at most 10 MB, in base64.",
    )


class ApplicationUpload(ApplicationFields):
    """An application as a form with an upload."""

    photo: bytes = Field(
        min_length=1,
        description="Photo of the front of the IC student or staff card: JPEG, PNG or WebP of at most 10 MB.",
        json_schema_extra={"format": "binary"},
    )


_TRIAL: Final = (
    "Only while the service is tried out: no pass is made, and the person needs the support desk as before."
)


class ResponseTaken(BaseModel):
    """The answer to a form's response, the same for each replay."""

    id: str = Field(pattern=_ID_PATTERN)
    reference: str
    state: Literal["submitted"]
    status_url: str
    trial: Literal[True] | None = Field(None, description=_TRIAL)


class ApplicationTaken(ResponseTaken):
    """The answer to an application."""

    review_from: datetime = Field(description="When staff begin to look at it.")


class HistoryEntry(BaseModel):
    """Something that happened."""

    at: datetime
    event: str


class ApplicationStatus(BaseModel):
    """How an application stands, as its applicant may see it."""

    id: str = Field(pattern=_ID_PATTERN)
    reference: str
    channel: Channel
    state: State
    next_actor: Mover
    promised_by: datetime | None
    history: list[HistoryEntry]
    trial: Literal[True] | None = Field(None, description=_TRIAL)


class ProblemDetails(BaseModel):
    """What is wrong and what to do next (RFC 9457), in the language of `Accept-Language`."""

    type: str
    title: str
    status: int
    detail: str
    link: str | None = Field(None, description="Path of a page that helps now.")
    errors: dict[str, str] | None = Field(None, description="Field to code.")
    messages: dict[str, str] | None = Field(None, description="Field to words.")


def validated[T: BaseModel](model: type[T], value: dict[str, Any]) -> T:
    """The value as the model has it.

    Raises:
        Trouble: ``INVALID_FIELDS`` with a code for each field that is wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        fields = {
            _name(each["loc"]): _code(each["type"])
            for each in error.errors(include_input=False, include_url=False)
        }
        raise Trouble(Problem.INVALID_FIELDS, fields=tuple(fields.items())) from None


def _name(where: tuple[int | str, ...]) -> str:
    """The field; within answers also the question, whose name is the caller's own and therefore cut."""
    if where and where[0] == "answers":
        return ".".join(str(each)[:64] for each in where[:2])
    return str(where[0]) if where else "body"


def _code(kind: str) -> str:
    if kind in {"missing", "string_too_short", "too_short", "bytes_too_short"}:
        return "missing"
    if kind in {"string_too_long", "too_long", "bytes_too_long"}:
        return "too_long"
    return "wrong_type" if kind.endswith(("_type", "_parsing")) else "invalid"


def _instant(given: str | float | None) -> str:
    """A date in one spelling, as far as it can be read; what cannot stays as it is."""
    if not isinstance(given, str):
        return str(given)
    try:
        read = datetime.fromisoformat(given.strip())
        return read.astimezone(UTC).isoformat() if read.tzinfo else read.isoformat()
    except (ValueError, OverflowError):  # in the first or last hours of the calendar UTC may be outside
        return given.strip()
