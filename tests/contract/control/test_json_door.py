"""The JSON door of DESIGN section 10, and its refusals."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from PIL import Image

from local import people
from local.cloud import Cloud

KINDS = {
    "student", "staff", "guest", "disabled", "nested_admin", "pim_eligible", "out_of_policy", "reviewer", "clerk",
    "operator", "auditor",
}  # fmt: skip
STUDENT = people.PEOPLE[0]


def get(url: str) -> Any:  # noqa: ANN401 - JSON
    answer = requests.get(url, timeout=10)
    answer.raise_for_status()
    return answer.json()


def a_problem(answer: requests.Response, status: int) -> str:
    """The detail of a problem document of that status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    document = answer.json()
    assert document["status"] == status
    return str(document["detail"])


def test_people_of_every_kind(url: str) -> None:
    found = get(f"{url}/api/people")
    kinds = Counter(person["kind"] for person in found)

    assert set(kinds) >= KINDS
    assert kinds["student"] >= 6
    assert kinds["reviewer"] >= 3
    assert all(person.keys() >= {"upn", "name", "password", "kind", "roles", "mail"} for person in found)
    assert {person["kind"]: person["roles"] for person in found}["reviewer"] == ["Reviewer"]


def test_addresses_on_file_are_outside_the_own_mailbox_if_there_are_others(url: str) -> None:
    found = get(f"{url}/api/people")

    assert all(person["mail"] for person in found if person["kind"] == "student")
    assert all(person["upn"] not in person["mail"] for person in found if person["kind"] == "student")
    assert [p["mail"] == [p["upn"]] for p in found if p["kind"] == "own_mailbox_only"] == [True]
    assert [p["mail"] for p in found if p["kind"] == "no_address"] == [[]]


def test_accounts_and_ids_are_unique(url: str) -> None:
    for name in ("upn", "oid", "password", "employee_id"):
        values = [person[name] for person in get(f"{url}/api/people")]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("person", people.PEOPLE, ids=lambda person: person.employee_id)
def test_everybody_has_a_sample_card(url: str, person: people.Person) -> None:
    """Also the guest, whose account name has a `#` in it."""
    answer = requests.get(f"{url}/people/{quote(person.upn)}/card.jpg", timeout=30)

    assert answer.headers["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as card:
        assert card.format == "JPEG"
        assert min(card.size) >= 900


def test_a_card_is_the_same_each_time_and_differs_between_people(url: str) -> None:
    one, again, other = (
        requests.get(f"{url}/people/{person.upn}/card.jpg", timeout=30).content
        for person in (STUDENT, STUDENT, people.PEOPLE[1])
    )

    assert one == again
    assert one != other


def test_nobody_else_has_a_card(url: str) -> None:
    answer = requests.get(f"{url}/people/nobody@utac.example.ac.jp/card.jpg", timeout=10)

    assert "sample person" in a_problem(answer, 404)


def send(cloud: Cloud, to: str, subject: str) -> None:
    cloud.mail.send(
        {
            "senderAddress": "DoNotReply@mail.utac.example.ac.jp",
            "content": {"subject": subject, "plainText": f"text of {subject}", "html": f"<p>{subject}</p>"},
            "recipients": {"to": [{"address": to}]},
        }
    )


def test_the_mailbox_is_read_by_address_and_emptied(cloud: Cloud, url: str) -> None:
    send(cloud, "a@mail.example.com", "one")
    send(cloud, "b@mail.example.com", "two")
    send(cloud, "a@mail.example.com", "three")
    mine = get(f"{url}/api/mailbox?to=A@mail.example.com")

    assert [mail["subject"] for mail in mine] == ["one", "three"]
    assert mine[0].keys() >= {"id", "to", "subject", "text", "html", "sent_at"}
    assert mine[0]["to"] == ["a@mail.example.com"]
    assert len(get(f"{url}/api/mailbox")) == 3
    assert requests.delete(f"{url}/api/mailbox", timeout=10).status_code == 204
    assert get(f"{url}/api/mailbox") == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_more_person_of_any_kind_is_known_everywhere(cloud: Cloud, url: str, kind: str) -> None:
    like = next(person for person in people.PEOPLE if person.kind == kind)
    answer = requests.post(f"{url}/api/people", json={"kind": kind, "name": "新顔 <一>"}, timeout=10)
    made = answer.json()

    assert answer.status_code == 201
    assert (made["kind"], made["name"], made["roles"]) == (kind, "新顔 <一>", list(like.roles))
    assert made in get(f"{url}/api/people")
    assert requests.get(f"{url}/people/{made['upn']}/card.jpg", timeout=30).ok
    assert get(f"{url}/api/graph/users/{made['upn']}")["enabled"] is like.enabled
    directory = cloud.graph.directory
    assert directory.transitive_group_ids(made["oid"]) == directory.transitive_group_ids(like.oid)
    assert len(directory.granted(made["oid"], eligible=False)) == len(like.directory_roles)


def test_a_newcomer_outlives_the_run(cloud: Cloud, tmp_path: Path) -> None:
    made = cloud.add_person("student", methods="P")
    cloud.save(tmp_path)
    people.forget_newcomers()
    cloud.load(tmp_path)

    assert people.find(made.upn) == made
    assert cloud.graph.describe(made.upn)["enabled"]


def test_an_administrator_s_pass_is_a_pass_like_any_other(url: str) -> None:
    made = requests.post(f"{url}/api/graph/users/{STUDENT.upn}/passes", timeout=10)

    assert made.status_code == 201
    assert [each["value"] for each in get(f"{url}/api/graph/users/{STUDENT.upn}")["passes"]] == [
        made.json()["value"]
    ]


@pytest.mark.parametrize("wanted", [{}, {"kind": "king"}, {"kind": "student", "methods": "X"}])
def test_a_newcomer_of_no_known_kind_is_refused(url: str, wanted: dict[str, str]) -> None:
    a_problem(requests.post(f"{url}/api/people", json=wanted, timeout=10), 400)


def put_clock(url: str, document: object) -> requests.Response:
    return requests.put(f"{url}/api/clock", json=document, timeout=10)


def read_clock(url: str) -> datetime:
    return datetime.fromisoformat(get(f"{url}/api/clock")["now"])


def test_the_clock_starts_at_real_time_and_moves_both_ways(cloud: Cloud, url: str) -> None:
    second = timedelta(seconds=2)

    assert abs(read_clock(url) - datetime.now(UTC)) < second
    for moment in ("2030-03-20T09:00:00+09:00", "2020-03-20T00:00:00Z"):
        put_clock(url, {"now": moment}).raise_for_status()
        assert abs(read_clock(url) - datetime.fromisoformat(moment)) < second
        assert abs(cloud.graph.now() - datetime.fromisoformat(moment)) < second
    requests.delete(f"{url}/api/clock", timeout=10).raise_for_status()
    assert abs(read_clock(url) - datetime.now(UTC)) < second


def test_moving_the_clock_waits_for_the_timers(cloud: Cloud, url: str) -> None:
    seen: list[datetime] = []

    async def run() -> None:
        seen.append(cloud.now())

    cloud.run_timers = run
    put_clock(url, {"now": "2030-01-01T00:00:00Z"}).raise_for_status()

    assert [moment.year for moment in seen] == [2030]


def test_timers_that_fail_are_told(cloud: Cloud, url: str) -> None:
    async def run() -> None:
        raise RuntimeError("worker answered 500")

    cloud.run_timers = run

    assert "worker answered 500" in a_problem(put_clock(url, {"now": "2030-01-01T00:00:00Z"}), 502)


@pytest.mark.parametrize(
    "document",
    [
        {"now": "2030-03-20T09:00:00"},
        {"now": "tomorrow"},
        {"now": 5},
        {"now": "0001-01-01T00:00:00+14:00"},
        {},
        [],
        "x",
    ],
)
def test_a_bad_time_is_refused_and_moves_nothing(url: str, document: object) -> None:
    a_problem(put_clock(url, document), 400)

    assert abs(read_clock(url) - datetime.now(UTC)) < timedelta(seconds=2)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe"])
def test_a_body_that_is_no_json_is_refused(url: str, body: bytes) -> None:
    for path in ("clock", "faults"):
        a_problem(requests.put(f"{url}/api/{path}", data=body, timeout=10), 400)


def test_graph_state_of_a_person(cloud: Cloud, url: str) -> None:
    where = f"{url}/api/graph/users/{STUDENT.upn}"
    cloud.graph.create_pass(STUDENT.oid)
    state = get(where)

    assert state["enabled"] is True
    assert {"password", "microsoftAuthenticator", "phone"} <= {method["kind"] for method in state["methods"]}
    assert state["passes"][0].keys() == {"id", "value", "lifetimeInMinutes", "isUsable"}
    assert state["passes"][0]["value"]
    assert state["sessionsRevoked"] == 0


def test_a_person_registers_a_method(url: str) -> None:
    where = f"{url}/api/graph/users/{STUDENT.upn.upper()}"
    answer = requests.post(f"{where}/methods", json={"kind": "microsoftAuthenticator"}, timeout=10)
    kinds = [method["kind"] for method in get(where)["methods"]]

    assert answer.status_code == 201
    assert kinds.count("microsoftAuthenticator") == 2


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"kind": 5},
        {"kind": "telepathy"},
        {"kind": "fido2", "upn": "x"},
        {"kind": "phone", "phoneType": "x"},
    ],
)
def test_a_method_that_cannot_be_registered_is_refused(url: str, document: object) -> None:
    where = f"{url}/api/graph/users/{STUDENT.upn}/methods"
    a_problem(requests.post(where, json=document, timeout=10), 400)


def test_an_unknown_person_has_no_graph_state(url: str) -> None:
    where = f"{url}/api/graph/users/nobody@utac.example.ac.jp"

    a_problem(requests.get(where, timeout=10), 404)
    a_problem(requests.post(f"{where}/methods", json={"kind": "fido2"}, timeout=10), 404)


def put_faults(url: str, document: object) -> requests.Response:
    return requests.put(f"{url}/api/faults", json=document, timeout=10)


def test_switches_are_replaced_as_a_whole_and_counted_down(cloud: Cloud, url: str) -> None:
    put_faults(url, {"mail": {"status": 429}}).raise_for_status()
    put_faults(url, {"graph": {"status": 503, "times": 2, "operation": "POST"}}).raise_for_status()
    cloud.faults.take("graph", operation="POST passes")

    assert get(f"{url}/api/faults") == {"graph": {"status": 503, "times": 1, "operation": "POST"}}
    assert put_faults(url, {}).json() == {}


@pytest.mark.parametrize(
    "document",
    [
        {"grpah": {"status": 503}},
        {"graph": {"statsu": 503}},
        {"graph": {"status": "503"}},
        {"graph": {"times": True, "status": 503}},
        {"graph": 503},
        {"graph": [503]},
        {"azurite": {"stopped": "yes"}},
        [],
    ],
)
def test_an_unknown_switch_is_refused_and_changes_nothing(url: str, document: object) -> None:
    put_faults(url, {"mail": {"status": 429}}).raise_for_status()
    a_problem(put_faults(url, document), 400)

    assert get(f"{url}/api/faults") == {"mail": {"status": 429}}


def test_process_switches_reach_the_supervisor(cloud: Cloud, url: str) -> None:
    told: list[tuple[str, bool]] = []

    async def switch(name: str, stopped: bool) -> None:  # noqa: FBT001 - the shape of SwitchProcess
        told.append((name, stopped))

    cloud.switch_process = switch
    put_faults(url, {"worker": {"stopped": True}}).raise_for_status()

    assert told == [("azurite", False), ("worker", True), ("web", False)]


def test_calls_are_counted_and_reset(cloud: Cloud, url: str) -> None:
    cloud.calls.add("storage", "table.insert")
    cloud.calls.add("storage", "table.insert")

    assert get(f"{url}/api/calls")["storage"] == {"table.insert": 2}
    assert get(f"{url}/api/calls").keys() >= {"storage", "graph", "mail"}
    assert requests.delete(f"{url}/api/calls", timeout=10).status_code == 204
    assert get(f"{url}/api/calls")["storage"] == {}


def test_an_unknown_address_or_method_of_the_door_is_a_problem(url: str) -> None:
    a_problem(requests.get(f"{url}/api/nothing", timeout=10), 404)
    a_problem(requests.put(f"{url}/api/people", timeout=10), 404)
