"""Jinja filters and globals: figures, dates and names as readers write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import flask
import flask_babel
from flask import Flask

from matchmaker.config import Settings
from matchmaker.i18n import DEFAULT_LOCALE, LOCALES, _
from matchmaker.labels import label
from matchmaker.web.access import current_actor
from models import Industry

CHINA = ZoneInfo("Asia/Shanghai")
FEN_PER_YUAN = 100
YUAN_PER_WAN = 10_000


def init_app(app: Flask, settings: Settings) -> None:
    """Add what templates use, and choose the language of each request."""
    flask_babel.Babel(
        app, default_locale=DEFAULT_LOCALE, locale_selector=locale, default_timezone=str(CHINA)
    )
    app.jinja_env.filters.update(
        label=label, money=money, day=day, moment=moment, industry_name=industry_name
    )
    app.context_processor(
        lambda: {"actor": current_actor(), "settings": settings, "locale": locale()}
    )


def locale() -> str:
    """Return the reader's language: Chinese unless another was chosen."""
    chosen = flask.session.get("locale")
    return chosen if chosen in LOCALES else DEFAULT_LOCALE


def money(fen: int | None) -> str:
    """Return an amount given in fen in units of 10,000 yuan, as Chinese offices count."""
    if fen is None:
        return _("Negotiable")
    wan = fen / FEN_PER_YUAN / YUAN_PER_WAN
    figure = flask_babel.format_decimal(wan, "#,##0.##")
    return _("CNY %(figure)s × 10,000", figure=figure)


def day(value: date | datetime | None) -> str:
    """Return a date as 2026-01-31; a moment is dated in China."""
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    return value.isoformat() if value else ""


def moment(value: datetime | None) -> str:
    """Return a moment as 2026-01-31 09:30, China time."""
    return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}" if value else ""


def industry_name(industry: Industry | None) -> str:
    """Return the industry's name in the reader's language."""
    if industry is None:
        return _("Unclassified")
    return industry.name if locale() == DEFAULT_LOCALE else industry.name_en


def today() -> date:
    """Return today's date in China."""
    return datetime.now(UTC).astimezone(CHINA).date()
