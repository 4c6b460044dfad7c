"""Where the storage accounts are: all that the auditor's command reads of the environment. Part of ``Settings``."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StorageSettings(BaseSettings):
    """A connection string, or addresses for which the caller's own identity is used."""

    model_config = SettingsConfigDict(
        case_sensitive=False, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    records_storage: SecretStr = Field(SecretStr(""), alias="RecordsStorage")
    records_table_url: str = Field("", alias="RecordsStorage__tableServiceUri")
    records_queue_url: str = Field("", alias="RecordsStorage__queueServiceUri")
    photos_storage: SecretStr = Field(SecretStr(""), alias="PhotosStorage")
    photos_blob_url: str = Field("", alias="PhotosStorage__blobServiceUri")
    identity_client_id: str = ""
