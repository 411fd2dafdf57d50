"""What the pages of both halls show beside their rows: chips to remove and pages to turn."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import url_for

from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.postings.filters import HallFilter
from matchmaker.postings.queries import Page
from matchmaker.web.display import industry_name
from models import Industry, Region


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter in words, and the address of the hall without it."""

    text: str
    address: str


def turned(endpoint: str, chosen: HallFilter, page: Page[Any]) -> dict[str, object]:
    """Return what the template needs: chips, and the addresses of the pages before and after."""
    conditions = chosen.chosen()
    values: dict[str, Any] = chosen.parameters()
    if chosen.sort != "newest":
        values["sort"] = chosen.sort
    return {
        "chips": [
            Chip(in_words(meaning), url_for(endpoint, **_without(values, name)))
            for name, (_value, meaning) in conditions.items()
        ],
        "newer": url_for(endpoint, **values, before=page.before) if page.before else None,
        "older": url_for(endpoint, **values, after=page.after) if page.after else None,
    }


def in_words(meaning: object) -> str:
    """Return what a condition means in the reader's language."""
    if isinstance(meaning, Industry):
        return industry_name(meaning)
    if isinstance(meaning, Region):
        return meaning.name
    if isinstance(meaning, StrEnum):
        return label(meaning)
    if meaning is True:
        return _("Invited to me")
    if isinstance(meaning, int):
        return _("TRL %(level)s or higher", level=meaning)
    return _("Contains “%(words)s”", words=meaning)


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
