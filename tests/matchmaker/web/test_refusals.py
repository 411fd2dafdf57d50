"""A refused move is answered with a page that says why, and leaves its trail."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import db, transaction
from matchmaker.lifecycle.engine import advance
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission
from matchmaker.web.access import current_actor, requires
from models import AuditEntry, IntegrityRestriction, Need, PostingStatus, Role
from tests import factories
from tests.conftest import SignIn


@pytest.fixture
def moving(app: Flask) -> Flask:
    """Give an application with a page that moves a need."""

    @requires(Permission.PORTAL_READ)
    def move(public_id: str, action: str) -> str:
        need = db.session.scalars(sa.select(Need).where(Need.public_id == public_id)).one()
        advance(db.session, current_actor(), need, Action(action))
        return "done"

    app.add_url_rule("/move/<public_id>/<action>", view_func=move)
    return app


@pytest.mark.parametrize(
    ("role", "status", "action", "code"),
    [
        (Role.OFFICER, PostingStatus.SUBMITTED, "publish", 200),
        (Role.OFFICER, PostingStatus.DRAFT, "publish", 404),
        (Role.DIRECTOR, PostingStatus.SUBMITTED, "publish", 403),
        (Role.OFFICER, PostingStatus.WITHDRAWN, "publish", 409),
        (Role.OFFICER, PostingStatus.SUBMITTED, "reject", 400),
    ],
)
def test_each_refusal_has_its_answer_and_its_entry(
    moving: Flask,
    session: Session,
    sign_in: SignIn,
    role: Role,
    status: PostingStatus,
    action: str,
    code: int,
) -> None:
    need = factories.need(status=status)
    actor = factories.user(role, region=factories.FEIXI)
    client = moving.test_client()
    sign_in(client, actor)
    answer = client.get(f"/move/{need.public_id}/{action}")
    assert answer.status_code == code
    session.rollback()
    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == f"need:{action}")
    ).one()
    assert (entry.actor_id, entry.subject_id) == (actor.id, need.id)
    assert entry.outcome == ("done" if code == 200 else "refused")


def test_the_page_names_what_stands_in_the_way(
    moving: Flask, session: Session, sign_in: SignIn
) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    with transaction(session):
        restriction = IntegrityRestriction(
            ground="提供虚假材料", starts_on=today(), source_document="通报9号"
        )
        need.organization.restrictions.append(restriction)
    client = moving.test_client()
    sign_in(client, factories.user(Role.OFFICER, region=factories.FEIXI))
    answer = client.get(f"/move/{need.public_id}/publish")
    assert answer.status_code == 409
    assert "提供虚假材料" in answer.text


def test_a_refusal_names_the_ids_of_its_address_and_no_key(
    app: Flask, session: Session, sign_in: SignIn
) -> None:
    @requires(Permission.USER_MANAGE)
    def manage(**_ids: str) -> str:
        return "done"

    app.add_url_rule("/manage/<claim_id>/<public_id>/<key>/<link>", view_func=manage)
    client = app.test_client()
    sign_in(client, factories.user(Role.MEMBER))
    assert client.get("/manage/one/two/secret/secret").status_code == 403
    session.rollback()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.outcome == "refused")).one()
    assert entry.detail == {"claim_id": "one", "public_id": "two"}
