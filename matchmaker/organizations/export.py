"""Organizations as rows of a workbook."""

from collections.abc import Iterable, Iterator, Sequence

from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.organizations.forms import TIERS
from matchmaker.web.display import date_of, industry_name, region_path
from matchmaker.web.downloads import Cell
from models import Organization


def header() -> Sequence[str]:
    """Return what the columns are called, in the reader's language."""
    return (
        _("Name of the organization"),
        _("Unified social credit code"),
        _("Kind"),
        _("Region"),
        _("Status"),
        _("Industries"),
        _("Tiers"),
        _("Registered"),
    )


def rows(organizations: Iterable[Organization]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of these organizations, in the reader's language."""
    for one in organizations:
        yield (
            one.name,
            one.uscc,
            label(one.kind),
            region_path(one.region),
            label(one.status),
            _(", ").join(map(industry_name, one.industries)),
            _(", ").join(str(TIERS.get(tier, tier)) for tier in one.tiers),
            date_of(one.created_at),
        )
