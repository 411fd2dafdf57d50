"""Loads the data in `seed/`: reference data for every installation, demo data for the demo."""

import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, demo, demo_projects
from matchmaker.accounts.passwords import hash_password
from matchmaker.config import ROOT
from matchmaker.db import transaction
from matchmaker.disclosure import search_text
from matchmaker.permissions import BUREAU_ROLES
from models import (
    CooperationMode,
    Industry,
    Need,
    NeedKind,
    NeedMetric,
    NeedMode,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    Posting,
    PostingStatus,
    PropertyKind,
    PropertyStatus,
    Region,
    RegionLevel,
    Result,
    ResultAttribute,
    ResultMode,
    ResultProperty,
    ResultStage,
    Role,
    TotpSecret,
    User,
    UserRole,
    Visibility,
    now,
)

SEED = ROOT / "seed"
FEN_PER_YUAN = 100
VALID_DAYS = 365


def load_reference(session: Session) -> None:
    """Bring regions and industries up to what `seed/` says, by code; nothing is removed."""
    with transaction(session):
        _load_regions(session)
        _load_industries(session)
        audit.record(session, None, "seed:reference")


def load_demo(session: Session) -> bool:
    """Load the demo organizations, personas, texts, policies and projects unless there are any.

    Returns whether anything was loaded.
    """
    if session.scalar(sa.select(Organization.id).limit(1)):
        return False
    with transaction(session):
        organizations = _load_organizations(session)
        _load_personas(session, organizations)
        postings = _load_postings(session, organizations)
        session.flush()
        for posting in postings:
            change = audit.status_change(posting, None, posting.status, "seed", None)
            session.add(change)
        audit.record(session, None, "seed:demo", postings=len(postings))
        demo_projects.load(session, organizations)
    return True


def has_demo_accounts(session: Session) -> bool:
    """Return whether anybody could sign in with the demo's password, were it a demo."""
    account = sa.select(User.id).where(User.email.endswith(f"@{demo.DOMAIN}")).limit(1)
    return session.scalar(account) is not None


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _load_regions(session: Session) -> None:
    known = {region.code: region for region in session.scalars(sa.select(Region))}
    with (SEED / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:  # a parent stands before its children
        region = known.setdefault(row["code"], Region(code=row["code"]))
        region.name = row["name"]
        region.level = RegionLevel(row["level"])
        region.parent = known[row["parent"]] if row["parent"] else None
        session.add(region)


def _load_industries(session: Session) -> None:
    known = {industry.code: industry for industry in session.scalars(sa.select(Industry))}
    for position, row in enumerate(_read_json(SEED / "industries.json")):
        industry = known.setdefault(row["code"], Industry(code=row["code"]))
        industry.name = row["name"]
        industry.name_en = row["name_en"]
        industry.position = position
        industry.keywords = row["keywords"]
        industry.parent = known[row["parent"]] if row["parent"] else None
        session.add(industry)


def _load_organizations(session: Session) -> dict[str, Organization]:
    regions = {region.code: region for region in session.scalars(sa.select(Region))}
    industries = {industry.code: industry for industry in session.scalars(sa.select(Industry))}
    organizations = {}
    for row in _read_json(SEED / "demo" / "organizations.json"):
        organizations[row["key"]] = Organization(
            kind=OrganizationKind(row["kind"]),
            name=row["name"],
            uscc=row["uscc"],
            region=regions[row["region"]],
            industries=[industries[code] for code in row["industries"]],
            tiers=row["tiers"],
            status=OrganizationStatus.APPROVED,
            requires_internal_review=row["requires_internal_review"],
        )
    session.add_all(organizations.values())
    return organizations


def _load_personas(session: Session, organizations: dict[str, Organization]) -> None:
    regions = {region.code: region for region in session.scalars(sa.select(Region))}
    password_hash = hash_password(demo.PASSWORD)
    for row in _read_json(SEED / "demo" / "personas.json"):
        user = User(
            name=row["name"],
            email=row["email"],
            title=row["title"],
            password_hash=password_hash,
            password_changed_at=now(),
            organization=organizations[row["organization"]],
            region=regions[row["region"]] if row["region"] else None,
            role_rows=[UserRole(role=Role(role)) for role in row["roles"]],
        )
        session.add(user)
        if user.roles & BUREAU_ROLES:
            session.flush()
            session.add(TotpSecret(user_id=user.id, secret=demo.TOTP_SECRET))


def _load_postings(session: Session, organizations: dict[str, Organization]) -> list[Posting]:
    industries = {industry.code: industry for industry in session.scalars(sa.select(Industry))}
    postings: list[Posting] = []
    for path in sorted((SEED / "demo").glob("*.json")):
        content = _read_json(path)
        if not isinstance(content, dict):
            continue
        postings += [_need(row) for row in content["needs"]]
        postings += [_result(row) for row in content["results"]]
        rows = content["needs"] + content["results"]
        for posting, row in zip(postings[-len(rows) :], rows, strict=True):
            _place(posting, row, organizations[row["organization"]], industries[row["industry"]])
    session.add_all(postings)
    return postings


def _place(
    posting: Posting, row: dict[str, Any], organization: Organization, industry: Industry
) -> None:
    published = now() - timedelta(days=row["published_days_ago"])
    posting.title = row["title"]
    posting.reference = row["key"]
    posting.keywords = row["keywords"]
    posting.visibility = Visibility(row["visibility"])
    posting.public_summary = row["public_summary"]
    posting.organization = organization
    posting.region = organization.region
    posting.industry = industry
    posting.status = PostingStatus.PUBLISHED
    posting.published_at = published
    posting.valid_until = _valid_until(published)
    posting.search_text = search_text(posting)


def _valid_until(published: datetime) -> date:
    return (published + timedelta(days=VALID_DAYS)).date()


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * FEN_PER_YUAN


def _need(row: dict[str, Any]) -> Need:
    return Need(
        kind=NeedKind(row["kind"]),
        background=row["background"],
        problem=row["problem"],
        tried=row["tried"],
        metrics=[
            NeedMetric(position=position, **metric)
            for position, metric in enumerate(row["metrics"])
        ],
        mode_rows=[NeedMode(mode=CooperationMode(mode)) for mode in row["modes"]],
        budget_min=_fen(row["budget_min"]),
        budget_max=_fen(row["budget_max"]),
        deadline=date.fromisoformat(row["deadline"]) if row["deadline"] else None,
        chain_link=row["chain_link"],
    )


def _result(row: dict[str, Any]) -> Result:
    return Result(
        abstract=row["abstract"],
        problem_solved=row["problem_solved"],
        advantage=row["advantage"],
        applications=row["applications"],
        trl=row["trl"],
        stage=ResultStage(row["stage"]),
        attribute=ResultAttribute(row["attribute"]),
        asking_price=_fen(row["asking_price"]),
        team=row["team"],
        mode_rows=[ResultMode(mode=CooperationMode(mode)) for mode in row["modes"]],
        properties=[
            ResultProperty(
                position=position,
                kind=PropertyKind(right["kind"]),
                number=right["number"],
                status=PropertyStatus(right["status"]),
            )
            for position, right in enumerate(row["ip"])
        ],
    )
