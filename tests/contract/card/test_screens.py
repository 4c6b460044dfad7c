"""The app's screens: on the phone alone, and on a PC with the phone and the 6-digit number."""

import re
from urllib.parse import urlsplit

import pytest
import requests

from local.cloud import Cloud
from tests.contract.card import steps
from tests.contract.card.party import TARO, returned

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"}


def page(cloud: Cloud, **how: str) -> requests.Response:
    wanted = steps.parameters(cloud) | how
    return requests.get(steps.endpoint(cloud, "auth"), params=wanted, timeout=10)


def action(answer: requests.Response) -> str:
    found = re.search(r'action="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def post(address: str, **form: str) -> requests.Response:
    return requests.post(address, data=form, allow_redirects=False, timeout=10)


def number_on(answer: requests.Response) -> str:
    found = re.search(r'id="number">(\d{6})<', answer.text)
    assert found is not None, answer.text
    return found[1]


@pytest.fixture
def pc(cloud: Cloud) -> tuple[str, str]:
    """A PC that waits: where its form posts to, and the phone's address."""
    where = action(page(cloud, view="pc"))
    return where, where.removesuffix("/number")


def test_a_phone_gets_the_phone_and_a_pc_the_code_to_scan(cloud: Cloud) -> None:
    wanted = steps.parameters(cloud)
    phone = requests.get(steps.endpoint(cloud, "auth"), params=wanted, headers=PHONE, timeout=10)

    assert 'value="allow"' in phone.text
    assert "<svg" not in phone.text
    assert "<svg" in page(cloud).text
    assert 'value="allow"' not in page(cloud).text
    assert 'value="allow"' in page(cloud, view="phone").text


def test_on_the_phone_everybody_can_be_chosen_with_what_is_printed_on_their_card(cloud: Cloud) -> None:
    told = page(cloud, view="phone").text

    assert "見本\u3000花子" in told
    assert "O&#39;SAMPLE ANNE" in told
    assert "no name" in told


def test_allowing_on_the_phone_goes_back_with_a_code_once(cloud: Cloud) -> None:
    where = action(page(cloud, view="phone"))
    answer = post(where, person=TARO.upn, outcome="allow")

    assert steps.redeem(cloud, returned(answer)["code"]).status_code == 200
    assert post(where, person=TARO.upn, outcome="allow").status_code == 410


def test_two_wrong_pins_may_be_corrected_and_the_third_locks(cloud: Cloud) -> None:
    where = action(page(cloud, view="phone"))
    first, second, third = (post(where, person=TARO.upn, outcome="wrong_pin") for _ in range(3))

    assert "2 left" in first.text
    assert "1 left" in second.text
    assert "locked" in returned(third)["error_description"]


def test_nobody_is_verified_without_a_person(cloud: Cloud) -> None:
    where = action(page(cloud, view="phone"))
    assert post(where, person="nobody@example.org", outcome="allow").status_code == 200
    assert post(where, outcome="allow").status_code == 200
    assert post(where, outcome="nonsense").status_code == 400


def test_on_a_pc_the_number_of_the_phone_is_typed(cloud: Cloud, pc: tuple[str, str]) -> None:
    where, phone = pc
    assert "has not finished" in post(where, number="123456").text
    number = number_on(post(phone, person=TARO.upn, outcome="allow"))
    wrong = f"{(int(number) + 1) % 10**6:06}"

    assert "This is not the number" in post(where, number=wrong).text
    assert "code" in returned(post(where, number=number))
    assert post(where, number=number).status_code == 410


def test_a_number_that_ran_out_is_replaced_by_a_new_one(cloud: Cloud, pc: tuple[str, str]) -> None:
    where, phone = pc
    old = number_on(post(phone, person=TARO.upn, outcome="number_expired"))
    assert "has expired" in post(where, number=old).text
    new = number_on(post(phone, person=TARO.upn, outcome="allow"))
    assert "code" in returned(post(where, number=new))


def test_the_life_of_a_number_is_a_switch(cloud: Cloud, pc: tuple[str, str]) -> None:
    where, phone = pc
    cloud.faults.put({"card": {"number_seconds": 0}})
    number = number_on(post(phone, person=TARO.upn, outcome="allow"))
    assert "has expired" in post(where, number=number).text


def test_what_is_cancelled_on_the_phone_ends_on_the_pc(cloud: Cloud, pc: tuple[str, str]) -> None:
    where, phone = pc
    told = post(phone, person=TARO.upn, outcome="cancel")

    assert told.status_code == 200
    assert "Go back to the PC" in told.text
    assert returned(post(where, number=""))["error"] == "access_denied"


def test_the_code_to_scan_leads_to_the_phone_s_page(cloud: Cloud, pc: tuple[str, str]) -> None:
    phone = pc[1]
    answer = requests.get(phone, timeout=10)

    assert urlsplit(phone).hostname == "127.0.0.1"
    assert 'value="allow"' in answer.text
    assert requests.get(f"{phone}x", timeout=10).status_code == 410
