"""The match board as rows of a workbook: what the page shows, as far as the reader may see it."""

import functools
from collections.abc import Iterator, Sequence
from decimal import Decimal

from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.matches import interests
from matchmaker.matches.history import SIDES
from matchmaker.web.display import date_of, industry_name, region_path
from matchmaker.web.downloads import Cell
from matchmaker.web.texts import readable, titled
from models import Match, Need, Result, User


def header() -> Sequence[str]:
    """Return what the columns are called, in the reader's language."""
    of_text = (_("Organization"), _("Region"), _("Industry"))
    return (
        _("Need"),
        *(f"{_('Need')} · {name}" for name in of_text),
        _("Result"),
        *(f"{_('Result')} · {name}" for name in of_text),
        _("Status"),
        _("Grade"),
        _("Score"),
        _("Broker"),
        _("What the sides think"),
        _("Proposed on"),
        _("Recommended on"),
    )


def rows(actor: User, matches: Sequence[Match]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of these matches, in the reader's language."""
    named = functools.cache(label)
    path, branch = functools.cache(region_path), functools.cache(industry_name)

    def of_text(posting: Need | Result) -> Sequence[Cell]:
        return (
            titled(posting),
            posting.organization.name if readable(posting) else _("Organization not disclosed"),
            path(posting.region),
            branch(posting.industry),
        )

    for match in matches:
        yield (
            *of_text(match.need),
            *of_text(match.result),
            named(match.status),
            named(match.grade),
            Decimal(f"{match.score:.2f}"),
            match.broker.name if match.broker else None,
            "；".join(_thoughts(actor, match)),
            date_of(match.created_at),
            match.recommended_on,
        )


def _thoughts(actor: User, match: Match) -> Iterator[str]:
    for each in interests.known(actor, match):
        said = label(each.reason) if each.reason else _("interested")
        yield f"{SIDES[each.side]}：{said}"
