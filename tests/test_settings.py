"""What production refuses of what one machine, or a trial, may have."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from rich.console import Console

from deploy.embedded.product import serve
from settings import Settings

PRODUCTION: dict[str, Any] = {
    "oidc_issuer": "https://sso.example.org/realms/alliance",
    "oidc_audience": "jingpin",
    "database_url": "postgresql+psycopg://cases:t7mB2xXw9qLk@db.example.org/cases",
    "temporal_address": "temporal.example.org:7233",
    "temporal_tls": True,
    "public_url": "https://cases.example.org",
    "smtp_url": "smtps://cases:n3Vh8sTq1zRd@mail.example.org:465",
}


def test_an_installation_that_hides_its_secrets_and_encrypts_is_taken() -> None:
    settings = Settings(**PRODUCTION)
    assert not settings.embedded
    assert settings.temporal_pems == {}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"database_url": ""}, "JINGPIN_DATABASE_URL"),
        ({"database_url": "sqlite:////var/lib/cases.sqlite"}, "JINGPIN_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg://cases:postgres@db/cases"}, "JINGPIN_DATABASE_URL"),
        ({"database_url": "postgresql+psycopg://cases:cases@db/cases"}, "JINGPIN_DATABASE_URL"),
        ({"smtp_url": "smtps://cases:changeme@mail.example.org:465"}, "JINGPIN_SMTP_URL"),
        ({"smtp_url": "smtp://127.0.0.1:1025"}, "JINGPIN_SMTP_URL"),
        ({"alliance_token": "secret"}, "JINGPIN_ALLIANCE_TOKEN"),
        ({"oidc_client": "pages", "oidc_client_secret": "changeme"}, "JINGPIN_OIDC_CLIENT_SECRET"),
        ({"oidc_client": "pages", "oidc_client_secret": "pages"}, "JINGPIN_OIDC_CLIENT_SECRET"),
        ({"demo_password": "a password of the tests"}, "JINGPIN_DEMO_PASSWORD"),
        ({"temporal_address": ""}, "JINGPIN_TEMPORAL_ADDRESS"),
        ({"temporal_tls": False}, "JINGPIN_TEMPORAL_TLS"),
        ({"public_url": "http://cases.example.org"}, "JINGPIN_PUBLIC_URL"),
        ({"log_level": "debug"}, "JINGPIN_LOG_LEVEL"),
        ({"oidc_client": "jingpin"}, "JINGPIN_OIDC_CLIENT"),
        ({"oidc_issuer": "http://sso.example.org"}, "JINGPIN_OIDC_ISSUER"),
    ],
)
def test_production_refuses_what_is_for_one_machine(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**PRODUCTION | change)
    assert named in str(refused.value)


@pytest.mark.parametrize("name", ["TEMPORAL_DEBUG", "PYTHONASYNCIODEBUG"])
def test_production_refuses_programs_that_are_debugged(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(ValidationError, match=name):
        Settings(**PRODUCTION)


def test_a_refusal_repeats_no_secret() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**PRODUCTION | {"public_url": "http://cases.example.org"})
    assert "t7mB2xXw9qLk" not in str(refused.value)


def test_a_trial_takes_them_all() -> None:
    settings = Settings(oidc_issuer="http://127.0.0.1:9999", oidc_audience="jingpin", trial=True)
    assert settings.temporal_pems is None


async def test_everything_on_one_machine_is_not_for_production(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one machine"):
        await serve(Settings(**PRODUCTION, data=tmp_path / "data"), 8000, Console())
    assert not (tmp_path / "data").exists()
