"""The only reader of the environment: typed, complete or refused, silent about secrets.

Names are upper case in the environment. A process reads only what its role needs; what is missing is named all at once.
"""

import os
from datetime import time
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.channel_settings import ChannelSettings, Names
from shared.domain.kinds import Channel
from shared.domain.rules import Removal
from shared.key_list import in_order
from shared.risk_settings import RiskSettings
from shared.storage_settings import StorageSettings
from shared.telemetry_settings import TelemetrySettings

_SHORTEST_KEY = 32
_REFERENCE = "@microsoft.keyvault("
_NOT_YET = "not-set"  # what infra/vault.bicep puts into the vault before the operator does; every key is longer anyway
_SET_BY_THE_PLATFORM = ("WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_POD_NAME")
_MOST_STAFF_ADDRESSES = 40
_PASSWORD_PAGE = "https://passwordreset.microsoftonline.com/?whr=univtokyo.onmicrosoft.com"  # noqa: S105 - an address


def app_role() -> str:
    """Which functions this process serves: ``web``, ``worker`` or ``all``; read alone so that indexing needs nothing else."""
    return os.environ.get("APP_ROLE", "all")


def in_the_cloud() -> bool:
    """Whether this process runs on the platform; it counts as running there unless it surely does not.

    A developer's machine says ``AZURE_FUNCTIONS_ENVIRONMENT=Development`` (so do Core Tools) and has none of the names that
    the platform sets; which of them a plan sets differs.
    """
    if os.environ.get("AZURE_FUNCTIONS_ENVIRONMENT", "") != "Development":
        return True
    return any(os.environ.get(name) for name in _SET_BY_THE_PLATFORM)


def keep_exporter_to_itself() -> None:
    """Application Insights' exporter then tells its maker nothing of itself and takes no orders from afar.

    https://learn.microsoft.com/azure/azure-monitor/app/statsbeat; it reads the environment only.
    """
    for name in ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED", "CONTROLPLANE_DISABLED"):
        os.environ.setdefault(f"APPLICATIONINSIGHTS_{name}", "true")


class Settings(StorageSettings, ChannelSettings, RiskSettings, TelemetrySettings):
    """Everything that can be set, with its default; secrets never show in ``repr``."""

    app_role: Literal["web", "worker", "all"] = "all"
    base_url: str
    tenant_id: str
    tenant_domain: str = ""

    entra_authority: str = ""
    applicant_client_id: str = ""
    applicant_client_secret: SecretStr = SecretStr("")
    staff_client_id: str
    staff_client_secret: SecretStr = SecretStr("")
    sign_in_with_identity: bool = False
    staff_auth_context: str = "c1"
    link_keys: Annotated[tuple[SecretStr, ...], NoDecode]
    cookie_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()

    graph_url: str = "https://graph.microsoft.com/v1.0"
    mail_endpoint: str = ""
    mail_sender: str = ""
    method_hash_key: SecretStr = SecretStr("")
    protected_groups: Names = ()
    reviewer_addresses: Names = ()
    operator_addresses: Names = ()
    mail_per_minute: int = Field(30, ge=1)
    mail_per_hour: int = Field(100, ge=1)

    time_zone: str = "Asia/Tokyo"
    holiday_country: str = "JP"
    opens_at: time = time(9, 0)
    closes_at: time = time(17, 0)
    business_weekdays: Names = ("1", "2", "3", "4", "5")
    closures: Names = ("12-29/01-03",)
    extra_days: Names = ()

    review_within_hours: float = Field(4, gt=0)
    return_days: int = Field(5, ge=1)
    pickup_days: int = Field(5, ge=1)
    cooling_off_hours: float = Field(24, ge=0)
    photo_retention_days: float = Field(7, ge=0)
    details_retention_days: float = Field(30, ge=0)
    case_retention_days: float = Field(180, ge=30)
    unconfirmed_retention_days: float = Field(7, ge=0)
    evaluation_mode: bool = False
    backup_hours: int = Field(6, ge=0, le=24)
    backup_days: int = Field(14, ge=1, le=60)
    max_passes: int = Field(5, ge=1)
    one_time_pass: bool = True
    old_methods: Removal = Removal.REMOVE_AFTER_REGISTRATION

    site_name_ja: str = "本人確認方法の再登録"
    site_name_en: str = "Re-registration of verification methods"
    account_name_ja: str = "UTokyo Account"
    account_name_en: str = "UTokyo Account"
    support_name_ja: str = "サポート窓口"
    support_name_en: str = "Support desk"
    support_email: str = ""
    support_phone: str = ""
    support_url: str = ""
    support_hours_ja: str = "平日9:00～17:00"
    support_hours_en: str = "weekdays 9:00–17:00 (Japan time)"
    security_info_url: str = "https://mysignins.microsoft.com/security-info"
    setup_guide_url_ja: str = "https://utelecon.adm.u-tokyo.ac.jp/utokyo_account/mfa/initial/"
    setup_guide_url_en: str = "https://utelecon.adm.u-tokyo.ac.jp/en/utokyo_account/mfa/initial/"
    office_ja: str = (
        "所属の学部・研究科等の窓口（学生は学務・教務担当，教職員は人事担当）に，学生証・職員証をお持ちになり，"
        "「本人確認方法の再登録」とお申し出ください．"
    )
    office_en: str = (
        "Go to the office of your faculty or graduate school (students: academic office, staff: personnel office) "
        "with your ID card, and ask to reregister your verification method."
    )
    office_hours_ja: str = "平日（土日祝日・年末年始を除く）．受付時間は窓口ごとに異なります．"
    office_hours_en: str = (
        "On weekdays, not on holidays or at the end of the year; each office has hours of its own."
    )
    password_url_ja: str = _PASSWORD_PAGE
    password_url_en: str = _PASSWORD_PAGE
    password_ja: str = (
        "登録済みの連絡先メールアドレスに届く確認コードで，パスワードを設定し直せます．メールを読めない場合は，"  # noqa: S105 - words
        "学生証・職員証をお持ちになり，所属の学部・研究科等の窓口で「パスワード通知書」の再発行をお申し出ください．"
    )
    password_en: str = (
        "With a code that is sent to your contact address on file you can set a new password yourself. If you cannot "  # noqa: S105 - words
        "read that email, go to the office of your faculty or graduate school with your ID card and ask for a new "
        "password notice."
    )

    @field_validator("link_keys", "cookie_keys", mode="before")
    @classmethod
    def _key_list(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
        return in_order(value.split(",")) if isinstance(value, str) else value

    @field_validator(
        "protected_groups",
        "reviewer_addresses",
        "operator_addresses",
        "business_weekdays",
        "closures",
        "extra_days",
        mode="before",
    )
    @classmethod
    def _list(cls, value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
        return (
            [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        )

    @field_validator("closures", "extra_days")
    @classmethod
    def _days(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Refused at the start, not at the first page that asks when staff are there."""
        from shared.adapters.holiday_calendar import closed_days, opened_days

        read = closed_days if info.field_name == "closures" else opened_days
        try:
            read(value)
        except ValueError:
            raise ValueError(
                "days as 2026-08-10, spans as 2026-08-10/2026-08-15; closures also 12-29/01-03"
            ) from None
        return value

    @field_validator("protected_groups")
    @classmethod
    def _group_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Object ids, in the one spelling they are compared in: a name or a slip would guard nobody."""
        return tuple(str(UUID(each)) for each in value)

    @field_validator("reviewer_addresses", "operator_addresses")
    @classmethod
    def _not_too_many(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Each mail owed is a row of the commit that owes it, and a commit holds a hundred."""
        if len(value) > _MOST_STAFF_ADDRESSES:
            raise ValueError(f"at most {_MOST_STAFF_ADDRESSES} addresses; use a distribution list")
        return value

    @field_validator("base_url", "graph_url", "mail_endpoint", "entra_authority")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        problems = [*self._missing(), *self._unsafe_keys(), *self._unsafe_in_the_cloud()]
        if self.evaluation_mode and not (self.support_email or self.support_phone or self.support_url):
            problems.append(
                "EVALUATION_MODE needs SUPPORT_EMAIL, SUPPORT_PHONE or SUPPORT_URL: who helps meanwhile"
            )
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @cached_property
    def authority(self) -> str:
        """The tenant's OpenID Connect authority, which is the issuer of its tokens too."""
        return self.entra_authority or f"https://login.microsoftonline.com/{self.tenant_id}/v2.0"

    def _missing(self) -> list[str]:
        both = {
            "RecordsStorage (or RecordsStorage__tableServiceUri and __queueServiceUri)": bool(
                self.records_storage.get_secret_value() or (self.records_table_url and self.records_queue_url)
            ),
            "PhotosStorage (or PhotosStorage__blobServiceUri)": bool(
                self.photos_storage.get_secret_value() or self.photos_blob_url
            ),
            "LINK_KEYS": bool(self.link_keys),
        }
        web = {
            "APPLICANT_CLIENT_ID": bool(self.applicant_client_id),
            "APPLICANT_CLIENT_SECRET": self.sign_in_with_identity
            or bool(self.applicant_client_secret.get_secret_value()),
            "STAFF_CLIENT_SECRET": self.sign_in_with_identity
            or bool(self.staff_client_secret.get_secret_value()),
            "COOKIE_KEYS": bool(self.cookie_keys),
            "FORMS_DOMAINS (or TENANT_DOMAIN)": bool(self.forms_domains or self.tenant_domain)
            or not self.is_on(Channel.FORM),
        }
        worker = {
            "MAIL_ENDPOINT": bool(self.mail_endpoint),
            "MAIL_SENDER": bool(self.mail_sender),
            "METHOD_HASH_KEY": bool(self.method_hash_key.get_secret_value()),
            "REVIEWER_ADDRESSES": bool(self.reviewer_addresses),
            "OPERATOR_ADDRESSES": bool(self.operator_addresses),
        }
        wanted = dict(both)
        if self.is_on(Channel.IDENTITY_VERIFICATION):  # the worker verifies the sign-in of who links a card
            wanted["APPLICANT_CLIENT_ID"] = bool(self.applicant_client_id)
        if self.app_role in {"web", "all"}:
            wanted |= web
        if self.app_role in {"worker", "all"}:
            wanted |= worker
        lacking = [f"{name} is not set" for name, there in wanted.items() if not there]
        return [*lacking, *self.missing_of_channels(self.app_role)]

    def _unsafe_keys(self) -> list[str]:
        keys = {
            "LINK_KEYS": self.link_keys,
            "COOKIE_KEYS": self.cookie_keys,
            "METHOD_HASH_KEY": (self.method_hash_key,) if self.method_hash_key.get_secret_value() else (),
            "LINK_HASH_KEY": (self.link_hash_key,) if self.link_hash_key.get_secret_value() else (),
            "FORMS_FALLBACK_KEY": (self.forms_fallback_key,)
            if self.forms_fallback_key.get_secret_value()
            else (),
        }
        short = [
            f"{name} holds a key shorter than {_SHORTEST_KEY} characters"
            for name, some in keys.items()
            if any(len(each.get_secret_value()) < _SHORTEST_KEY for each in some)
        ]
        client_secrets = {
            "APPLICANT_CLIENT_SECRET": (self.applicant_client_secret,),
            "STAFF_CLIENT_SECRET": (self.staff_client_secret,),
        }
        still_empty = [
            f"{name} holds the placeholder of the first deployment"
            for name, some in client_secrets.items()
            if any(each.get_secret_value() == _NOT_YET for each in some)
        ]
        # The platform leaves the reference itself in place of a secret that it cannot read: a key that anybody can guess.
        unresolved = [
            f"{name} holds a reference to Key Vault that was not resolved"
            for name, some in (keys | client_secrets).items()
            if any(each.get_secret_value().lower().startswith(_REFERENCE) for each in some)
        ]
        return [*short, *still_empty, *unresolved]

    def _unsafe_in_the_cloud(self) -> list[str]:
        if not in_the_cloud():
            return []
        problems = []
        if self.app_role == "all":
            problems.append("APP_ROLE must be web or worker in the cloud: one identity must not hold both")
        if self.app_role == "worker" and not self.protected_groups:
            problems.append("PROTECTED_GROUPS is empty: the service's own staff would not be guarded")
        plain = {
            "BASE_URL": self.base_url,
            "GRAPH_URL": self.graph_url,
            "MAIL_ENDPOINT": self.mail_endpoint or "https://",
            "ENTRA_AUTHORITY": self.authority,
            "OTLP_ENDPOINT": self.otlp_endpoint if self.telemetry == "otlp" else "https://",
            **self.plain_of_channels(),
        }
        problems += [f"{name} must be https" for name, url in plain.items() if not url.startswith("https://")]
        return problems
