"""What the fields of a spreadsheet are called, and what a cell that was read says."""

from collections.abc import Callable

from flask_babel.speaklater import LazyString

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.spreadsheets import Columns
from matchmaker.spreadsheets.rights import NUMBERED, PARTS, field_of, listed_rights
from matchmaker.web.display import money
from models import (
    CooperationMode,
    NeedKind,
    PropertyKind,
    PropertyStatus,
    ResultAttribute,
    ResultStage,
    Visibility,
)

_PARTS = dict(zip(PARTS, (_l("Kind"), _l("Number"), _l("Status"), _l("Holder")), strict=True))

FIELDS: dict[str, LazyString] = {
    "id": _l("Our own number"),
    "title": _l("Title"),
    "text": _l("Main text"),
    "background": _l("Background"),
    "tried": _l("Tried so far"),
    "problem_solved": _l("Problem solved"),
    "advantage": _l("Advantage"),
    "applications": _l("Fields of application"),
    "keywords": _l("Keywords"),
    "industry": _l("Industry"),
    "metrics": _l("Target metrics"),
    "kind": _l("Kind of need"),
    "budget_min": _l("Lowest budget"),
    "budget_max": _l("Highest budget"),
    "deadline": _l("Wanted by"),
    "modes": _l("Cooperation mode"),
    "chain_link": _l("Chain link"),
    "trl": _l("Technology readiness"),
    "stage": _l("Stage"),
    "attribute": _l("Attribute"),
    "registration_no": _l("Registration number"),
    "asking_price": _l("Asking price"),
    "team": _l("Team"),
    "properties": _l("Intellectual property"),
    "visibility": _l("Who may read it"),
    "public_summary": _l("Public summary"),
    "contact_name": _l("Contact person"),
    "contact_phone": _l("Telephone"),
    "contact_email": _l("E-mail"),
} | {
    field_of(part, number): _l("Property right %(number)d: %(part)s", number=number, part=name)
    for number in NUMBERED
    for part, name in _PARTS.items()
}


_RIGHT_WORDS: dict[str, Callable[[str], str]] = {
    "kind": lambda text: label(PropertyKind(text)),
    "status": lambda text: label(PropertyStatus(text)),
}


def _rights(text: str) -> str:
    """Return the rights of a cell as they are written in one, the words of lists in full."""
    return "；".join(
        "|".join(
            _RIGHT_WORDS.get(part, str)(said) if said else "" for part, said in right.items()
        ).rstrip("|")
        for right in listed_rights(text)
    )


_WORDS: dict[str, Callable[[str], str]] = {
    "kind": lambda text: label(NeedKind(text)),
    "visibility": lambda text: label(Visibility(text)),
    "stage": lambda text: label(ResultStage(text)),
    "attribute": lambda text: label(ResultAttribute(text)),
    "trl": lambda text: _("TRL %(level)s", level=text),
    "budget_min": lambda text: money(int(text)),
    "budget_max": lambda text: money(int(text)),
    "asking_price": lambda text: money(int(text)),
    "modes": lambda text: "、".join(label(CooperationMode(mode)) for mode in text.split(";")),
    "properties": _rights,
} | {field_of(part, number): words for number in NUMBERED for part, words in _RIGHT_WORDS.items()}


def in_words(text: str, field: str) -> str:
    """Return what a field says as its reader reads it; `text` is what was kept of the cell."""
    return _WORDS[field](text) if text and field in _WORDS else text


def field_names(columns: Columns) -> dict[str, str]:
    """Return by field what the reader calls it, in the order of the columns."""
    return {column.field: str(FIELDS[column.field]) for column in columns if column.field in FIELDS}
