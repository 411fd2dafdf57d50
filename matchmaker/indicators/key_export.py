"""Key projects and their counter as tables, one row a designation."""

from collections.abc import Iterable, Iterator, Sequence

from matchmaker.i18n import _
from matchmaker.indicators.reckoning import Row
from matchmaker.indicators.wording import rule_words, standing_name
from matchmaker.labels import label
from matchmaker.web.display import date_of, region_path
from matchmaker.web.downloads import Cell
from models import KeyDesignation


def list_header() -> Sequence[str]:
    """Return what the columns of the list are called, in the reader's language."""
    return (
        _("Project code"),
        _("Project"),
        _("Parties"),
        _("Region"),
        _("Year of the list"),
        _("Status"),
        _("Evidence"),
        _("Nominated by"),
        _("Nominated on"),
        _("Designated on"),
        _("Reason"),
    )


def list_rows(designations: Iterable[KeyDesignation]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of the list."""
    for each in designations:
        project = each.project
        yield (
            project.code,
            project.title,
            "、".join(party.organization.name for party in project.parties),
            region_path(project.region),
            each.year,
            label(each.status),
            each.evidence,
            each.nominated_by.name if each.nominated_by else "",
            date_of(each.created_at),
            date_of(each.designated_at),
            each.reason,
        )


def counter_header() -> Sequence[str]:
    """Return what the columns of the counter are called, in the reader's language."""
    return (
        _("Standing"),
        _("Rule"),
        _("Project code"),
        _("Project"),
        _("Region"),
        _("Year of the list"),
        _("Entered tracking on"),
        _("Contract numbers"),
        _("Counted instead"),
    )


def counter_rows(rows: Iterable[Row]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of the counter."""
    for row in rows:
        fact = row.entry.fact
        yield (
            standing_name(row.entry.standing),
            rule_words(row.entry.rule),
            row.project.code,
            row.project.title,
            row.project.region.name,
            fact.year,
            date_of(fact.tracking),
            "、".join(sorted(fact.contracts)),
            row.same_as.code if row.same_as else "",
        )
