"""From the rows of a table to needs and results: what is wrong with them, and the records."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.accounts.fields import ADDRESS, PHONE
from matchmaker.clock import today
from matchmaker.disclosure import search_text
from matchmaker.i18n import _
from matchmaker.postings.fields import (
    LONGEST_KEYWORD,
    LONGEST_TEXT,
    MOST_KEYWORDS,
    MOST_WAN,
)
from matchmaker.spreadsheets import (
    NEED_RECORDS,
    RESULT_RECORDS,
    Columns,
    Row,
    RowError,
    split_terms,
)
from matchmaker.spreadsheets.cells import CellError, squeeze
from matchmaker.spreadsheets.columns import MAX_TEXT
from matchmaker.spreadsheets.entries import check_count
from matchmaker.spreadsheets.metrics import metrics_in
from matchmaker.spreadsheets.rights import NUMBERED, PARTS, field_of, kind_by_number, rights_in
from matchmaker.web.display import FEN_PER_WAN
from models import (
    CooperationMode,
    Industry,
    Need,
    NeedKind,
    NeedMetric,
    NeedMode,
    Organization,
    PropertyKind,
    PropertyStatus,
    Result,
    ResultAttribute,
    ResultMode,
    ResultProperty,
    ResultStage,
    Visibility,
)

REGISTRATION_NO = r"[0-9A-Za-z]{12}"
CONTACT = "contact_"
BODY = {
    Need: ("background", "text", "tried", "metrics"),
    Result: ("text", "problem_solved", "advantage", "applications"),
}
"""What a text is made of; one that has nothing of it stays a draft."""
AMOUNTS = ("budget_min", "budget_max", "asking_price")


def _as_typed(columns: Columns) -> Columns:
    """Return the columns with the limits that the forms set to long texts."""
    return tuple(
        replace(column, max_length=LONGEST_TEXT) if column.max_length == MAX_TEXT else column
        for column in columns
    )


KINDS: dict[str, tuple[Any, Columns]] = {
    "needs": (Need, _as_typed(NEED_RECORDS)),
    "results": (Result, _as_typed(RESULT_RECORDS)),
}
"""By the name of its hall: what the rows become, and the columns that they are read from."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A row, and the headers that its fields were taken from."""

    row: Row
    columns: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        return self.row.values.get(field, "")

    def error(self, field: str, reason: str, cure: str) -> RowError:
        """Return the error of one cell; the title's where the field has no column."""
        header = self.columns.get(field) or self.columns["title"]
        return RowError(self.row.number, header, reason, cure)


def faults(
    session: Session,
    record: type[Any],
    organization: Organization,
    rows: Iterable[Row],
    columns: Mapping[str, str],
) -> list[RowError]:
    """Return what only shows beside other cells or beside what is in the database.

    `columns` says which header each field was taken from.
    """
    references = sa.select(record.reference).where(record.organization_id == organization.id)
    used = set(session.scalars(references))
    numbers = sa.select(Result.registration_no).where(Result.registration_no.is_not(None))
    registered = set(session.scalars(numbers)) if "registration_no" in columns else set()
    found = []
    for row in rows:
        place = _Place(row, columns)
        checked = (_used_number(place, used), _registration(place, registered))
        found += [error for error in checked if error]
        found += [error for check in _CHECKS for error in [check(place)] if error]
    return found


def made(
    session: Session, record: type[Any], organization: Organization, rows: Sequence[Row]
) -> Iterator[Any]:
    """Yield a need or a result for each row, not yet added to the session."""
    industries = known_industries(session)
    make = _need if record is Need else _result
    for row in rows:
        posting = make(row.values)
        posting.title = row.values["title"]
        posting.reference = row.values["id"] if row.numbered else None
        posting.keywords = list(split_terms(row.values["keywords"]))
        posting.visibility = Visibility(row.values["visibility"] or Visibility.PUBLIC)
        posting.public_summary = row.values["public_summary"]
        posting.contact = {
            field.removeprefix(CONTACT): said
            for field, said in row.values.items()
            if field.startswith(CONTACT) and said
        }
        posting.industry_id = industries.get(squeeze(row.values["industry"]))
        posting.organization_id = organization.id
        posting.region_id = organization.region_id
        posting.search_text = search_text(posting)
        yield posting


def known_industries(session: Session) -> dict[str, int]:
    """Return the ids of the industries by every way to name one, squeezed."""
    return {
        key: industry.id
        for industry in session.scalars(sa.select(Industry))
        for key in map(squeeze, (industry.name, industry.code, industry.name_en))
    }


def _used_number(place: _Place, used: set[str | None]) -> RowError | None:
    """Refuse a number the organization has used before: most often a file sent twice."""
    if not place.row.numbered or place["id"] not in used:
        return None
    return place.error(
        "id",
        _("“%(value)s” has been imported before", value=place["id"]),
        _("remove the row or give it another number"),
    )


def _registration(place: _Place, registered: set[str | None]) -> RowError | None:
    """Refuse what is no registration number, or one that another result has."""
    number = place["registration_no"]
    if not number:
        return None
    if not re.fullmatch(REGISTRATION_NO, number):
        return place.error(
            "registration_no",
            _("this is no registration number"),
            _("write its 12 digits and letters"),
        )
    if number not in registered:
        registered.add(number)
        return None
    return place.error(
        "registration_no",
        _("the registration number “%(value)s” is taken", value=number),
        _("check the number; each result has one of its own"),
    )


def _crossed_budget(place: _Place) -> RowError | None:
    low, high = _whole(place["budget_min"]), _whole(place["budget_max"])
    if low is None or high is None or low <= high:
        return None
    return place.error(
        "budget_min", _("the lowest budget is above the highest"), _("exchange the two amounts")
    )


def _huge_amount(place: _Place) -> RowError | None:
    most = MOST_WAN * FEN_PER_WAN
    field = next((name for name in AMOUNTS if (_whole(place[name]) or 0) > most), None)
    if field is None:
        return None
    return place.error(
        field,
        _("the amount is larger than the platform takes"),
        _("check the unit in the header, such as “万元”"),
    )


def _past_deadline(place: _Place) -> RowError | None:
    if not place["deadline"] or date.fromisoformat(place["deadline"]) >= today():
        return None
    return place.error("deadline", _("that day is past"), _("write a later one, or empty the cell"))


def _wordy_keywords(place: _Place) -> RowError | None:
    words = split_terms(place["keywords"])
    if len(words) <= MOST_KEYWORDS and all(len(word) <= LONGEST_KEYWORD for word in words):
        return None
    return place.error(
        "keywords",
        _("these are too many keywords, or too long ones"),
        _(
            "write up to %(n)d with commas between them, each of %(m)d characters at most",
            n=MOST_KEYWORDS,
            m=LONGEST_KEYWORD,
        ),
    )


def _masked_without_summary(place: _Place) -> RowError | None:
    if place["visibility"] != Visibility.MASKED or place["public_summary"]:
        return None
    return place.error(
        "visibility",
        _("a masked text needs a public summary"),
        _("fill in the public summary (公开摘要): it is all that others will read"),
    )


def _telephone(place: _Place) -> RowError | None:
    if not place["contact_phone"] or re.match(PHONE, place["contact_phone"]):
        return None
    return place.error(
        "contact_phone", _("this is no telephone number"), _("write digits, such as 0551-12345678")
    )


def _mail_address(place: _Place) -> RowError | None:
    if not place["contact_email"] or re.match(ADDRESS, place["contact_email"]):
        return None
    return place.error(
        "contact_email",
        _("this is no e-mail address"),
        _("write an address like name@example.com"),
    )


def _right_without_kind(number: int, place: _Place) -> RowError | None:
    fields = [field_of(part, number) for part in PARTS]
    filled = [field for field in fields if place[field]]
    if not filled or place[fields[0]] or kind_by_number(place[field_of("number", number)]):
        return None
    return place.error(
        fields[0] if fields[0] in place.columns else filled[0],
        _("the kind of this property right is missing"),
        _("choose the kind, or empty the other cells of the right"),
    )


def _many_rights(place: _Place) -> RowError | None:
    if not place["properties"]:
        return None
    try:
        check_count(len(rights_in(place.row.values)))
    except CellError as error:
        return place.error("properties", error.reason, error.cure)
    return None


_CHECKS: tuple[Callable[[_Place], RowError | None], ...] = (
    _crossed_budget,
    _huge_amount,
    _past_deadline,
    _wordy_keywords,
    _masked_without_summary,
    _telephone,
    _mail_address,
    _many_rights,
    *(partial(_right_without_kind, number) for number in NUMBERED),
)


def _need(values: Mapping[str, str]) -> Need:
    return Need(
        kind=NeedKind(values["kind"] or NeedKind.TECHNOLOGY),
        background=values["background"],
        problem=values["text"],
        tried=values["tried"],
        budget_min=_whole(values["budget_min"]),
        budget_max=_whole(values["budget_max"]),
        deadline=date.fromisoformat(values["deadline"]) if values["deadline"] else None,
        chain_link=values["chain_link"],
        metrics=[
            NeedMetric(position=place, **metric)
            for place, metric in enumerate(metrics_in(values["metrics"]))
        ],
        mode_rows=[NeedMode(mode=mode) for mode in _modes(values["modes"])],
    )


def _result(values: Mapping[str, str]) -> Result:
    return Result(
        abstract=values["text"],
        problem_solved=values["problem_solved"],
        advantage=values["advantage"],
        applications=values["applications"],
        trl=_whole(values["trl"]),
        stage=ResultStage(values["stage"]) if values["stage"] else None,
        attribute=ResultAttribute(values["attribute"]) if values["attribute"] else None,
        registration_no=values["registration_no"] or None,
        asking_price=_whole(values["asking_price"]),
        team=values["team"],
        properties=[
            ResultProperty(
                position=place,
                kind=PropertyKind(right["kind"]),
                number=right["number"],
                status=PropertyStatus(right["status"]),
                holder=right["holder"],
            )
            for place, right in enumerate(rights_in(values))
        ],
        mode_rows=[ResultMode(mode=mode) for mode in _modes(values["modes"])],
    )


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _modes(text: str) -> list[CooperationMode]:
    return [CooperationMode(mode) for mode in text.split(";") if mode]
