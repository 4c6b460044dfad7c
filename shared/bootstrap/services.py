"""The ports of web and worker, made of the shipped adapters; one of each a process."""

from asyncio import to_thread
from datetime import timedelta
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.bootstrap.bearers import form_tokens, forms
from shared.bootstrap.cards import card_tokens
from shared.bootstrap.chosen import clock, rules, settings, site
from shared.bootstrap.outlets import close_telemetry, telemetry
from shared.bootstrap.parts import parts
from shared.bootstrap.visitors import fresh_sign_ins, sign_in_probe, staff_tokens

if TYPE_CHECKING:
    from azure.core.credentials import AzureKeyCredential
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.adapters.graph_client import GraphConnection
    from shared.adapters.records import Records
    from shared.adapters.signed_links import SignedLinks
    from shared.adapters.storage import Storage
    from shared.adapters.tables_limits import TableLimits
    from shared.services.health_ports import HealthPorts
    from shared.services.web_ports import WebPorts
    from shared.services.worker_ports import WorkerPorts


@cache
def storage() -> "Storage":
    """The storage accounts of this process."""
    from shared.adapters.storage import Storage, StorageAccount

    given = settings()
    needs_identity = bool(given.records_table_url or given.photos_blob_url)
    credential = _identity() if needs_identity else None
    return Storage(
        records=StorageAccount(
            connection_string=given.records_storage.get_secret_value(),
            table_url=given.records_table_url,
            queue_url=given.records_queue_url,
            credential=credential,
        ),
        photos=StorageAccount(
            connection_string=given.photos_storage.get_secret_value(),
            blob_url=given.photos_blob_url,
            credential=credential,
        ),
    )


@cache
def web() -> "WebPorts":
    """What the doors' use cases need."""
    from shared.adapters.package_mark import package_mark
    from shared.adapters.pillow_photos import PillowPhotoLab
    from shared.adapters.sealed_pass import RsaSealer
    from shared.adapters.system import SystemRandomness
    from shared.services.watch_sign_in import SignInWatch
    from shared.services.web_ports import WebPorts

    records, probe = _records(), sign_in_probe()
    return WebPorts(
        rules=rules(),
        clock=clock(),
        telemetry=telemetry(),
        randomness=SystemRandomness(),
        applications=records.applications,
        open_cases=records.open_cases,
        all_cases=records.all_cases,
        heads=records.heads,
        inbox=records.inbox,
        locks=records.locks,
        card_links=records.card_links,
        switches=records.switches,
        photos=records.photos,
        photo_lab=PillowPhotoLab(),
        limits=_limits(),
        hints=records.hints,
        poison=records.poison,
        accesses=records.accesses,
        links=_links(),
        sealer=RsaSealer(),
        forms=forms(),
        package=package_mark(),
        sign_in=SignInWatch(probe, monotonic) if probe else None,
    )


@cache
def worker() -> "WorkerPorts":
    """What the worker's use cases need."""
    from shared.adapters.acs_mail import AcsMailer
    from shared.adapters.graph_directory import GraphDirectory
    from shared.adapters.graph_methods import GraphMethods
    from shared.adapters.graph_passes import GraphPasses
    from shared.adapters.graph_sessions import GraphSignInSessions
    from shared.adapters.sealed_pass import RsaSealer
    from shared.adapters.system import SystemRandomness
    from shared.presentation.composer import Composer
    from shared.services.worker_ports import WorkerPorts

    given = settings()
    records = _records()
    graph = _graph()
    return WorkerPorts(
        rules=rules(),
        clock=clock(),
        telemetry=telemetry(),
        randomness=SystemRandomness(),
        applications=records.applications,
        heads=records.heads,
        open_cases=records.open_cases,
        inbox=records.inbox,
        sweep=records.inbox,
        due=records.due,
        locks=records.locks,
        card_links=records.card_links,
        switches=records.switches,
        budgets=records.budgets,
        meters=records.meters,
        limits_sweep=_limits(),
        photos=records.photos,
        photo_prints=records.photo_prints,
        hints=records.hints,
        poison=records.poison,
        directory=GraphDirectory(graph),
        methods=GraphMethods(graph, hash_key=given.method_hash_key.get_secret_value().encode()),
        passes=GraphPasses(graph),
        sessions=GraphSignInSessions(graph),
        sent_mails=records.sent_mails,
        mailer=AcsMailer(given.mail_endpoint, _mail_credential(), sender=given.mail_sender),
        composer=Composer(site()),
        links=_links(),
        staff_tokens=staff_tokens(),
        card_tokens=card_tokens(),
        fresh_sign_ins=fresh_sign_ins(),
        form_tokens=form_tokens(),
        sealer=RsaSealer(),
    )


@cache
def health() -> "HealthPorts":
    """What the checks of this process's environment need; Graph, mail and queues are the worker's alone."""
    from shared import names
    from shared.adapters.acs_probe import AcsCalls
    from shared.adapters.blob_backups import BlobBackups
    from shared.adapters.graph_probe import GraphCalls
    from shared.adapters.package_mark import package_mark
    from shared.adapters.storage_probe import StorageCalls
    from shared.bootstrap.key_marks import key_marks
    from shared.domain.rules import Removal
    from shared.services.health_ports import HealthPorts

    given, records, works = settings(), _records(), settings().app_role != "web"
    return HealthPorts(
        clock=clock(),
        calendar=rules().calendar,
        switches=records.switches,
        poison=records.poison,
        storage=StorageCalls(storage()),
        graph=GraphCalls(_graph()) if works else None,
        mail=AcsCalls(given.mail_endpoint, _mail_credential()) if works else None,
        sign_in=sign_in_probe(),
        reads=names.READ_BY_WORKER if works else names.READ_BY_WEB,
        changes=names.CHANGED_BY_WORKER if works else (),
        queues=tuple(each for each in names.QUEUES if each not in names.POISON_QUEUES) if works else (),
        poison_queues=names.POISON_QUEUES if works else (),
        containers=names.CONTAINERS if works else names.READ_BY_WEB_AS_BLOBS,
        erased=names.ERASED_BY_WORKER if works else (),
        has_country=bool(given.holiday_country),
        removes=given.old_methods is not Removal.KEEP,
        backups=BlobBackups(storage()) if works else None,
        backup_every=timedelta(hours=given.backup_hours),
        key_marks=key_marks(given),
        package=package_mark(),
    )


async def ensure_storage() -> None:
    """Create tables, queues and containers: for the emulator only, the cloud has them from its templates."""
    await storage().ensure()


async def close() -> None:
    """Close every connection this process opened."""
    await storage().close()
    await _graph().close()
    await to_thread(close_telemetry)  # it may wait for a collector


@cache
def _records() -> "Records":
    from shared.adapters.records import Records
    from shared.adapters.system import SystemRandomness

    return Records(storage(), SystemRandomness())


@cache
def _limits() -> "TableLimits":
    """Rows are named by a key that only web has; the worker only sweeps them."""
    from hashlib import sha256

    from shared import names
    from shared.adapters.tables_limits import TableLimits

    keys = [each.get_secret_value() for each in settings().cookie_keys]
    hash_key = sha256(f"limits\n{keys[-1]}".encode()).digest() if keys else b""
    return TableLimits(storage().table(names.TABLE_LIMITS), hash_key=hash_key)


@cache
def _links() -> "SignedLinks":
    from shared.adapters.signed_links import SignedLinks

    return SignedLinks([each.get_secret_value() for each in settings().link_keys])


@cache
def _identity() -> "AsyncTokenCredential":
    """The managed identity of this function app."""
    from azure.identity.aio import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=settings().identity_client_id or None)


@cache
def _graph() -> "GraphConnection":
    from shared.adapters.graph_client import GraphConnection

    given = settings()
    make = parts().graph_credential
    credential = make() if make else _identity()
    host = urlsplit(given.graph_url).hostname or ""
    return GraphConnection(given.graph_url, credential, allowed_hosts=[host], telemetry=telemetry())


def _mail_credential() -> "AsyncTokenCredential | AzureKeyCredential":
    make = parts().mail_credential
    return make() if make else _identity()
