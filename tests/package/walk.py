"""Every Graph call of this service, once, against the local Graph; prints where the SDK came from and what was answered.

Run as a process of its own (`python -m tests.package.walk`), because which SDK is found is a matter of the search path.
"""

import asyncio
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from aiohttp import web
from azure.core.credentials_async import AsyncTokenCredential

from local.calls import Calls
from local.entra.registrations import WORKER_GRAPH_ROLES
from local.faults import Faults
from local.graph.app import routes
from local.graph.store import GraphStore
from local.people import PEOPLE
from shared.adapters.graph_client import GraphConnection
from shared.adapters.graph_directory import GraphDirectory
from shared.adapters.graph_methods import GraphMethods
from shared.adapters.graph_passes import GraphPasses
from shared.adapters.graph_sessions import GraphSignInSessions
from shared.domain.accounts import MethodKind
from shared.ports import ForbiddenError
from tests.contract.graph.conftest import VERIFIER, AppCredential

_NOON = datetime(2026, 10, 9, 12, 0, tzinfo=UTC)
_KINDS = (
    "softwareOath",
    "fido2",
    "windowsHelloForBusiness",
    "platformCredential",
    "hardwareOath",
    "qrCodePin",
)


async def main() -> None:
    """Walk, and print at the end which operations of the local Graph were asked for."""
    store = GraphStore(PEOPLE, lambda: _NOON, Faults(), Calls())
    app = web.Application()
    app.add_routes(routes(store, VERIFIER))
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    connection = GraphConnection(
        f"http://127.0.0.1:{runner.addresses[0][1]}/v1.0",
        cast("AsyncTokenCredential", AppCredential(WORKER_GRAPH_ROLES)),
        allowed_hosts=["127.0.0.1"],
    )
    try:
        await _walk(connection, store)
    finally:
        await connection.close()
        await runner.cleanup()
    print(f"asked: {sorted({each.operation for each in store.journal})}")


async def _walk(connection: GraphConnection, store: GraphStore) -> None:
    import msgraph

    print(Path(msgraph.__file__).parent)
    student = next(person for person in PEOPLE if person.kind == "student")
    for kind in _KINDS:
        store.register_method(student.upn, kind)
    directory = GraphDirectory(connection)
    for person in PEOPLE:
        facts = await directory.facts(person.oid)
        assert facts is not None
        print(sorted((name, repr(_ordered(getattr(facts, name)))) for name in facts.__slots__))
    print(await directory.find(student.upn), await directory.find("nobody@utac.example.ac.jp"))
    print(await directory.employee_id(student.oid))
    methods = GraphMethods(connection, hash_key=b"a key of the walk")
    await GraphSignInSessions(connection).revoke(student.oid)
    passes = GraphPasses(connection)
    made = await passes.create(student.oid, minutes=60, one_time=True)
    print(made.expires_at - _NOON == timedelta(hours=1), bool(made.code))
    print([(each.usable, each.expires_at) for each in await passes.listed(student.oid)])
    for each in await methods.registered(student.oid):
        print(each.kind.value, each.label, each.fingerprint, bool(each.id), each.created_at is not None)
        if each.kind not in {MethodKind.UNKNOWN, MethodKind.TEMPORARY_ACCESS_PASS}:
            print(await methods.remove(student.oid, each))
    await passes.delete(student.oid, made.id)
    try:
        await passes.create(student.oid, minutes=1, one_time=True)
    except ForbiddenError as error:
        print(str(error).partition("(")[0])


def _ordered(value: object) -> object:
    """A set in an order that does not change from process to process."""
    return sorted(map(repr, value)) if isinstance(value, frozenset) else value


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asyncio.run(main())
