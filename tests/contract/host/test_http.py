"""HTTP rules of the Functions host (reference: azure-functions-host; ASP.NET Core routing)."""

import json
import socket
import threading

import pytest

from tests.contract.host.processes import FUNCTION_KEY, MASTER_KEY, HostProcess, wait_for


def test_a_function_sees_headers_query_and_route_as_the_platform_gives_them(shared_host: HostProcess) -> None:
    """Header names are lower-case; repeated headers and query values are joined; empty values are dropped."""
    answer = shared_host.request(
        "GET", "/echo/7/bob%20b?x=1&x=2&y=&Z=%E3%81%82", headers=[("X-Probe", "a"), ("x-probe", "b")]
    )

    seen = answer.json()
    assert seen["headers"]["x-probe"] == "a,b"
    assert all(name == name.lower() for name in seen["headers"])
    assert seen["query"] == {"x": "1,2", "Z": "あ"}
    assert seen["route"] == {"id": "7", "name": "bob b"}
    assert seen["url"] == f"http://127.0.0.1:{shared_host.port}/echo/7/bob%20b?x=1&x=2&y=&Z=%E3%81%82"


def test_an_optional_parameter_that_was_not_given_is_absent(shared_host: HostProcess) -> None:
    assert shared_host.request("GET", "/echo/7").json()["route"] == {"id": "7"}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/items/special", b"special"),
        ("GET", "/ITEMS/Special/", b"special"),
        ("GET", "/items/12", b"numbered"),
        ("GET", "/items/x12", b"any x12"),
        ("POST", "/items/special", b"posted"),
        ("GET", "/", b"home"),
    ],
)
def test_the_most_specific_route_of_that_method_answers(
    shared_host: HostProcess, method: str, path: str, expected: bytes
) -> None:
    answer = shared_host.request(method, path, body=b"" if method == "POST" else None)

    assert (answer.status, answer.body) == (200, expected)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/echo/seven"),  # constraint
        ("GET", "/echo/7/a/b"),
        ("GET", "/nowhere"),
        ("PUT", "/echo/7"),  # method: no match at all, not 405
        ("HEAD", "/items/special"),
        ("OPTIONS", "/items/special"),
        ("GET", "/switched-off"),
    ],
)
def test_what_no_route_takes_is_404_and_empty(shared_host: HostProcess, method: str, path: str) -> None:
    answer = shared_host.request(method, path)

    assert (answer.status, answer.body) == (404, b"")


def test_head_runs_the_function_and_sends_no_body(shared_host: HostProcess) -> None:
    answer = shared_host.request("HEAD", "/echo/7")

    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.all("Content-Length")[0]) > 0


def test_a_body_with_length_arrives(shared_host: HostProcess) -> None:
    assert shared_host.request("POST", "/echo/7", body=b"\x00\xff" * 9).json()["body"] == "\x00\xff" * 9


def test_a_chunked_body_arrives_empty(shared_host: HostProcess) -> None:
    answer = shared_host.request(
        "POST", "/echo/7", headers=[("Transfer-Encoding", "chunked")], body=b"3\r\nabc\r\n0\r\n\r\n"
    )

    assert (answer.status, answer.json()["body"]) == (200, "")


def test_a_post_without_length_arrives_empty(shared_host: HostProcess) -> None:
    with socket.create_connection(("127.0.0.1", shared_host.port), timeout=10) as raw:
        raw.sendall(b"POST /echo/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b"".join(iter(lambda: raw.recv(65536), b""))

    assert received.startswith(b"HTTP/1.1 200")
    assert json.loads(received.split(b"\r\n\r\n")[1])["body"] == ""


def test_a_body_over_100_mb_is_413(shared_host: HostProcess) -> None:
    """The declared length decides; the largest allowed one is not refused for it."""
    assert shared_host.request("POST", "/echo/7", headers=[("Content-Length", "104857601")]).status == 413


def test_an_address_over_4_kb_is_414(shared_host: HostProcess) -> None:
    room = 4096 - len(f"http://127.0.0.1:{shared_host.port}/echo/7?q=")

    assert shared_host.request("GET", "/echo/7?q=" + "a" * room).status == 200
    assert shared_host.request("GET", "/echo/7?q=" + "a" * (room + 1)).status == 414


def test_sign_in_headers_of_a_caller_are_stripped(shared_host: HostProcess) -> None:
    forged = [
        ("X-MS-CLIENT-PRINCIPAL", "e30="),
        ("x-ms-client-principal-id", "1"),
        ("X-MS-TOKEN-AAD-ID-TOKEN", "t"),
    ]
    seen = shared_host.request("GET", "/echo/7", headers=forged).json()["headers"]

    assert not [name for name in seen if name.startswith("x-ms-")]


def test_the_peer_is_the_last_hop(shared_host: HostProcess) -> None:
    """What the caller claims stays in front; the address that the host saw is added at the right."""
    claimed = shared_host.request("GET", "/echo/7", headers=[("X-Forwarded-For", "203.0.113.9")]).json()

    assert claimed["headers"]["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
    assert shared_host.request("GET", "/echo/7").json()["headers"]["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/boom", "/bad-header"])
def test_a_failing_function_is_500_and_empty(shared_host: HostProcess, path: str) -> None:
    answer = shared_host.request("GET", path)

    assert (answer.status, answer.body) == (500, b"")
    assert not answer.all("X-Injected")


def test_of_a_repeated_header_the_last_survives_and_every_cookie(shared_host: HostProcess) -> None:
    """Cookies are rendered anew: values escaped, attributes lower-case and in the platform's order."""
    answer = shared_host.request("GET", "/headers")

    assert answer.status == 201
    assert answer.all("X-Twice") == ["last"]
    assert answer.all("Set-Cookie") == [
        "plain=1",
        "full=a%2Fb%3D%3D; max-age=60; path=/here; secure; samesite=strict; httponly",
        "dated=2; expires=Wed, 21 Oct 2026 07:28:00 GMT; secure; samesite=none",
        "__Host-id=3; max-age=0; path=/; samesite=lax",
    ]


def test_the_trace_of_the_caller_goes_on(shared_host: HostProcess) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    seen = shared_host.request(
        "GET", "/echo/7", headers=[("traceparent", f"00-{trace}-b7ad6b7169203331-01")]
    ).json()

    assert seen["trace"].split("-")[1] == trace
    assert seen["trace"].split("-")[2] != "b7ad6b7169203331"


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/guarded", None, 401),
        ("/guarded", "wrong", 401),
        ("/guarded", FUNCTION_KEY, 200),
        ("/guarded", MASTER_KEY, 200),
        (f"/guarded?code={FUNCTION_KEY}", None, 200),
        (f"/guarded?code={FUNCTION_KEY}", "wrong", 401),  # the header comes first, right or wrong
        (f"/guarded?code={FUNCTION_KEY}", "", 401),
        ("/guarded?code=wrong", FUNCTION_KEY, 200),
        ("/owned", FUNCTION_KEY, 401),
        ("/owned", MASTER_KEY, 200),
        (f"/owned?code={MASTER_KEY}", None, 200),
    ],
)
def test_keys_open_what_their_level_opens(
    shared_host: HostProcess, path: str, header: str | None, status: int
) -> None:
    answer = shared_host.request("GET", path, headers=[] if header is None else [("x-functions-key", header)])

    assert answer.status == status
    assert answer.body == (b"ok" if status == 200 else b"")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/admin/functions/weekly_failing", b"{}", 202),
        ("/admin/functions/Weekly_Failing", b'{"input": null}', 202),
        ("/admin/functions/weekly_failing", b"null", 400),
        ("/admin/functions/weekly_failing", b"", 400),
        ("/admin/functions/weekly_failing", b"[1", 400),
        ("/admin/functions/no_such_function", b"{}", 404),
    ],
)
def test_admin_starts_a_function_by_name(
    shared_host: HostProcess, path: str, body: bytes, status: int
) -> None:
    answer = shared_host.admin("POST", path, body=body)

    assert (answer.status, answer.body) == (status, b"")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/admin/functions/hourly"), ("GET", "/admin/host/status")]
)
def test_admin_wants_the_master_key(shared_host: HostProcess, method: str, path: str) -> None:
    for headers in ([], [("x-functions-key", FUNCTION_KEY)]):
        answer = shared_host.request(method, path, headers=headers, body=b"{}")
        assert (answer.status, answer.body) == (401, b"")


def test_admin_gives_a_queue_function_its_text(shared_host: HostProcess) -> None:
    """The input is the message's text; there is no message, so no metadata."""
    answer = shared_host.admin(
        "POST", "/admin/functions/on_job", body=b'{"input": "{\\"by\\": \\"admin\\"}"}'
    )

    assert answer.status == 202
    done = wait_for(lambda: shared_host.journal("job ends", text='{"by": "admin"}'))
    assert done[0]["id"] is None


def test_admin_tells_the_status(shared_host: HostProcess) -> None:
    assert shared_host.admin("GET", "/admin/host/status").json()["state"] == "Running"


def test_a_function_that_blocks_its_loop_does_not_stall_the_host(shared_host: HostProcess) -> None:
    blocked = threading.Thread(target=shared_host.request, args=("GET", "/block/1500"))
    blocked.start()
    wait_for(lambda: shared_host.journal("block begins"))

    assert shared_host.admin("GET", "/admin/host/status").status == 200
    assert blocked.is_alive()
    blocked.join()


def test_a_function_that_takes_too_long_fails(shared_host: HostProcess) -> None:
    """host.json says functionTimeout 3 s."""
    assert shared_host.request("GET", "/pause/8000").status == 500
    assert "FunctionTimeout" in shared_host.log


def test_the_log_has_no_path_query_body_or_key(shared_host: HostProcess) -> None:
    secret = "a-link-token"
    shared_host.request(
        "POST",
        f"/items/{secret}?{secret}={secret}&code={FUNCTION_KEY}",
        headers=[("Cookie", secret)],
        body=b"a-link-token",
    )
    shared_host.request("POST", "/send", body=json.dumps({"by": secret}).encode())
    wait_for(lambda: shared_host.journal("job ends", text=json.dumps({"by": secret})))

    lines = [json.loads(line) for line in shared_host.log.splitlines() if line.startswith("{")]
    assert any(line["message"] == "request" and line.get("function") == "post_item" for line in lines)
    for forbidden in (secret, FUNCTION_KEY, MASTER_KEY):
        assert forbidden not in shared_host.log
