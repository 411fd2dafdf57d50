"""Nobody decides about a text of their own organization, and a broker reads none of it."""

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from matchmaker.lifecycle.engine import NotPermittedError
from matchmaker.lifecycle.transition import Action
from matchmaker.matches import decisions
from matchmaker.permissions import Permission, can, may_read_text
from matchmaker.review import services as review
from models import DeclineReason, Match, MatchStatus, Need, PostingStatus, Role, User, Visibility
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles
from tests.functional.reviewing import decide

REASON = "Somebody else of the bureau must decide about your own organization's text."
SECRET = "鸮羽硼烯"


@pytest.fixture
def partial(session: Session) -> User:
    """Give an officer of Feixi who is a member of an organization there, too."""
    return factories.user(Role.OFFICER, Role.MEMBER, region=factories.FEIXI)


def _own_match(actor: User) -> Match:
    elsewhere = factories.organization(region=factories.WUHU)
    need = factories.need(organization=actor.organization)
    return factories.match(need, factories.result(organization=elsewhere))


@pytest.mark.parametrize(
    "permission",
    [
        Permission.MATCH_ADD,
        Permission.MATCH_ASSIGN,
        Permission.MATCH_DISMISS,
        Permission.MATCH_JUDGE,
        Permission.MATCH_RECOMMEND,
    ],
)
def test_an_officer_decides_on_no_match_of_their_own_organization(
    session: Session, partial: User, permission: Permission
) -> None:
    own = _own_match(partial)
    other = factories.match(factories.need(), factories.result())
    decision = can(partial, permission, own)
    assert (bool(decision), decision.reason) == (False, _(REASON))
    assert can(partial, permission, other)


def test_neither_recommending_nor_dismissing_is_done_or_offered(
    session: Session, client: FlaskClient, sign_in: SignIn, partial: User
) -> None:
    match = _own_match(partial)
    with pytest.raises(NotPermittedError):
        decisions.recommend(session, partial, match)
    with pytest.raises(NotPermittedError):
        decisions.dismiss(session, partial, match, DeclineReason.PRICE)
    sign_in(client, partial)
    page = client.get(f"/matches/{match.public_id}").text
    for action in ("recommend", "dismiss", "assign"):
        assert f"/matches/{match.public_id}/{action}" not in page
    send(client, "/matches/recommend", "/matches", match=[match.public_id])
    assert escape(_(REASON)) in client.get("/matches").text
    session.rollback()
    assert match.status is MatchStatus.PROPOSED


def test_an_officer_reviews_no_text_of_their_own_organization(
    session: Session, client: FlaskClient, sign_in: SignIn, partial: User
) -> None:
    need = factories.need(organization=partial.organization, status=PostingStatus.SUBMITTED)
    with pytest.raises(NotPermittedError):
        review.decide(session, partial, need, Action.PUBLISH, "", need.version)
    sign_in(client, partial)
    page = client.get(f"/review/need/{need.public_id}").text
    assert _("Nothing is for you to decide here now.") in page
    assert decide(client, need, "publish").status_code == 403
    colleague = factories.user(Role.OFFICER, region=factories.FEIXI)
    review.decide(session, colleague, need, Action.PUBLISH, "", need.version)
    assert need.status is PostingStatus.PUBLISHED


def _posted(broker: User, status: PostingStatus) -> Need:
    return factories.need(
        organization=broker.organization,
        title=SECRET,
        status=status,
        visibility=Visibility.MASKED,
        public_summary="一种二维材料。",
    )


def test_a_broker_reads_no_draft_and_no_masked_text_of_their_own_organization(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    broker = factories.user(Role.BROKER)
    draft, masked = (_posted(broker, PostingStatus(one)) for one in ("draft", "published"))
    assert not may_read_text(broker, masked)
    sign_in(client, broker)
    assert client.get(f"/needs/{draft.public_id}").status_code == 404
    for address in (f"/needs/{masked.public_id}", "/mine", "/needs", "/matches"):
        assert SECRET not in client.get(address).text


def test_a_broker_is_on_no_side_of_their_organizations_match(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    broker = factories.user(Role.BROKER)
    match = factories.match(_posted(broker, PostingStatus.PUBLISHED), factories.result())
    sign_in(client, broker)
    assert client.get(f"/matches/{match.public_id}").status_code == 404
    assert titles(client.get("/matches").text) == []


def test_a_broker_who_is_a_member_too_reads_as_a_member(session: Session) -> None:
    both = factories.user(Role.BROKER, Role.MEMBER)
    assert may_read_text(both, _posted(both, PostingStatus.PUBLISHED))


def test_the_menu_says_how_many_matches_await_the_own_answer(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    need = factories.need()
    owner = factories.user(organization=need.organization)
    for _number in range(3):
        elsewhere = factories.organization(region=factories.WUHU)
        match = factories.match(need, factories.result(organization=elsewhere))
        decisions.recommend(session, officer, match)
    decisions.consent(session, owner, match)
    sign_in(client, owner)
    entry = '<a href="/matches/waiting"'
    page = client.get("/about").text
    assert '<span class="count">2</span>' in page.split(entry)[1].split("</a>")[0]
    sign_in(client, officer)
    assert entry not in client.get("/about").text
