"""Claims and budgets as tables; money in yuan, to the fen, as on the pages."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from matchmaker.i18n import _
from matchmaker.incentives.books import Account, Figures
from matchmaker.incentives.wording import line_words
from matchmaker.labels import label
from matchmaker.web.display import FEN_PER_YUAN, date_of
from matchmaker.web.downloads import Cell
from models import Claim


def claim_header() -> Sequence[str]:
    """Return what the columns of a table of claims are called, in the reader's language."""
    return (
        _("Policy"),
        _("Claimant"),
        _("Region"),
        _("Project"),
        _("Year"),
        _("Status"),
        _("Reward (yuan)"),
        _("Arithmetic"),
        _("Transferred on"),
        _("Number of the transfer"),
    )


def claim_rows(claims: Iterable[Claim]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of these claims, in the reader's language."""
    for claim in claims:
        yield (
            claim.policy.title,
            claim.organization.name,
            claim.region.name,
            claim.project.title if claim.project else "",
            claim.year,
            label(claim.status),
            _yuan(claim.amount),
            "\n".join(line_words(line) for line in claim.arithmetic),
            date_of(claim.paid_on),
            claim.payment_reference,
        )


def budget_header() -> Sequence[str]:
    """Return what the columns of a table of budgets are called, in the reader's language."""
    return (
        _("Policy"),
        _("Region"),
        _("Budget (yuan)"),
        _("Committed (yuan)"),
        _("Paid out (yuan)"),
        _("Left (yuan)"),
        _("Claimed (yuan)"),
        _("Estimated (yuan)"),
        _("Forecast (yuan)"),
        _("Closed on"),
    )


def budget_rows(accounts: Iterable[Account], total: Figures) -> Iterator[Sequence[Cell]]:
    """Yield the rows of these accounts and, last, of what they add up to."""
    for account in accounts:
        closed = account.budget.closed_at if account.budget else None
        region = account.policy.region.name
        yield (account.policy.title, region, *_figures(account.figures), date_of(closed))
    yield (_("Together"), "", *_figures(total), "")


def _figures(books: Figures) -> Iterator[Decimal]:
    for figure in (
        books.amount,
        books.committed,
        books.paid,
        books.left,
        books.claimed,
        books.estimated,
        books.forecast,
    ):
        yield _yuan(figure)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / FEN_PER_YUAN
