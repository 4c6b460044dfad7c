"""The control page and the mailbox page."""

import requests

from local import people
from local.cloud import Cloud
from local.control.pages import with_links
from tests.contract.control.test_json_door import send


def page(url: str) -> str:
    answer = requests.get(url, timeout=10)
    answer.raise_for_status()
    return answer.text


def test_the_control_page_shows_people_clock_faults_and_counts(cloud: Cloud, url: str) -> None:
    cloud.calls.add("graph", "GET users")
    text = page(f"{url}/")

    assert all(person.upn in text and person.password in text for person in people.PEOPLE)
    assert "GET users: 1" in text
    assert f"{cloud.settings.base_url}/apply" in text
    assert "second_pass" in text


def test_a_pass_value_is_not_on_the_control_page(cloud: Cloud, url: str) -> None:
    code = cloud.graph.create_pass(people.PEOPLE[0].oid)["temporaryAccessPass"]

    assert code not in page(f"{url}/")


def test_the_mailbox_shows_html_in_a_sandbox_and_text_with_links(cloud: Cloud, url: str) -> None:
    send(cloud, "a@mail.example.com", "<b>one</b>")
    number = cloud.mail.messages()[0]["id"]
    listed, shown = page(f"{url}/mailbox"), page(f"{url}/mailbox/{number}")
    html = requests.get(f"{url}/mailbox/{number}?part=html", timeout=10)

    assert "&lt;b&gt;one&lt;/b&gt;" in listed
    assert "sandbox=" in shown
    assert "text of" in shown
    assert html.headers["Content-Security-Policy"].startswith("sandbox")
    assert "allow-scripts" not in html.headers["Content-Security-Policy"] + shown


def test_the_mailbox_of_one_address(cloud: Cloud, url: str) -> None:
    send(cloud, "a@mail.example.com", "for-a")
    send(cloud, "b@mail.example.com", "for-b")
    text = page(f"{url}/mailbox?to=a@mail.example.com")

    assert "for-a" in text
    assert "for-b" not in text


def test_a_mail_that_does_not_exist(url: str) -> None:
    assert requests.get(f"{url}/mailbox/none", timeout=10).status_code == 404


def test_links_in_text_are_clickable_and_everything_else_is_text() -> None:
    made = with_links("<i> http://localhost:7071/pickup/1?key=a&b=c を開く「https://x.example/」")

    assert made == (
        '&lt;i&gt; <a href="http://localhost:7071/pickup/1?key=a&amp;b=c">'
        "http://localhost:7071/pickup/1?key=a&amp;b=c</a> を開く"
        '「<a href="https://x.example/">https://x.example/</a>」'
    )
