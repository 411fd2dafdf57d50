"""Jinja filters and globals: figures, dates and names as readers write them."""

import math
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import flask
import flask_babel
from flask import Flask

from matchmaker.config import Settings
from matchmaker.i18n import CHINA, DEFAULT_LOCALE, LOCALES, _
from matchmaker.labels import label
from matchmaker.permissions import Permission, can
from matchmaker.web.access import current_actor
from models import Industry, Need, Region, RegionLevel

FEN_PER_YUAN = 100
FEN_PER_WAN = 10_000 * FEN_PER_YUAN
INDENT = "　"


def init_app(app: Flask, settings: Settings) -> None:
    """Add what templates use, and choose the language of each request."""
    flask_babel.Babel(
        app, default_locale=DEFAULT_LOCALE, locale_selector=locale, default_timezone=str(CHINA)
    )
    app.jinja_env.filters.update(
        label=label,
        money=money,
        yuan=yuan,
        budget=budget,
        day=day,
        moment=moment,
        file_size=file_size,
        industry_name=industry_name,
        industry_path=industry_path,
        industry_choices=industry_choices,
        label_choices=label_choices,
        region_choices=region_choices,
        region_path=region_path,
    )

    @app.context_processor
    def every_page() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": actor,
            "demo": settings.demo,
            "locale": locale(),
            "permitted": lambda name: bool(can(actor, Permission(name))),
        }


def locale() -> str:
    """Return the reader's language: Chinese unless another was chosen."""
    chosen = flask.session.get("locale")
    return chosen if chosen in LOCALES else DEFAULT_LOCALE


def money(fen: int | None) -> str:
    """Return an amount given in fen; in Chinese in units of 10,000 yuan, as offices count."""
    return _("Negotiable") if fen is None else _("CNY %(figure)s", figure=_figure(fen))


def yuan(fen: int) -> str:
    """Return an amount in yuan to the fen, as contracts and ledgers write it."""
    return f"{Decimal(fen) / FEN_PER_YUAN:,.2f}"


def file_size(size: int) -> str:
    """Return a number of bytes as file managers show it, in KB or MB of 1,024."""
    kilobytes = math.ceil(size / 1024)
    return f"{kilobytes:,} KB" if kilobytes < 1024 else f"{size / 1024**2:,.1f} MB"


def budget(need: Need) -> str:
    """Return what a need's poster means to spend, as a range where both ends are known."""
    low, high = need.budget_min, need.budget_max
    if low == high:
        return money(low)
    if high is None:
        return _("From %(amount)s", amount=money(low))
    if low is None:
        return _("Up to %(amount)s", amount=money(high))
    return _("CNY %(low)s–%(high)s", low=_figure(low), high=_figure(high))


def _figure(fen: int) -> str:
    unit = FEN_PER_WAN if locale() == DEFAULT_LOCALE else FEN_PER_YUAN
    return str(flask_babel.format_decimal(fen / unit, "#,##0.##"))


def day(value: date | datetime | None) -> str:
    """Return a date as 2026-01-31; a moment is dated in China."""
    dated = date_of(value)
    return dated.isoformat() if dated else ""


def date_of(value: date | datetime | None) -> date | None:
    """Return a date, that of a moment by China's clock."""
    return value.astimezone(CHINA).date() if isinstance(value, datetime) else value


def moment(value: datetime | None) -> str:
    """Return a moment as 2026-01-31 14:05, by China's clock."""
    return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if value else ""


def industry_name(industry: Industry | None) -> str:
    """Return the industry's name in the reader's language."""
    if industry is None:
        return _("Unclassified")
    return industry.name if locale() == DEFAULT_LOCALE else industry.name_en


def industry_path(industry: Industry | None) -> str:
    """Return the industry's name after that of the industry it belongs to."""
    if industry is None or industry.parent is None:
        return industry_name(industry)
    return f"{industry_name(industry.parent)} / {industry_name(industry)}"


def region_path(region: Region) -> str:
    """Return the region's name after that of the region above it."""
    return f"{region.parent.name} {region.name}" if region.parent else region.name


def industry_choices(industries: Iterable[Industry]) -> list[tuple[str, str]]:
    """Return codes and names for a select, branches set in under their industry."""
    return [(row.code, INDENT * bool(row.parent_id) + industry_name(row)) for row in industries]


def region_choices(regions: Iterable[Region]) -> list[tuple[str, str]]:
    """Return codes and names for a select, set in by their level."""
    levels = list(RegionLevel)
    return [(row.code, INDENT * levels.index(row.level) + row.name) for row in regions]


def label_choices(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return values and labels of an enum's members for a select."""
    return [(member.value, label(member)) for member in members]
