"""The local run's own configuration: ports, fixed ids, and the environment given to each child process.

Reads the `REREGISTER_*` variables of DESIGN section 10. The service itself reads only `shared/settings.py`.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import people
from shared.adapters.holiday_calendar import closed_days

TENANT_ID = "11111111-2222-4333-8444-555555555555"
APPLICANT_CLIENT_ID = "aaaaaaaa-0000-4000-8000-000000000001"
STAFF_CLIENT_ID = "aaaaaaaa-0000-4000-8000-000000000002"
API_CLIENT_ID = "aaaaaaaa-0000-4000-8000-000000000003"
FORMS_CLIENT_ID = "aaaaaaaa-0000-4000-8000-000000000004"
FRONTEND_CLIENT_ID = "aaaaaaaa-0000-4000-8000-000000000005"
WEB_IDENTITY_ID = "aaaaaaaa-0000-4000-8000-000000000011"
WORKER_IDENTITY_ID = "aaaaaaaa-0000-4000-8000-000000000012"

AUTHORITY_ORIGIN = "https://entra.localhost"
"""What the service calls; its injected HTTP session sends it to the local cloud (MSAL insists on https)."""
ISSUER = f"{AUTHORITY_ORIGIN}/{TENANT_ID}/v2.0"
MAIL_SENDER = "DoNotReply@mail.utac.example.ac.jp"
STAFF_AUTH_CONTEXT = "c1"

CARD_CLIENT_ID = "RP00000001"
CARD_PATH = "/api/realms/main/protocol/openid-connect"
"""Of the card's provider, below the local cloud's address (identity-verification.md 3.2)."""
FORMS_FILE = Path(__file__).parent / "forms.json"

MEMORY = "memory"
# Azurite's published development account. https://learn.microsoft.com/azure/storage/common/storage-use-azurite
_ACCOUNT = "devstoreaccount1"
_ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def local_secret(client_id: str) -> str:
    """The secret of a local application registration. It opens nothing but the imitation on this machine."""
    return f"local-{client_id[-4:]}-secret"


class BadConfigurationError(ValueError):
    """A `REREGISTER_*` variable makes no sense."""


def _new_card_client_key() -> str:
    from joserfc.jwk import ECKey

    key = ECKey.generate_key("P-256", {"kid": "local-card-client", "use": "sig", "alg": "ES256"})
    return json.dumps(key.as_dict(private=True))


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Where everything listens and where the local state lies."""

    port: int = 7071
    local_port: int = 7072
    azurite_port: int = 10000
    data: Path | None = None
    """Folder of the state that outlives a run; None keeps none."""
    scratch: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    """Folder of this run's own small files (the clock's offset)."""
    telemetry: str = ""
    """Where the service tells of itself: ``console``, or the address of a collector; empty: nowhere."""
    libraries: Path | None = None
    """Folder of libraries that come before those of the checkout's own environment; None: there is none."""
    closures: str = ""
    """The service's closed days, as its setting CLOSURES takes them; empty: its default."""
    evaluation: bool = False
    """Whether the service is only tried out: both processes are started with EVALUATION_MODE."""
    card_client_key: str = field(default_factory=_new_card_client_key, repr=False)
    """The service's private key (JWK) at the local card provider: made anew for each run."""
    master_key: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)

    @property
    def base_url(self) -> str:
        """The service's public address."""
        return f"http://localhost:{self.port}"

    @property
    def local_url(self) -> str:
        """The local cloud's address: another site than the service's, as in the cloud."""
        return f"http://127.0.0.1:{self.local_port}"

    @property
    def card_issuer(self) -> str:
        """Issuer of the local card provider (identity-verification.md 3.2)."""
        return self.local_url + CARD_PATH.removesuffix("/protocol/openid-connect")

    @property
    def clock_file(self) -> Path:
        """The business clock's file."""
        return (self.data or self.scratch) / "clock"

    @property
    def storage(self) -> str:
        """Connection string of the local Azurite."""
        ports = {"Blob": self.azurite_port, "Queue": self.azurite_port + 1, "Table": self.azurite_port + 2}
        endpoints = "".join(
            f"{name}Endpoint=http://127.0.0.1:{port}/{_ACCOUNT};" for name, port in ports.items()
        )  # fmt: skip
        return f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_ACCOUNT_KEY};{endpoints}"


def from_environment(environment: Mapping[str, str], *, scratch: Path) -> Configuration:
    """Read the `REREGISTER_*` variables. Raises BadConfigurationError naming the one that is wrong."""
    data = environment.get("REREGISTER_DATA", MEMORY) or MEMORY
    return Configuration(
        port=_port(environment, "REREGISTER_PORT", 7071),
        local_port=_port(environment, "REREGISTER_LOCAL_PORT", 7072),
        azurite_port=_port(environment, "REREGISTER_AZURITE_PORT", 10000),
        data=None if data == MEMORY else Path(data).expanduser().resolve(),
        scratch=scratch,
        closures=_closures(environment),
        telemetry=_telemetry(environment),
        libraries=_folder(environment, "REREGISTER_LIBRARIES"),
        evaluation=_switch(environment, "REREGISTER_EVALUATION"),
    )


def _folder(environment: Mapping[str, str], name: str) -> Path | None:
    given = environment.get(name, "")
    if given and not Path(given).is_dir():
        message = f"{name} is the folder of libraries that come first, and there is none at {given}"
        raise BadConfigurationError(message)
    return Path(given).resolve() if given else None


def _switch(environment: Mapping[str, str], name: str) -> bool:
    given = environment.get(name, "")
    if given not in {"", "0", "1"}:
        message = f"{name} is 1 or 0, not {given!r}"
        raise BadConfigurationError(message)
    return given == "1"


def _closures(environment: Mapping[str, str]) -> str:
    given = environment.get("REREGISTER_CLOSURES", "")
    try:
        closed_days([each.strip() for each in given.split(",") if each.strip()])
    except ValueError as error:
        message = (
            f"REREGISTER_CLOSURES holds days and spans such as 12-29/01-03,2027-02-06/2027-02-15: {error}"
        )
        raise BadConfigurationError(message) from error
    return given


def _telemetry(environment: Mapping[str, str]) -> str:
    given = environment.get("REREGISTER_TELEMETRY", "")
    if given not in {"", "none", "console"} and not given.startswith(("http://", "https://")):
        message = f"REREGISTER_TELEMETRY is console, none or the address of a collector, not {given!r}"
        raise BadConfigurationError(message)
    return "" if given == "none" else given


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name, "") or str(default)
    highest = 65535 - 2
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= highest:
        message = f"{name} must be a port number (1 to {highest}), not {given!r}"
        raise BadConfigurationError(message)
    return int(given)


def _shared(configuration: Configuration) -> dict[str, str]:
    return {
        "BASE_URL": configuration.base_url,
        "TENANT_ID": TENANT_ID,
        "TENANT_DOMAIN": people.TENANT_DOMAIN,
        "AzureWebJobsStorage": configuration.storage,
        "RecordsStorage": configuration.storage,
        "PhotosStorage": configuration.storage,
        "ENTRA_AUTHORITY": ISSUER,
        "STAFF_CLIENT_ID": STAFF_CLIENT_ID,
        "STAFF_AUTH_CONTEXT": STAFF_AUTH_CONTEXT,
        "LINK_KEYS": "local-link-key-0123456789-0123456789",
        "SUPPORT_NAME_JA": "見本サポート窓口",
        "SUPPORT_NAME_EN": "Sample Support Desk",
        "SUPPORT_EMAIL": "support@utac.example.ac.jp",
        "SUPPORT_PHONE": "03-0000-0000",
        "SUPPORT_URL": "https://support.utac.example.ac.jp/",
        "CLOSURES": configuration.closures,
        "EVALUATION_MODE": str(configuration.evaluation).lower(),
        **_told_to(configuration.telemetry),
        "CHANNELS": "form,website,office,identity_verification",
        "API_CLIENT_ID": API_CLIENT_ID,
        "VERIFY_ISSUER": configuration.card_issuer,
        "VERIFY_KEYS_URL": f"{configuration.local_url}{CARD_PATH}/certs",
        "VERIFY_CLIENT_ID": CARD_CLIENT_ID,
        "LINK_HASH_KEY": "local-link-hash-key-0123456789-0123456789",
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "REREGISTER_LOCAL_URL": configuration.local_url,
        "REREGISTER_CLOCK_FILE": str(configuration.clock_file),
    }


def _told_to(place: str) -> dict[str, str]:
    if place in {"", "console"}:
        return {"TELEMETRY": place}
    return {"TELEMETRY": "otlp", "OTLP_ENDPOINT": place}


def web_environment(configuration: Configuration) -> dict[str, str]:
    """Settings of the web process: sign-in secrets, and nothing of Graph or mail."""
    return _shared(configuration) | {
        "APP_ROLE": "web",
        "APPLICANT_CLIENT_ID": APPLICANT_CLIENT_ID,
        "APPLICANT_CLIENT_SECRET": local_secret(APPLICANT_CLIENT_ID),
        "STAFF_CLIENT_SECRET": local_secret(STAFF_CLIENT_ID),
        "API_FRONTENDS": FRONTEND_CLIENT_ID,
        "FORM_URL": f"{configuration.local_url}/form",
        "FORMS_FILE": str(FORMS_FILE),
        "VERIFY_AUTHORIZATION_URL": f"{configuration.local_url}{CARD_PATH}/auth",
        "VERIFY_TOKEN_URL": f"{configuration.local_url}{CARD_PATH}/token",
        "VERIFY_CLIENT_KEY": configuration.card_client_key,
        "COOKIE_KEYS": "local-cookie-key-0123456789-0123456789",
        **_GENEROUS,
        "REREGISTER_IDENTITY": WEB_IDENTITY_ID,
        "REREGISTER_IDENTITY_SECRET": local_secret(WEB_IDENTITY_ID),
    }


def worker_environment(configuration: Configuration) -> dict[str, str]:
    """Settings of the worker process: Graph and mail, and no secret of the sign-in applications."""
    return _shared(configuration) | {
        "APP_ROLE": "worker",
        "GRAPH_URL": f"{configuration.local_url}/v1.0",
        "MAIL_ENDPOINT": configuration.local_url,
        "MAIL_SENDER": MAIL_SENDER,
        "METHOD_HASH_KEY": "local-method-hash-key-0123456789-0123456789",
        "APPLICANT_CLIENT_ID": APPLICANT_CLIENT_ID,
        "PROTECTED_GROUPS": ",".join(people.PROTECTED_GROUPS),
        "REVIEWER_ADDRESSES": _addresses("reviewer"),
        "OPERATOR_ADDRESSES": _addresses("operator"),
        "OFFICE_SCOPES": json.dumps(people.OFFICE_SCOPES, ensure_ascii=False),
        "BACKUP_HOURS": "0",
        "PASSES_PER_HOUR": "5000",
        "PASSES_PER_DAY": "50000",
        "MAIL_PER_MINUTE": "600",
        "MAIL_PER_HOUR": "6000",
        "REREGISTER_IDENTITY": WORKER_IDENTITY_ID,
        "REREGISTER_IDENTITY_SECRET": local_secret(WORKER_IDENTITY_ID),
    }


_GENEROUS = {
    f"LIMIT_{name}": "100000"
    for name in (
        "SIGN_INS",
        "UPLOADS_OF_NETWORK",
        "VERIFICATIONS",
        "WEBHOOK_POSTS",
        "APPLICATIONS",
        "UPLOADS",
        "PASS_REQUESTS",
        "DECISIONS",
        "PHOTO_VIEWS",
        "LOOK_UPS",
        "SUBMISSIONS",
        "FORM_RESPONSES",
    )
}
"""Everybody here calls from one address, and a few sample people stand for many; tests of the limits set their own."""


def _addresses(kind: str) -> str:
    """Staff read their own mailboxes: they are not locked out."""
    return ",".join(person.upn for person in people.PEOPLE if person.kind == kind)


def child_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """A child's whole environment: the machine's basics plus its settings, so that nothing else leaks in."""
    basics = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in basics if name in os.environ} | dict(settings)
