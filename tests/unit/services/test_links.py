"""Account and card: linked by both proofs, undone by either, each side once; everybody on file is told."""

from datetime import timedelta

import pytest

from shared.domain.card import CardLink, LinkDeed
from shared.domain.mails import MailBudget, MailLimits
from shared.domain.requests import Request, RequestKind
from shared.ports import ForbiddenError, StaleError, UnavailableError
from shared.services.look_at import look_at
from tests.fakes.plain_composer import PlainComposer
from tests.unit import cards, people
from tests.unit.observed import Fault
from tests.unit.university import rules_of
from tests.unit.world import World

_MINUTE = timedelta(minutes=1)


def _linked(world: World, subject: str = "") -> CardLink | None:
    return world.storage.card_links.rows().get(f"account:{subject or world.student}")


async def _with_link() -> World:
    world = World()
    await cards.ask_to_link(world, 1)
    await world.run()
    assert _linked(world) is not None
    world.mailer.sent.clear()
    world.mailer.operations.clear()
    return world


def _told(world: World) -> list[list[str]]:
    return [world.subjects(each) for each in (people.OUTSIDE, people.OWN_MAILBOX)]


# --- linking ------------------------------------------------------------------------------------------


async def test_a_fresh_sign_in_and_a_verified_card_are_linked_and_everybody_is_told() -> None:
    world = World()
    name = await cards.ask_to_link(world, 1, language="en")
    await world.run()
    link = _linked(world)
    assert link is not None
    assert (link.card, link.name, link.linked_at, link.verification) == (
        cards.CARD,
        cards.NAME,
        world.clock.now(),
        name,
    )
    assert world.storage.card_links.rows()[f"card:{cards.CARD}"] == link
    assert _told(world) == [["card_linked"], ["card_linked"]]
    assert world.mailer.sent[0].text == f"account={people.STUDENT.upn} language=en"
    assert len(world.storage.inbox) == 0
    assert world.storage.applications.ids() == []


@pytest.mark.parametrize(
    "wrong",
    [
        "no_sign_in",
        "old_sign_in",
        "forged_sign_in",
        "old_card",
        "forged_card",
        "card_of_another_verification",
    ],
)
async def test_what_proves_nothing_links_nothing_and_the_operators_are_told(wrong: str) -> None:
    world = World()
    name, second = cards.verification(1), timedelta(seconds=1)
    sign_in = world.sign_ins.make(world.student, at=cards.REAL)
    proof = cards.token(world, name)
    match wrong:
        case "no_sign_in" | "forged_sign_in":
            sign_in = "made-up"
        case "old_sign_in":
            sign_in = world.sign_ins.make(world.student, at=cards.REAL - 601 * second)
        case "old_card":
            proof = world.card_tokens.make(cards.CARD, verification=name, at=cards.REAL - 601 * second)
        case "forged_card":
            proof = "made-up"
        case _:
            proof = cards.token(world, cards.verification(2))
    await cards.ask_to_link(world, 1, sign_in=sign_in, evidence=proof)
    await world.run()
    assert world.storage.card_links.rows() == {}
    assert world.storage.card_links.history == {}
    assert _told(world) == [[], []]
    assert world.subjects(people.OPERATORS[0]) == ["given_up"]
    assert len(await world.storage.poison.kept()) == 1
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize("taken", ["account", "card", "both"])
async def test_what_is_linked_already_stays_as_it_is(taken: str) -> None:
    world = await _with_link()
    world.graph.add(people.account("taro"))
    before = world.storage.card_links.rows()
    subject = "taro" if taken == "card" else world.student
    card = cards.OTHER_CARD if taken == "account" else cards.CARD
    await cards.ask_to_link(world, 2, subject=subject, card=card)
    await world.run()
    assert world.storage.card_links.rows() == before
    assert world.mailer.sent == []
    assert len(world.storage.inbox) == 0
    assert await world.storage.poison.kept() == []


async def test_pressing_twice_links_once_and_tells_once() -> None:
    world = World()
    for _ in range(2):
        await cards.ask_to_link(world, 1)
    await world.run()
    await cards.ask_to_link(world, 1)  # and once more, when it was done long ago
    await world.run()
    assert len(world.storage.card_links.history) == 1
    assert len(set(world.mailer.operations)) == 2


async def test_a_verification_is_not_used_for_a_second_link() -> None:
    """Whoever kept both tokens of a link that was undone cannot make it again with them."""
    world = await _with_link()
    await cards.ask_to_unlink(world, 2)
    await world.run()
    await cards.ask_to_link(world, 1)
    await world.run()
    assert world.storage.card_links.rows() == {}


async def test_a_very_long_name_is_no_reason_not_to_link() -> None:
    world = World()
    name = cards.verification(1)
    proof = world.card_tokens.make(cards.CARD, "長" * 50_000, verification=name, at=cards.REAL)
    await cards.ask_to_link(world, 1, evidence=proof)
    await world.run()
    link = _linked(world)
    assert link is not None
    assert 0 < len(link.name) <= 200


# --- two at the same moment ---------------------------------------------------------------------------


@pytest.mark.parametrize("moment", [("card_links", "by_account"), ("card_links", "link")])
@pytest.mark.parametrize("same", ["card", "account"])
async def test_of_two_who_link_the_same_at_once_one_is_linked_and_told(
    moment: tuple[str, str], same: str
) -> None:
    world = World()
    world.graph.add(people.account("taro"))
    mine = await cards.ask_to_link(world, 1)
    subject, card = ("taro", cards.CARD) if same == "card" else (world.student, cards.OTHER_CARD)
    other = await cards.ask_to_link(world, 2, subject=subject, card=card)
    world.seen.meanwhile(*moment, lambda: look_at(other, world.worker))
    await look_at(mine, world.worker)
    assert [each.verification for each in world.storage.card_links.history.values()] == [other]
    assert {each.verification for each in world.storage.card_links.rows().values()} == {other}
    assert len(world.storage.card_links.rows()) == 2
    assert len(set(world.mailer.operations)) == len(world.mailer.sent) > 0
    assert len(world.storage.inbox) == 0


async def test_two_workers_at_one_request_do_it_once() -> None:
    world = World()
    name = await cards.ask_to_link(world, 1)
    world.seen.meanwhile("card_links", "link", lambda: look_at(name, world.worker))
    await look_at(name, world.worker)
    assert len(world.storage.card_links.history) == 1
    assert len(set(world.mailer.operations)) == 2
    assert len(world.storage.inbox) == 0


async def test_a_link_made_while_the_old_one_is_being_undone_stays() -> None:
    """The undoing was asked for one link; the next one is made by somebody who proved both sides anew."""
    world = await _with_link()
    undo = await cards.ask_to_unlink(world, 2)

    async def undone_and_linked_anew() -> None:
        await look_at(undo, world.worker)
        anew = await cards.ask_to_link(world, 3)
        await look_at(anew, world.worker)

    world.seen.meanwhile("card_links", "unlink", undone_and_linked_anew)
    await look_at(undo, world.worker)
    link = _linked(world)
    assert link is not None
    assert link.verification == cards.verification(3)
    assert len(world.storage.inbox) == 0


async def test_two_who_undo_at_once_undo_once() -> None:
    world = await _with_link()
    first = await cards.ask_to_unlink(world, 2)
    second = await cards.ask_to_unlink(world, 3, by="account")
    world.seen.meanwhile("card_links", "unlink", lambda: look_at(second, world.worker))
    await look_at(first, world.worker)
    assert world.storage.card_links.rows() == {}
    assert [each.deed for each in world.storage.card_links.history.values()] == [
        LinkDeed.LINKED,
        LinkDeed.UNLINKED,
    ]
    assert _told(world) == [["card_unlinked"], ["card_unlinked"]]
    assert len(world.storage.inbox) == 0


async def test_what_another_worker_undid_before_it_died_is_told_of() -> None:
    world = await _with_link()
    undo = await cards.ask_to_unlink(world, 2)
    link = _linked(world)
    assert link is not None
    links, now = world.storage.card_links, world.clock.now()
    world.seen.meanwhile("card_links", "unlink", lambda: links.unlink(link, verification=undo, at=now))
    await look_at(undo, world.worker)
    assert links.rows() == {}
    assert _told(world) == [["card_unlinked"], ["card_unlinked"]]
    assert len(world.storage.inbox) == 0


async def test_linking_while_the_old_link_is_still_there_waits_for_nobody() -> None:
    """The page said "linked already" a moment ago; the request finds it so, and the person presses again."""
    world = await _with_link()
    undo = await cards.ask_to_unlink(world, 2)
    anew = await cards.ask_to_link(world, 3, card=cards.OTHER_CARD)
    world.seen.meanwhile("card_links", "unlink", lambda: look_at(anew, world.worker))
    await look_at(undo, world.worker)
    assert world.storage.card_links.rows() == {}
    assert len(world.storage.inbox) == 0


async def test_a_link_that_changes_all_the_time_is_undone_later() -> None:
    world = await _with_link()
    world.seen.faults.append(Fault("card_links", "unlink", StaleError("overtaken"), times=3))
    await cards.ask_to_unlink(world, 2)
    await world.run()
    assert _linked(world) is not None
    assert len(world.storage.inbox) == 1
    await world.move(_MINUTE)
    assert _linked(world) is None
    assert len(world.storage.inbox) == 0


# --- undoing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["card", "account"])
async def test_either_proof_undoes_a_link_and_everybody_is_told(by: str) -> None:
    world = await _with_link()
    name = await cards.ask_to_unlink(world, 2, by=by)
    await world.run()
    assert world.storage.card_links.rows() == {}
    record = world.storage.card_links.history[f"history:{name}:unlinked"]
    assert (record.subject, record.card, record.at) == (world.student, cards.CARD, world.clock.now())
    assert _told(world) == [["card_unlinked"], ["card_unlinked"]]
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize("by", ["card", "account"])
async def test_nobody_undoes_the_link_of_others(by: str) -> None:
    world = await _with_link()
    world.graph.add(people.account("taro"))
    await cards.ask_to_unlink(world, 2, by=by, subject="taro", card=cards.OTHER_CARD)
    await world.run()
    assert _linked(world) is not None
    assert world.mailer.sent == []
    assert len(world.storage.inbox) == 0


async def test_what_proves_nothing_undoes_nothing_and_the_operators_are_told() -> None:
    world = await _with_link()
    for number, (sign_in, proof) in enumerate([("", ""), ("made-up", ""), ("", "made-up")], 2):
        body = {"sign_in": sign_in, "language": "ja"}
        row = Request(
            cards.verification(number), RequestKind.UNLINK, 0, world.clock.now(), body, evidence=proof
        )
        await world.storage.inbox.put(row)
    await world.move(_MINUTE)
    assert _linked(world) is not None
    assert world.subjects(people.OPERATORS[0]) == ["given_up"]
    assert len(await world.storage.poison.kept()) == 3
    assert len(world.storage.inbox) == 0


async def test_after_undoing_both_sides_are_free_for_others() -> None:
    world = await _with_link()
    world.graph.add(people.account("taro"))
    await cards.ask_to_unlink(world, 2)
    await world.run()
    await cards.ask_to_link(world, 3, subject="taro")
    await cards.ask_to_link(world, 4, card=cards.OTHER_CARD)
    await world.run()
    taro, hanako = _linked(world, "taro"), _linked(world)
    assert taro is not None
    assert hanako is not None
    assert (taro.card, hanako.card) == (cards.CARD, cards.OTHER_CARD)


# --- telling ------------------------------------------------------------------------------------------


async def test_while_mail_is_down_the_link_is_made_and_the_telling_waits() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    await cards.ask_to_link(world, 1)
    await world.run()
    assert _linked(world) is not None
    assert len(world.storage.inbox) == 1
    await world.move(timedelta(hours=3))
    assert len(world.storage.inbox) == 1
    world.seen.faults.clear()
    await world.move(timedelta(hours=1))
    assert {*_told(world)[0], *_told(world)[1]} == {"card_linked"}
    assert len(world.storage.inbox) == 0
    assert len(world.storage.card_links.history) == 1


async def test_one_address_that_is_refused_does_not_keep_the_other_from_being_told() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", ForbiddenError("bounced before"), times=1))
    await cards.ask_to_link(world, 1)
    await world.run()
    assert sorted(map(len, _told(world))) == [0, 1]
    assert len(world.storage.inbox) == 0


async def test_the_mail_budget_is_kept_and_nobody_is_forgotten() -> None:
    """One of the two mails fits into this hour; with the next hour the other goes out."""
    world = World(rules=rules_of(mail_limits=MailLimits(per_minute=30, per_hour=2)))
    now = world.clock.now()
    await world.storage.budgets.write(MailBudget.fresh(now).taken(1, now, staff=False), "")
    await cards.ask_to_link(world, 1)
    await world.run()
    assert len(world.mailer.sent) == 1
    await world.move(timedelta(minutes=59))
    assert len(world.mailer.sent) == 1
    assert len(world.storage.inbox) == 1
    await world.move(_MINUTE)
    assert {each.to for each in world.mailer.sent} == {people.OUTSIDE, people.OWN_MAILBOX}
    assert len(world.mailer.sent) == 2
    assert len(world.storage.inbox) == 0


async def test_with_fewer_mails_a_minute_than_addresses_everybody_is_told_once_in_the_end() -> None:
    world = World(rules=rules_of(mail_limits=MailLimits(per_minute=1, per_hour=100)))
    await cards.ask_to_link(world, 1)
    await world.run()
    await world.move(timedelta(minutes=3))
    assert _told(world) == [["card_linked"], ["card_linked"]]
    assert len(world.storage.inbox) == 0


class _BrokenComposer(PlainComposer):
    def link_changed(self, *args: object, **options: object) -> object:  # type: ignore[override]
        raise KeyError("a template is wrong")


async def test_a_mail_that_cannot_be_written_does_not_keep_the_row_for_ever() -> None:
    world = World()
    object.__setattr__(world.worker, "composer", _BrokenComposer())
    await cards.ask_to_link(world, 1)
    await world.run()
    assert _linked(world) is not None
    assert len(world.storage.inbox) == 0


async def test_an_account_without_an_address_is_linked_and_nobody_can_be_told() -> None:
    world = World()
    world.graph.account(world.student).facts = people.account("hanako", addresses=())
    await cards.ask_to_link(world, 1)
    await world.run()
    assert _linked(world) is not None
    assert world.mailer.sent == []
    assert len(world.storage.inbox) == 0


async def test_each_linking_and_undoing_is_a_mail_of_its_own() -> None:
    world = World()
    for number in (1, 3):
        await cards.ask_to_link(world, number)
        await world.run()
        await cards.ask_to_unlink(world, number + 1)
        await world.run()
    assert len(set(world.mailer.operations)) == len(world.mailer.sent) == 8


# --- waiting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("port", "method"), [("card_tokens", "verify"), ("fresh_sign_ins", "verify"), ("directory", "facts")]
)
async def test_what_cannot_be_asked_now_waits_in_the_inbox_and_is_judged_by_when_it_came(
    port: str, method: str
) -> None:
    world = World()
    world.seen.faults.append(Fault(port, method, UnavailableError("down")))
    await cards.ask_to_link(world, 1)
    await world.move(timedelta(hours=1))
    assert len(world.storage.inbox) == 1
    world.seen.faults.clear()
    await world.move(_MINUTE)
    assert _linked(world) is not None
    assert _told(world) == [["card_linked"], ["card_linked"]]
    assert len(world.storage.inbox) == 0


async def test_what_waits_for_long_is_told_to_the_operators_once_and_goes_on_waiting() -> None:
    world = World()
    world.seen.faults.append(Fault("directory", "facts", ForbiddenError("a permission is missing")))
    name = await cards.ask_to_link(world, 1)
    await world.move(world.rules.system_patience - _MINUTE)
    assert await world.storage.poison.kept() == []
    await world.move(timedelta(hours=5))
    assert [each.text for each in await world.storage.poison.kept()] == [name]
    assert world.subjects(people.OPERATORS[0]) == ["given_up"]
    assert len(world.storage.inbox) == 1
    world.seen.faults.clear()
    await world.move(_MINUTE)
    assert _told(world) == [["card_linked"], ["card_linked"]]
    assert len(world.storage.inbox) == 0


async def test_a_link_that_must_wait_does_not_keep_the_case_of_the_same_verification_waiting() -> None:
    world = World()
    await cards.has_link(world, subject=world.student)
    world.seen.faults.append(Fault("fresh_sign_ins", "verify", UnavailableError("down")))
    await cards.ask_to_link(world, 1)
    name = await cards.verify(world, 1)
    await world.run()
    assert world.case(name).state.value == "approved"
    assert len(world.storage.inbox) == 1
