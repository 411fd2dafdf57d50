"""Writes a record's document, in Chinese whatever the reader's language: it goes to offices."""

import re
from dataclasses import dataclass

import flask_babel
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.documents import templates
from matchmaker.documents.contexts import CONTEXTS, Context
from matchmaker.i18n import DEFAULT_LOCALE
from matchmaker.labels import label
from matchmaker.web.display import day
from models import DocumentKind, Record

_UNFIT_IN_A_NAME = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be sent, and its name."""

    name: str
    content: bytes


def write(session: Session, kind: DocumentKind, record: Record) -> Document:
    """Return the document of a record that the reader may read."""
    with flask_babel.force_locale(DEFAULT_LOCALE):
        context = CONTEXTS[kind](record) | {"制表日期": day(today())}
        return Document(_name(kind, context), templates.filled(session, kind, context))


def example(session: Session, kind: DocumentKind) -> Document:
    """Return a document of invented values by the template in force."""
    with flask_babel.force_locale(DEFAULT_LOCALE):
        context = templates.examples()[kind]
        return Document(_name(kind, context), templates.filled(session, kind, context))


def _name(kind: DocumentKind, context: Context) -> str:
    named = ("年度", "申报单位", "项目编号", "合同编号")
    parts = (label(kind), *(context.get(name) for name in named))
    return _UNFIT_IN_A_NAME.sub("-", "-".join(str(part) for part in parts if part)) + ".docx"
