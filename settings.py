"""Every setting, once: environment variables `JINGPIN_…`."""

import os
from datetime import time
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.national import COLUMNS, MARK
from domain.quiet import Quiet
from services.chats import Chat
from services.notices import MailSettings

LOCAL_MAIL = "smtp://127.0.0.1:1025"
CLAIMS = {
    "user": "preferred_username",
    "person": "sub",
    "body": "body",
    "roles": "realm_access.roles",
    "name": "name",
    "email": "email",
}
"""Field of an account → the claim that holds it, as Keycloak names them."""


WELL_KNOWN = {"admin", "changeme", "jingpin", "password", "postgres", "secret", "test"}
"""Passwords that are no secret."""
DEBUGGING = ("PYTHONASYNCIODEBUG", "TEMPORAL_DEBUG")
"""Variables that make programs tell more, and guard less, than they should."""


class Settings(BaseSettings):
    """The product's settings; what is left out is chosen for one machine (embedded mode)."""

    model_config = SettingsConfigDict(env_prefix="JINGPIN_", extra="ignore", hide_input_in_errors=True)

    data: Path = Field(default=Path("data"), description="folder of the embedded mode: databases, files, mail, logs")
    database_url: str = Field(default="", description="SQLite or PostgreSQL; empty: a SQLite file in the data folder")
    temporal_address: str = Field(default="", description="host:port of Temporal; empty: the embedded server")
    temporal_namespace: str = Field(default="jingpin", description="Temporal's namespace")
    temporal_tls: bool = Field(default=False, description="1: speak TLS with Temporal; so do the three files below")
    temporal_ca: Path | None = Field(default=None, description="PEM file: whose certificates Temporal may show")
    temporal_cert: Path | None = Field(default=None, description="PEM file: the certificate shown to Temporal")
    temporal_key: Path | None = Field(default=None, description="PEM file: the key of that certificate")
    payload_keys: FilePath | None = Field(
        default=None,
        description="file of the first key that seals what Temporal keeps, the later ones beside it (payload.key,"
        " payload-0002.key, …); empty: made in the data folder",
    )
    codec_accounts: list[str] = Field(
        default=[],
        description="accounts of ops or admin that may open Temporal's payloads, of every body, as JSON; each time is"
        " recorded; empty: nobody",
    )
    task_queue: str = Field(default="cases", description="queue on which the workers of this installation listen")
    temporal_ui_url: str = Field(default="", description="address of Temporal's Web UI, for links from a case")
    storage_url: str = Field(default="", description="file: or s3: URL of the file store; empty: the data folder")
    packs: Path | None = Field(default=None, description="folder of further packs: a body's own rules, special rules")
    public_url: str = Field(default="http://127.0.0.1:8000", description="address under which people reach the product")
    timestamp_url: str = Field(
        default="", description="authority (RFC 3161) that stamps the daily roots of the record; empty: none"
    )
    oidc_issuer: str = Field(default="", description="OpenID Connect issuer; empty: embedded accounts")
    oidc_audience: str = Field(default="", description="what the issuer's tokens name as their audience")
    oidc_client: str = Field(default="", description="this product's client at the issuer, for signing in on its pages")
    oidc_client_secret: SecretStr | None = Field(default=None, description="its secret; a public client has none")
    oidc_claims: dict[str, str] = Field(
        default={},
        description="claims that hold user, person, body, roles, name and email, as JSON, a.b for a claim in a claim;"
        " left out: preferred_username, sub, body, realm_access.roles, name, email",
    )
    oidc_roles: dict[str, str] = Field(
        default={}, description="the issuer's names of roles and the product's, as JSON; left out: the same names"
    )
    trial: bool = Field(
        default=False, description="1: with an issuer, takes what is for one machine only; never with real cases"
    )
    rehearsal: bool = Field(default=False, description="1: cases run on clocks of their own that can be advanced")
    demo_password: SecretStr | None = Field(
        default=None, description="password of the seeded accounts; random and printed when unset; embedded mode only"
    )
    smtp_url: str = Field(default=LOCAL_MAIL, description="mail server for notices")
    mail_from: str = Field(default="jingpin@localhost.localdomain", description="sender of notices")
    quiet_from: time = Field(default=time(21), description="from this hour in Shanghai nobody is written to")
    quiet_until: time = Field(default=time(7, 30), description="until this hour; the same as quiet_from: at any hour")
    chats: dict[str, list[Chat]] = Field(
        default={},
        description="body → its group chats, as JSON: dingtalk://secret@token, wecombot://key, feishu://secret@token",
    )
    alliance_url: str = Field(
        default="", description="address reports to the alliance go to; empty: receipts made here, embedded mode only"
    )
    alliance_token: SecretStr | None = Field(default=None, description="bearer token for the alliance")
    alliance_codes: dict[str, str] = Field(
        default={}, description="the alliance's code for each kind of report, as JSON; left out: the kind itself"
    )
    alliance_batch: str = Field(
        default="",
        description="when reports to the alliance go out together, as a cron line in Shanghai's time; empty: at once",
    )
    national_columns: dict[str, str] = Field(
        default={},
        description="columns of the file for the national platform and their headings, as JSON; left out: stand-ins,"
        " since the platform's layout is not at hand",
    )
    register_per_minute: int = Field(
        default=120, ge=1, description="requests a minute to the public register from one address"
    )
    uploads_per_minute: int = Field(default=300, ge=1, description="files a minute that one account may send")
    clamav: str = Field(
        default="", description="ClamAV's daemon, host:port or the path of its socket; empty: files are not scanned"
    )
    sign_ins_per_minute: int = Field(default=60, ge=1, description="tries a minute to sign in from one address")
    complaints_per_minute: int = Field(
        default=5, ge=1, description="complaints a minute that one address may file without signing in"
    )
    workflow_sandbox: bool = Field(default=False, description="1: workflows run in the SDK's sandbox (slower)")
    events_a_run: int = Field(default=800, description="history length from which a case hands on to a new run")
    delivery_seconds: float = Field(default=600, description="how long a delivery is tried before operations is asked")
    answer_seconds: float = Field(default=5, description="after this an act is answered 202 and goes on by itself")
    late_after_seconds: float = Field(default=300, ge=0, description="a timer that fires later than this is listed")

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="from which level on the product's own lines are logged"
    )
    ready_file: Path | None = Field(default=None, description="file the worker makes once it works")

    @model_validator(mode="after")
    def _no_seeded_password_in_production(self) -> Self:
        if self.demo_password and not self.embedded:
            raise ValueError("JINGPIN_DEMO_PASSWORD is for embedded mode only; with JINGPIN_OIDC_ISSUER unset it")
        return self

    @field_validator("clamav")
    @classmethod
    def _scanner_has_an_address(cls, address: str) -> str:
        host, _, port = address.rpartition(":")
        if address and not address.startswith("/") and not (host and port.isdecimal()):
            raise ValueError(f"neither host:port nor the path of a socket: {address}")
        return address

    @field_validator("national_columns")
    @classmethod
    def _columns_exist(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := [name for name in columns if name not in COLUMNS]:
            raise ValueError(f"unknown columns {unknown}; there are {[*COLUMNS]}")
        return columns

    @property
    def national_layout(self) -> dict[str, str]:
        """Name and heading of each column of the file for the national platform, in order; a rehearsed file says so."""
        return (MARK if self.rehearsal else {}) | (self.national_columns or COLUMNS)

    @model_validator(mode="after")
    def _issuer_is_whole(self) -> Self:
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError("JINGPIN_OIDC_ISSUER needs JINGPIN_OIDC_AUDIENCE: tokens for others open nothing")
        if self.oidc_issuer and self.oidc_client == self.oidc_audience:
            raise ValueError("JINGPIN_OIDC_CLIENT is JINGPIN_OIDC_AUDIENCE: its ID tokens would open the API")
        parts = urlsplit(self.oidc_issuer)
        if self.oidc_issuer and parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("JINGPIN_OIDC_ISSUER has to be https")
        if unknown := self.oidc_claims.keys() - CLAIMS.keys():
            raise ValueError(f"JINGPIN_OIDC_CLAIMS: unknown {sorted(unknown)}; there are {[*CLAIMS]}")
        return self

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.embedded or self.trial:
            return self
        found = {
            "JINGPIN_DATABASE_URL has to be PostgreSQL": not self.database_url.startswith("postgresql"),
            "JINGPIN_TEMPORAL_ADDRESS has to be set": not self.temporal_address,
            "JINGPIN_TEMPORAL_TLS has to be 1": self.temporal_pems is None,
            "JINGPIN_PUBLIC_URL has to be https": not self.public_url.startswith("https://"),
            "JINGPIN_SMTP_URL has to be set": self.smtp_url == LOCAL_MAIL,
            "JINGPIN_LOG_LEVEL must not be debug": self.log_level == "debug",
        }
        found |= {f"{name} must not be set": bool(os.environ.get(name)) for name in DEBUGGING}
        found |= {f"{name} has a password that is no secret": guessed for name, guessed in self._guessed().items()}
        if wrong := [what for what, is_so in found.items() if is_so]:
            raise ValueError("; ".join(wrong) + ": in production; JINGPIN_TRIAL=1 tries it out")
        return self

    def _guessed(self) -> dict[str, bool]:
        token = self.alliance_token.get_secret_value() if self.alliance_token else ""
        urls = {"JINGPIN_DATABASE_URL": self.database_url, "JINGPIN_SMTP_URL": self.smtp_url}
        parts = {name: urlsplit(url) for name, url in urls.items()}
        guessed = {name: one.password in {*WELL_KNOWN, one.username or "-"} for name, one in parts.items()}
        client = self.oidc_client_secret.get_secret_value() if self.oidc_client_secret else "-"
        guessed["JINGPIN_OIDC_CLIENT_SECRET"] = client in {*WELL_KNOWN, self.oidc_client, ""}
        return guessed | {"JINGPIN_ALLIANCE_TOKEN": token in WELL_KNOWN}

    @property
    def temporal_pems(self) -> dict[str, Path] | None:
        """The files for TLS with Temporal: ca, cert, key; none where it is spoken to in plain text."""
        files = {"ca": self.temporal_ca, "cert": self.temporal_cert, "key": self.temporal_key}
        given = {name: file for name, file in files.items() if file}
        return given if given or self.temporal_tls else None

    @property
    def oidc_claim_names(self) -> dict[str, str]:
        """Where each field of an account stands in a token's claims."""
        return CLAIMS | self.oidc_claims

    @property
    def embedded(self) -> bool:
        """Whether the product keeps its own accounts on this machine."""
        return not self.oidc_issuer

    @property
    def payload_key_file(self) -> Path:
        """The first of the keys that seal payloads."""
        return self.payload_keys or self.data / "keys" / "payload.key"

    @property
    def further_packs(self) -> list[Path]:
        """Where packs lie beside the product's own."""
        return [self.packs] if self.packs else []

    @property
    def mail(self) -> MailSettings:
        """How the mail server is reached."""
        parts = urlsplit(self.smtp_url)
        return MailSettings(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 25,
            username=unquote(parts.username) if parts.username else None,
            password=SecretStr(unquote(parts.password)) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            sender=self.mail_from,
        )

    @property
    def quiet(self) -> Quiet:
        """The hours in which nobody is written to."""
        return Quiet(begins=self.quiet_from, ends=self.quiet_until)

    @property
    def sql_url(self) -> str:
        """The database in use."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'jingpin.sqlite'}"

    @property
    def files_url(self) -> str:
        """The file store in use."""
        return self.storage_url or (self.data.resolve() / "files").as_uri()
