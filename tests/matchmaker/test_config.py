"""Settings come from the environment; unsafe production values are refused by name."""

from pathlib import Path

import pytest

from matchmaker.config import ConfigError, from_environment

PRODUCTION = {
    "MATCHMAKER_ENV": "production",
    "SECRET_KEY": "k" * 40,
    "DATABASE_URL": "postgresql+psycopg://matchmaker@db/matchmaker",
    "BASE_URL": "https://match.example.org",
    "TRUSTED_HOSTS": "match.example.org",
}


def test_a_safe_production_starts() -> None:
    assert from_environment(PRODUCTION).trusted_hosts == ("match.example.org",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", ""),
        ("DATABASE_URL", "sqlite:///x.sqlite"),
        ("DATABASE_URL", ""),
        ("BASE_URL", "http://match.example.org"),
        ("BASE_URL", ""),
        ("TRUSTED_HOSTS", ""),
        ("MATCHMAKER_DEMO", "1"),
        ("MATCHMAKER_ENV", "prod"),
        ("PORT", "0"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://redis"),
        ("SMTP_URL", "mail.example.org"),
        ("MAIL_FROM", "portal"),
        ("MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
    ],
)
def test_an_unsafe_production_is_refused_by_the_name_of_the_setting(
    name: str, value: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=name):
        from_environment(PRODUCTION | {"MATCHMAKER_DATA": str(tmp_path), name: value})


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PORT"):
        from_environment({"MATCHMAKER_DATA": str(tmp_path), "PORT": "eighty"})


def test_an_installation_makes_and_keeps_its_own_key(tmp_path: Path) -> None:
    environ = {"MATCHMAKER_DATA": str(tmp_path / "new")}
    first, second = from_environment(environ), from_environment(environ)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o077 == 0
