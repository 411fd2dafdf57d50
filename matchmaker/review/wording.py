"""The text of a posting field by field, as `postings.texts.written` keeps it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS, label
from matchmaker.lifecycle.transition import Action
from matchmaker.postings.pages import in_words
from matchmaker.postings.texts import FIELDS
from matchmaker.review.changes import Pieces, compare
from matchmaker.review.filters import MINE, NOBODY
from matchmaker.web.display import industry_path, money
from models import Attachment, CooperationMode, Industry, Need, PropertyKind, PropertyStatus, Result

NAMES: dict[str, LazyString] = {
    "title": _l("Title"),
    "keywords": _l("Keywords"),
    "public_summary": _l("Public summary"),
    "visibility": _l("Visibility"),
    "industry_id": _l("Industry"),
    "kind": _l("Kind of need"),
    "background": _l("Background"),
    "problem": _l("Problem to solve"),
    "tried": _l("Tried so far"),
    "budget_min": _l("Budget from"),
    "budget_max": _l("Budget up to"),
    "deadline": _l("Wanted by"),
    "chain_link": _l("Chain link"),
    "abstract": _l("Abstract"),
    "problem_solved": _l("Problem solved"),
    "advantage": _l("Advantage"),
    "applications": _l("Fields of application"),
    "trl": _l("Technology readiness"),
    "stage": _l("Stage"),
    "attribute": _l("Attribute"),
    "registration_no": _l("Registration number"),
    "asking_price": _l("Asking price"),
    "team": _l("Team"),
    "modes": _l("Cooperation mode"),
    "metrics": _l("Target metrics"),
    "properties": _l("Intellectual property"),
    "attachments": _l("Files"),
}
DECISIONS: dict[Action, LazyString] = {
    Action.PUBLISH: _l("Publish"),
    Action.APPROVE: _l("Publish the change"),
    Action.ENDORSE: _l("Pass on to the bureau"),
    Action.RETURN: _l("Return"),
    Action.REJECT: _l("Reject"),
    Action.SUSPEND: _l("Take out of sight"),
    Action.RESUME: _l("Show again"),
}
_MONEY = {"budget_min", "budget_max", "asking_price"}


def decision_name(action: Action) -> str:
    """Return what a decision is called on its button."""
    return str(DECISIONS[action])


def condition(name: str, meaning: object) -> str:
    """Return what a condition of a list of texts means, in the reader's language."""
    if name == "overdue":
        return _("Overdue")
    if name == "reviewer":
        return {MINE: _("In my hands"), NOBODY: _("In nobody's hands")}[str(meaning)]
    if name == "kind":
        return {Need: _("Need"), Result: _("Result")}.get(meaning, _("Changed texts"))  # type: ignore[call-overload, no-any-return]
    if name == "organization":
        return _("Organization: %(name)s", name=meaning)
    return in_words(meaning)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a revision changes: its name, and its two texts in pieces."""

    name: str
    before: Pieces
    after: Pieces


def text_in_words(
    session: Session, kind: type[Need | Result], values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Return the fields that hold something, each as its name and its value in words."""
    words = _words(kind, values, _industries(session, values))
    return [(str(NAMES[field]), text) for field, text in words.items() if text]


def files_in_words(session: Session, values: Mapping[str, Any]) -> str:
    """Return the files of a text, each told apart from others of its name."""
    named = sa.select(Attachment).where(Attachment.public_id.in_(values["attachments"]))
    return "\n".join(file.title for file in session.scalars(named.order_by(Attachment.id)))


def changes(
    session: Session,
    kind: type[Need | Result],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> list[Change]:
    """Return what a revision changes, field by field."""
    industries = _industries(session, before, after)
    old, new = (
        _words(kind, text, industries) | {"attachments": files_in_words(session, text)}
        for text in (before, after)
    )
    return [
        Change(str(NAMES[field]), *compare(old[field], new[field]))
        for field in old
        if old[field] != new[field]
    ]


def _industries(session: Session, *texts: Mapping[str, Any]) -> dict[int, Industry]:
    wanted = {text["industry_id"] for text in texts}
    found = session.scalars(sa.select(Industry).where(Industry.id.in_(wanted)))
    return {industry.id: industry for industry in found}


def _words(
    kind: type[Need | Result], values: Mapping[str, Any], industries: Mapping[int, Industry]
) -> dict[str, str]:
    words = {
        field: _field(kind.__table__.columns[field].type, field, values[field], industries)
        for field in FIELDS[kind]
    }
    words["modes"] = _(", ").join(label(CooperationMode(mode)) for mode in values["modes"])
    if kind is Need:
        words["metrics"] = "\n".join(map(_metric, values["metrics"]))
    else:
        words["properties"] = "\n".join(map(_property, values["properties"]))
    return words


def _field(column: Any, field: str, value: Any, industries: Mapping[int, Industry]) -> str:
    if value is None:
        return ""
    if field == "industry_id":
        return industry_path(industries[value])
    if field == "keywords":
        return _(", ").join(value)
    if field in _MONEY:
        return money(value)
    if isinstance(column, sa.Enum) and column.enum_class in LABELS:
        return label(column.enum_class(value))
    return str(value)


def _metric(metric: Mapping[str, str]) -> str:
    """Return a metric such as “heat resistance: 150 → ≥180 ℃ (GB/T 1)”."""
    way = " → ".join(filter(None, (metric["current"], metric["target"])))
    test = f" ({metric['test_method']})" if metric["test_method"] else ""
    return f"{metric['name']}: {way} {metric['unit']}".rstrip() + test


def _property(right: Mapping[str, str]) -> str:
    parts = (label(PropertyKind(right["kind"])), right["number"])
    status = label(PropertyStatus(right["status"]))
    return _(", ").join(filter(None, (*parts, status, right["holder"])))
