"""Stand-in for the protobuf module that the platform's worker hands to `azure_functions_runtime`.

The runtime only builds these messages by keyword, reads attributes and asks `WhichOneof`; so plain attribute
bags are enough, and no protobuf package is needed. Source: azure_functions_runtime 1.3, `handle_event.py`,
`loader.py`, `bindings/datumdef.py`.
"""

from typing import Any, ClassVar


class Message:
    """A message: attributes from keywords, None for those that were not given."""

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a message field may hold anything
        # The runtime asks every value for `.TypedData` first; the AttributeError tells it "already typed data".
        if name == "TypedData" or name.startswith("__"):
            raise AttributeError(name)
        return None

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's own name
        """Name the one field that is set, as protobuf does for a `oneof` group."""
        return next((name for name, value in self.__dict__.items() if value is not None), None)


class TypedData(Message):
    """One value with its kind: `string`, `bytes`, `json` or `http`."""


class ParameterBinding(Message):
    """A named argument or output."""

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's own name
        """Its data is always sent in the message, never in shared memory."""
        return "data"


class RpcHttp(Message):
    """A request or an answer of an HTTP function."""


class SameSite:
    """Values of a cookie's SameSite; the member named None (attribute absent) is added below."""

    Lax = 1
    Strict = 2
    ExplicitNone = 3


setattr(SameSite, "None", 0)


class RpcHttpCookie(Message):
    """A cookie that an HTTP function sets."""

    SameSite: ClassVar[type[SameSite]] = SameSite


class BindingInfo(Message):
    """Kind and direction of one binding."""

    undefined = 0
    out = 1
    inout = 2


class StatusResult(Message):
    """Whether a call to the runtime succeeded."""

    Failure = 0
    Success = 1
    Cancelled = 2


class NullableString(Message):
    """A string that may be absent."""


class NullableBool(Message):
    """A truth value that may be absent."""


class NullableDouble(Message):
    """A number that may be absent."""


class NullableTimestamp(Message):
    """A point in time that may be absent."""


class Timestamp(Message):
    """A point in time: whole `seconds` since 1970 UTC."""


class RpcFunctionMetadata(Message):
    """What the runtime tells about one function."""


class RpcRetryOptions(Message):
    """A function's retry policy."""


class RpcException(Message):
    """What a function raised: `message`, `stack_trace`."""


class WorkerInitResponse(Message):
    """Answer to `worker_init_request`."""


class WorkerMetadata(Message):
    """Version of the runtime."""


class FunctionMetadataResponse(Message):
    """Answer to `functions_metadata_request`."""


class FunctionLoadResponse(Message):
    """Answer to `function_load_request`."""


class InvocationResponse(Message):
    """Answer to `invocation_request`."""


class FunctionEnvironmentReloadResponse(Message):
    """Answer to a reload, which this host never asks for; the runtime looks the name up."""
