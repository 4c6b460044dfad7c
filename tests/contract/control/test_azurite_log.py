"""Azurite's access log tells the kind of each call. The lines are Azurite 3.35's own."""

import pytest

from local.azurite import kind_of

LINES = [
    ("POST /a/Tables HTTP/1.1", "table.create-table"),
    ("POST /a/applications HTTP/1.1", "table.insert"),
    ("PATCH /a/applications(PartitionKey='a',RowKey='b') HTTP/1.1", "table.update"),
    ("PUT /a/applications(PartitionKey='a',RowKey='b') HTTP/1.1", "table.update"),
    ("GET /a/applications(PartitionKey='a',RowKey='b') HTTP/1.1", "table.get"),
    ("GET /a/applications()?$filter=PartitionKey%20eq%20%27a%27 HTTP/1.1", "table.query"),
    ("DELETE /a/applications(PartitionKey='a',RowKey='c') HTTP/1.1", "table.delete"),
    ("POST /a/$batch HTTP/1.1", "table.transaction"),
    ("PUT /a/review HTTP/1.1", "queue.create"),
    ("GET /a/review?comp=metadata HTTP/1.1", "queue.properties"),
    ("POST /a/review/messages?messagettl=-1 HTTP/1.1", "queue.send"),
    ("GET /a/review/messages?numofmessages=16&visibilitytimeout=600 HTTP/1.1", "queue.receive"),
    ("GET /a/review/messages?peekonly=true HTTP/1.1", "queue.peek"),
    ("PUT /a/review/messages/0671?popreceipt=x&visibilitytimeout=5 HTTP/1.1", "queue.update"),
    ("DELETE /a/review/messages/0671?popreceipt=x HTTP/1.1", "queue.delete"),
    ("DELETE /a/review/messages HTTP/1.1", "queue.clear"),
    ("PUT /a/id-photos?restype=container HTTP/1.1", "blob.create-container"),
    ("GET /a/id-photos?restype=container&comp=list HTTP/1.1", "blob.list"),
    ("PUT /a/id-photos/x/y.jpg HTTP/1.1", "blob.put"),
    ("GET /a/id-photos/x/y.jpg HTTP/1.1", "blob.get"),
    ("HEAD /a/id-photos/x/y.jpg HTTP/1.1", "blob.properties"),
    ("DELETE /a/id-photos/x/y.jpg HTTP/1.1", "blob.delete"),
    ("PUT /a/id-photos/x/y.jpg?comp=lease HTTP/1.1", "blob.lease"),
    ("PUT /a/azure-webjobs-hosts/locks/web/tick?comp=lease HTTP/1.1", "host.lease"),
    ("PUT /a/azure-webjobs-hosts/timers/web/tick/status HTTP/1.1", "host.put"),
]


@pytest.mark.parametrize(("request_line", "kind"), LINES)
def test_each_call_has_its_kind(request_line: str, kind: str) -> None:
    assert kind_of(f'127.0.0.1 - - [24/Nov/2026:04:13:27 +0000] "{request_line}" 201 -') == kind


def test_other_lines_are_not_counted() -> None:
    assert kind_of("Azurite Blob service is starting at http://127.0.0.1:10000") is None
