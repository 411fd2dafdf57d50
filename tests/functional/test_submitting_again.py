"""What was returned and comes again is shown beside what it was."""

import re

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.postings import revisions, services
from matchmaker.postings.texts import written
from models import Need, PostingStatus, Revision, Role, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.reviewing import decide, page_of, revise, stored, waiting

SINCE = "Since it was returned"
_MARKED = re.compile(r"<(del|ins)><span[^>]*>[^<]*</span>(.*?)<span")


def _marked(page: str) -> list[tuple[str, str]]:
    return _MARKED.findall(page)


def test_an_officer_sees_what_was_mended_and_why_it_was_returned(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting(title="隔膜涂层", problem="耐热不足。", public_summary="涂层。")
    assert _(SINCE) not in client.get(page_of(need)).text
    decide(client, need, "return", "请写明温度")
    session.refresh(need)
    with transaction(session):
        need.problem = "耐热不足150度。"
    writer = factories.user(Role.MEMBER, organization=need.organization)
    services.submit(session, writer, need)
    page = client.get(page_of(need)).text
    assert _(SINCE) in page
    assert "请写明温度" in page
    assert _marked(page) == [("ins", "150度")]
    decide(client, need, "publish")
    assert stored(session, sa.select(Need.returned_texts)).one() == {}


def test_what_comes_again_as_it_was_says_so(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting(title="隔膜涂层")
    decide(client, need, "return", "请写明温度")
    session.refresh(need)
    services.submit(session, factories.user(Role.MEMBER, organization=need.organization), need)
    assert _("Nothing was changed.") in client.get(page_of(need)).text


def test_a_change_that_comes_again_is_compared_with_both_texts(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = factories.need(title="隔膜", problem="耐热。")
    revision = revise(session, need, problem="耐热一百度。")
    decide(client, revision, "return", "温度不够")
    session.refresh(revision)
    author = session.get_one(User, revision.author_id)
    values = written(need) | {"problem": "耐热二百度。"}
    revisions.propose(session, author, need, values)
    again = session.scalars(sa.select(Revision)).one()
    page = client.get(page_of(again)).text
    assert _(SINCE) in page
    assert ("del", "一") in _marked(page)
    assert ("ins", "二") in _marked(page)
    assert ("ins", "二百度") in _marked(page)


def test_what_was_returned_internally_is_nobody_elses_matter(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    owner = factories.organization(requires_internal_review=True)
    manager = factories.user(Role.MANAGER, organization=owner)
    need = factories.need(
        organization=owner, status=PostingStatus.INTERNAL_REVIEW, problem="泄密的初稿。"
    )
    services.send_back(session, manager, need, "去掉代号")
    with transaction(session):
        need.problem = "能给人看的稿。"
    services.submit(session, factories.user(Role.MEMBER, organization=owner), need)
    sign_in(client, manager)
    assert _(SINCE) in client.get(page_of(need)).text
    services.endorse(session, manager, need)
    sign_in(client, officer)
    page = client.get(page_of(need)).text
    assert "能给人看的稿" in page
    assert _(SINCE) not in page
    assert "泄密" not in page
    assert "去掉代号" not in page
