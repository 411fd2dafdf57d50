"""Documents as they are read back, and a project that has something to tell in each."""

import io

from docx import Document
from sqlalchemy.orm import Session
from werkzeug.http import parse_options_header
from werkzeug.test import TestResponse

from matchmaker.clock import today
from matchmaker.projects import contracts, milestones, orders, reports
from matchmaker.projects.reports import Report
from models import (
    Progress,
    Project,
)
from tests.trail import Trail

HOSTILE = "<w:p>{{ 7*7 }}</w:p> & “=HYPERLINK(1)”\n第二行\x0b"
"""What somebody may type into a record; it stands in the document as it was typed."""


def text_of(content: bytes) -> str:
    """Return what a .docx file says, headers and tables included, one paragraph a line."""
    document = Document(io.BytesIO(content))
    paragraphs = document.element.body.iter(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
    )
    return "\n".join(each.text for each in paragraphs)


def name_of(response: TestResponse) -> str:
    """Return under which name the browser keeps a file (RFC 6266)."""
    disposition, options = parse_options_header(response.headers["Content-Disposition"])
    assert disposition == "attachment"
    return options["filename"]


def told_of(session: Session, trail: Trail) -> Project:
    """Return a tracked project of which everything has been told."""
    project = trail.tracked()
    contract = project.contracts[0]
    contracts.register(session, trail.officer, contract, "登记340123", today())
    contracts.pay(session, trail.officer, contract, today(), 12_345_60, HOSTILE)
    milestones.reach(session, trail.member, project.milestones[0], today(), "检测报告")
    report = Report(today().replace(day=1), Progress.ON_PLAN, 50, None, 30_000, 20_000, HOSTILE)
    reports.file(session, trail.member, project, report)
    orders.issue(session, trail.officer, project, HOSTILE, today())
    orders.answer(session, trail.member, project.orders[0], "下月完成")
    return project
