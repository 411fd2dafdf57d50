"""Writes a record's document, in Chinese whatever the reader's language: it goes to offices."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import flask_babel
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.documents import templates
from matchmaker.documents.contexts import CONTEXTS, Context
from matchmaker.documents.summary import summary
from matchmaker.i18n import DEFAULT_LOCALE
from matchmaker.labels import label
from matchmaker.web.display import day
from models import Contract, DocumentKind, KeyDesignation, KeyStatus, Record, Region

_UNFIT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be sent, and its name."""

    name: str
    content: bytes


def write(session: Session, kind: DocumentKind, record: Record) -> Document:
    """Return the document of a record that the reader may read."""
    return _written(session, kind, lambda: CONTEXTS[kind](record))


def write_summary(
    session: Session,
    year: int,
    status: KeyStatus | None,
    region: Region | None,
    designations: Sequence[KeyDesignation],
    contracts: Mapping[int, Sequence[Contract]],
) -> Document:
    """Return the summary of places on the list of key projects, as `summary` has them."""
    kind = DocumentKind.KEY_PROJECT_SUMMARY
    return _written(session, kind, lambda: summary(year, status, region, designations, contracts))


def _written(session: Session, kind: DocumentKind, make: Callable[[], Context]) -> Document:
    with flask_babel.force_locale(DEFAULT_LOCALE):
        context = make() | {"制表日期": day(today())}
        return Document(_name(kind, context), templates.filled(session, kind, context))


def example(session: Session, kind: DocumentKind) -> Document:
    """Return a document of invented values by the template in force."""
    with flask_babel.force_locale(DEFAULT_LOCALE):
        context = templates.examples()[kind]
        return Document(_name(kind, context), templates.filled(session, kind, context))


def _name(kind: DocumentKind, context: Context) -> str:
    named = ("年度", "申报单位", "项目编号", "合同编号")
    parts = (context.get("标题", label(kind)), *(context.get(name) for name in named))
    stem = "-".join(str(part) for part in parts if part)
    return _UNFIT_IN_A_NAME.sub("-", stem) + templates.suffix(kind)
