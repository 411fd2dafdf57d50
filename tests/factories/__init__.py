"""Makes records for tests, each by itself valid; every call is one transaction."""

import itertools
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session
from stdnum.cn import uscc as uscc_number

from matchmaker.accounts.passwords import hash_password
from matchmaker.db import transaction
from matchmaker.disclosure import search_text
from models import (
    Base,
    CooperationMode,
    Industry,
    Match,
    MatchGrade,
    Need,
    NeedMetric,
    NeedMode,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    PostingStatus,
    Region,
    Result,
    ResultMode,
    ResultStage,
    Role,
    StatusChange,
    User,
    UserRole,
    now,
)

RecordT = TypeVar("RecordT", bound=Base)
PostingT = TypeVar("PostingT", Need, Result)

FEIXI = "340123"
HEFEI = "340100"
ANHUI = "340000"
WUHU = "340200"
PASSWORD = "correct horse battery"
_PASSWORD_HASH = hash_password(PASSWORD)

_numbers = itertools.count(1)
_session: list[Session] = []


def use(session: Session) -> None:
    """Let the factories write through `session`."""
    _session[:] = [session]


def region(code: str) -> Region:
    """Return the region with this GB/T 2260 code."""
    return _session[0].scalars(sa.select(Region).where(Region.code == code)).one()


def industry(code: str) -> Industry:
    """Return the industry with this code."""
    return _session[0].scalars(sa.select(Industry).where(Industry.code == code)).one()


def uscc(number: int) -> str:
    """Return a valid unified social credit code that differs for each number."""
    body = f"91340100MA{number:07d}"
    return body + uscc_number.calc_check_digit(body)


def organization(**values: Any) -> Organization:
    """Make an approved enterprise in Feixi unless told otherwise."""
    number = next(_numbers)
    values.setdefault("kind", OrganizationKind.ENTERPRISE)
    values.setdefault("name", f"测试企业{number}")
    values.setdefault("uscc", uscc(number))
    values.setdefault("status", OrganizationStatus.APPROVED)
    return _store(Organization(region=region(values.pop("region", FEIXI)), **values))


def user(*roles: Role, **values: Any) -> User:
    """Make a user with these roles, a member unless told otherwise; `region` is a code."""
    number = next(_numbers)
    code = values.pop("region", None)
    values.setdefault("name", f"用户{number}")
    values.setdefault("email", f"user{number}@example.com")
    values.setdefault("organization", None)
    values["organization"] = values["organization"] or organization()
    return _store(
        User(
            password_hash=_PASSWORD_HASH,
            password_changed_at=now(),
            region=region(code) if code else None,
            role_rows=[UserRole(role=role) for role in roles or (Role.MEMBER,)],
            **values,
        )
    )


def need(**values: Any) -> Need:
    """Make a published public need; `days_ago` dates it, `modes`, `metrics` are plain lists."""
    modes = values.pop("modes", [CooperationMode.JOINT])
    metrics = values.pop("metrics", [])
    return _posting(
        Need,
        {"title": "锂电池隔膜耐热涂层", "problem": "隔膜在高温下收缩，需要耐热涂层。"} | values,
        mode_rows=[NeedMode(mode=mode) for mode in modes],
        metrics=[NeedMetric(position=place, **metric) for place, metric in enumerate(metrics)],
    )


def result(**values: Any) -> Result:
    """Make a published public result."""
    modes = values.pop("modes", [CooperationMode.TRANSFER])
    return _posting(
        Result,
        {
            "title": "陶瓷涂覆隔膜制备方法",
            "abstract": "在隔膜表面涂覆纳米氧化铝，提高耐热性。",
            "trl": 6,
            "stage": ResultStage.PILOT,
        }
        | values,
        mode_rows=[ResultMode(mode=mode) for mode in modes],
    )


def match(need: Need, result: Result, **values: Any) -> Match:
    """Make a proposed match."""
    defaults = {
        "score": 0.5,
        "grade": MatchGrade.FAIR,
        "need_rank": 1,
        "result_rank": 1,
        "engine_version": "test",
    }
    return _store(Match(need=need, result=result, **(defaults | values)))


def _posting(kind: type[PostingT], values: dict[str, Any], **rows: Any) -> PostingT:
    days_ago = values.pop("days_ago", 1)
    owner = values.pop("organization", None) or organization()
    code = values.pop("industry", None)
    values.setdefault("status", PostingStatus.PUBLISHED)
    values.setdefault("published_at", now() - timedelta(days=days_ago))
    posting = kind(
        organization=owner,
        region=owner.region,
        industry=industry(code) if code else None,
        **values,
        **rows,
    )
    posting.search_text = search_text(posting)
    _store(posting)
    _store(
        StatusChange(
            subject_kind=kind.__name__,
            subject_id=posting.id,
            target=posting.status,
            action="test",
        )
    )
    return posting


def _store(record: RecordT) -> RecordT:
    session = _session[0]
    with transaction(session):
        session.add(record)
        session.flush()
        session.refresh(record)
    return record
