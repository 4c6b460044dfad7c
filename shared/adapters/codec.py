"""Domain values to JSON text and back, for the rows they are stored in.

pydantic reads the standard dataclasses as they are; fields that a later version added must have defaults, so
that rows of an earlier one can still be read. Times come back aware, in UTC.
"""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.domain.application import Application
from shared.domain.events import Event
from shared.domain.freezing import FreezeSwitch
from shared.domain.health import HealthReport
from shared.domain.mails import MailBudget, OwedMail
from shared.domain.surge import PassMeter


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type the adapters store
    return TypeAdapter(kind)


def _text(kind: type, value: object) -> str:
    return _adapter(kind).dump_json(value).decode()


def _value(kind: Any, text: str) -> Any:  # noqa: ANN401 - the value of any such type
    """The value; pydantic's own error would hold the fields that it did not like, and the platform logs what it is told."""
    try:
        return _adapter(kind).validate_json(text)
    except ValidationError:
        pass
    message = "not a record of this kind"
    raise ValueError(message)


def application_text(application: Application) -> str:
    """An application as JSON."""
    return _text(Application, application)


def application_from(text: str) -> Application:
    """An application from JSON; raises ValueError if it is none."""
    value: Application = _value(Application, text)
    return value


def event_text(event: Event) -> str:
    """An audit event as JSON."""
    return _text(Event, event)


def event_from(text: str) -> Event:
    """An audit event from JSON; raises ValueError if it is none."""
    value: Event = _value(Event, text)
    return value


def mail_text(mail: OwedMail) -> str:
    """A mail owed as JSON."""
    return _text(OwedMail, mail)


def mail_from(text: str) -> OwedMail:
    """A mail owed from JSON; raises ValueError if it is none."""
    value: OwedMail = _value(OwedMail, text)
    return value


def budget_text(budget: MailBudget) -> str:
    """The mail budget as JSON."""
    return _text(MailBudget, budget)


def budget_from(text: str) -> MailBudget:
    """The mail budget from JSON; raises ValueError if it is none."""
    value: MailBudget = _value(MailBudget, text)
    return value


def freeze_text(switch: FreezeSwitch) -> str:
    """The freeze switch as JSON."""
    return _text(FreezeSwitch, switch)


def freeze_from(text: str) -> FreezeSwitch:
    """The freeze switch from JSON; raises ValueError if it is none."""
    value: FreezeSwitch = _value(FreezeSwitch, text)
    return value


def report_text(report: HealthReport) -> str:
    """The worker's report on its environment as JSON."""
    return _text(HealthReport, report)


def report_from(text: str) -> HealthReport:
    """The report from JSON; raises ValueError if it is none."""
    value: HealthReport = _value(HealthReport, text)
    return value


def meter_text(meter: PassMeter) -> str:
    """The meter of passes as JSON."""
    return _text(PassMeter, meter)


def meter_from(text: str) -> PassMeter:
    """The meter of passes from JSON; raises ValueError if it is none."""
    value: PassMeter = _value(PassMeter, text)
    return value


def fields_text(fields: dict[str, str]) -> str:
    """A flat record as JSON."""
    return _text(dict[str, str], fields)


def fields_from(text: str) -> dict[str, str]:
    """A flat record from JSON; raises ValueError if it is none."""
    value: dict[str, str] = _value(dict[str, str], text)
    return value


def names_text(names: tuple[str, ...]) -> str:
    """A list of names as JSON."""
    return _text(tuple[str, ...], names)


def names_from(text: str) -> tuple[str, ...]:
    """A list of names from JSON; raises ValueError if it is none."""
    value: tuple[str, ...] = _value(tuple[str, ...], text)
    return value
