"""What would tell whose case it was: looked for in whatever storage holds, as text."""

from datetime import timedelta

from shared.domain.states import State
from tests.unit import people
from tests.unit.patient import get_approved, obtain
from tests.unit.world import World

LOST = "I left it on the train to Enoshima"
"""What the student writes."""
_PERSONAL = (
    people.STUDENT.oid,  # also a part of user name, addresses and employee id
    people.TYPED,
    LOST,
    people.STUDENT.affiliation,
    people.AUTHENTICATOR.label,
    people.NUMBER.label,
    people.NUMBER.fingerprint,
    "Name of",  # staff too
    "employee-",
    "key of session-1",
    "session-1",
)


def personal_in(text: str, world: World) -> list[str]:
    """What the text says of the person, of staff's names and of anybody's tokens."""
    tokens = [each.token for each in world.staff.values()]
    return [each for each in (*_PERSONAL, *tokens) if each in text]


async def completed(world: World) -> str:
    """The student goes the whole road and wrote all that one can write; the id of the application."""
    name = await world.apply(details=LOST, contact_email=people.TYPED)
    await get_approved(world, name)
    await obtain(world, name)
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED, timedelta(hours=1))
    return name
