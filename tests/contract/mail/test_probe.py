"""Whether the mail service lets us in is seen by a question that sends nothing."""

import pytest
from azure.core.credentials import AzureKeyCredential

from local.mail.store import ACCESS_KEY
from shared.adapters.acs_probe import AcsCalls
from shared.ports import ForbiddenError, UnavailableError
from tests.contract.mail.conftest import Post


async def test_the_right_key_is_let_in_and_nothing_is_sent(post: Post) -> None:
    await AcsCalls(post.url, AzureKeyCredential(ACCESS_KEY)).ask()
    assert post.store.snapshot()["mails"] == []


async def test_a_wrong_key_is_refused(post: Post) -> None:
    with pytest.raises(ForbiddenError):
        await AcsCalls(post.url, AzureKeyCredential("d3Jvbmc=")).ask()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 403}, ForbiddenError),
        ({"status": 503}, UnavailableError),
        ({"status": 400}, UnavailableError),
        ({"drop": "before"}, UnavailableError),
    ],
)
async def test_a_role_that_is_missing_is_told_apart_from_a_service_that_is_down(
    post: Post, fault: dict[str, object], error: type[Exception]
) -> None:
    post.faults.put({"mail": fault})
    with pytest.raises(error):
        await AcsCalls(post.url, AzureKeyCredential(ACCESS_KEY)).ask()
