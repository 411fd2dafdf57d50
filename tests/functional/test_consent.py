"""One match: what each reader sees of it, and how it comes to an agreement or to nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.matches import decisions
from matchmaker.matches.judgements import judgements
from matchmaker.matches.services import propose
from models import (
    AuditEntry,
    DeclineReason,
    Match,
    MatchConsent,
    MatchStatus,
    PostingStatus,
    Project,
    Role,
    Visibility,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles


class Cast:
    """A match, whoever may answer it, and whoever may put it forward."""

    def __init__(self) -> None:
        elsewhere = factories.organization(region=factories.WUHU)
        need = factories.need(contact={"name": "需求联系人", "phone": "0551-100"})
        result = factories.result(organization=elsewhere, contact={"name": "成果联系人"})
        self.match = factories.match(need, result)
        self.enterprise = factories.user(organization=need.organization, name="企业答复人")
        self.university = factories.user(Role.MANAGER, organization=elsewhere, name="高校答复人")
        self.rival = factories.user()
        self.officer = factories.user(Role.OFFICER, region=factories.FEIXI, name="经办人")
        self.director = factories.user(Role.DIRECTOR, region=factories.ANHUI)
        self.broker = factories.user(Role.BROKER, name="经理人")

    @property
    def address(self) -> str:
        """The address of the match."""
        return f"/matches/{self.match.public_id}"


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give a proposed match and everybody around it."""
    return Cast()


@pytest.fixture
def recommended(session: Session, cast: Cast) -> Cast:
    """Give a match that both sides have been asked about."""
    decisions.recommend(session, cast.officer, cast.match)
    return cast


AGREE = {"confirmed": "y"}


def _post(client: FlaskClient, cast: Cast, action: str, **fields: str) -> tuple[int, str]:
    answer = send(client, f"{cast.address}/{action}", cast.address, **fields)
    return answer.status_code, answer.text


def _need_agrees() -> str:
    return str(escape(_("%(side)s agrees", side=_("The need's side"))))


def test_the_officer_recommends_and_both_sides_are_asked(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.officer)
    assert _post(client, cast, "recommend")[0] == 303
    page = client.get(cast.address).text
    assert _("Recommended to both sides") in page
    for actor in (cast.enterprise, cast.university):
        sign_in(client, actor)
        waiting = client.get("/matches/waiting").text
        assert len(titles(waiting)) == 1
        assert "30" in waiting


def test_both_consents_open_contacts_and_a_project(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    sign_in(client, recommended.enterprise)
    assert _post(client, recommended, "consent", note="期待合作", **AGREE)[0] == 303
    assert titles(client.get("/matches/waiting").text) == []
    assert "成果联系人" not in client.get(recommended.address).text
    sign_in(client, recommended.university)
    assert _post(client, recommended, "consent", **AGREE)[0] == 303
    session.rollback()
    project = session.scalars(sa.select(Project)).one()
    for actor in (recommended.enterprise, recommended.university):
        sign_in(client, actor)
        page = client.get(recommended.address).text
        for word in ("需求联系人", "0551-100", "成果联系人", "企业答复人", "期待合作"):
            assert word in page
        assert project.code in page
    for other in (recommended.officer, recommended.director):
        sign_in(client, other)
        page = client.get(recommended.address).text
        assert "需求联系人" not in page
        assert "成果联系人" not in page
    sign_in(client, recommended.rival)
    assert client.get(recommended.address).status_code == 404


def test_the_other_sides_answer_is_shown_after_ones_own(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    decisions.consent(session, recommended.enterprise, recommended.match, "我方很有兴趣")
    sign_in(client, recommended.university)
    page = client.get(recommended.address).text
    for hidden in ("我方很有兴趣", "企业答复人", _need_agrees()):
        assert hidden not in page
    assert _("shown after your own answer") in page
    sign_in(client, recommended.officer)
    assert "我方很有兴趣" in client.get(recommended.address).text
    decisions.decline(
        session, recommended.university, recommended.match, DeclineReason.PRICE, "价格不合适"
    )
    sign_in(client, recommended.university)
    page = client.get(recommended.address).text
    assert _need_agrees() in page
    assert "我方很有兴趣" not in page
    sign_in(client, recommended.enterprise)
    page = client.get(recommended.address).text
    assert label(DeclineReason.PRICE) in page
    assert "价格不合适" not in page


def test_a_decline_before_ones_own_answer_shows_no_reason(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    decisions.decline(
        session, recommended.enterprise, recommended.match, DeclineReason.PRICE, "太贵了"
    )
    sign_in(client, recommended.university)
    page = client.get(recommended.address).text
    assert label(MatchStatus.DECLINED) in page
    assert "太贵了" not in page
    assert label(DeclineReason.PRICE) not in page


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_a_side_declines_with_a_reason(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast, reason: DeclineReason
) -> None:
    sign_in(client, recommended.university)
    fields = {"decline_reason": reason.value, "comment": "说明"}
    assert _post(client, recommended, "decline", **fields)[0] == 303
    session.rollback()
    answer = session.scalars(sa.select(MatchConsent)).one()
    assert recommended.match.status is MatchStatus.DECLINED
    assert (answer.reason, answer.comment) == (reason, "说明")


@pytest.mark.parametrize(
    ("action", "fields", "cure"),
    [
        ("consent", {"note": "写好的话"}, "Tick this to agree."),
        ("consent", {"note": "写好的话" * 200, **AGREE}, "At most %(count)s characters."),
        ("decline", {"comment": "写好的话"}, "Choose a reason."),
        ("decline", {"comment": "写好的话", "decline_reason": "nonsense"}, "Choose a reason"),
        ("decline", {"decline_reason": "other"}, "Say in the comment what the reason is."),
    ],
)
def test_an_answer_that_lacks_something_is_asked_for_it_and_kept(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    recommended: Cast,
    action: str,
    fields: dict[str, str],
    cure: str,
) -> None:
    sign_in(client, recommended.enterprise)
    _status, page = _post(client, recommended, action, **fields)
    assert _(cure, count=500) in page if "%(" in cure else _(cure) in page
    assert fields.get("comment", fields.get("note", "")) in page
    assert session.scalars(sa.select(MatchConsent)).all() == []


def test_a_second_click_is_refused_in_words_and_makes_nothing_twice(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    decisions.consent(session, recommended.university, recommended.match)
    sign_in(client, recommended.enterprise)
    assert _post(client, recommended, "consent", **AGREE)[0] == 303
    status, page = _post(client, recommended, "consent", **AGREE)
    assert status == 409
    assert label(MatchStatus.AGREED) in page
    session.rollback()
    assert len(session.scalars(sa.select(Project)).all()) == 1


def test_an_answer_to_what_was_withdrawn_meanwhile_is_refused_and_kept(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    sign_in(client, recommended.university)
    client.get(recommended.address)
    with transaction(session):
        recommended.match.status = MatchStatus.LAPSED
        recommended.match.need.status = PostingStatus.WITHDRAWN
    status, page = _post(client, recommended, "consent", **AGREE)
    assert status == 409
    assert label(MatchStatus.LAPSED) in page
    session.rollback()
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert session.scalars(refused).all() == ["match:consent"]


def test_a_proposal_removed_meanwhile_is_gone(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.officer)
    page = "/matches"
    client.get(page)
    address = f"{cast.address}/recommend"
    with transaction(session):
        session.delete(cast.match)
    assert send(client, address, page).status_code == 404


def test_the_officer_dismisses_with_a_reason_and_the_matcher_learns(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    need = factories.need()
    factories.result()
    propose(session, None)
    match = session.scalars(sa.select(Match)).one()
    officer = factories.user(Role.OFFICER, region=factories.FEIXI)
    sign_in(client, officer)
    address = f"/matches/{match.public_id}"
    assert send(client, f"{address}/dismiss", address).status_code == 200
    session.rollback()
    assert session.scalar(sa.select(Match.status)) is MatchStatus.PROPOSED
    send(client, f"{address}/dismiss", address, dismiss_reason="irrelevant")
    session.rollback()
    assert session.scalar(sa.select(Match.status)) is MatchStatus.DISMISSED
    assert judgements(session) == {str(need.id): {str(match.result_id): 1}}
    assert label(DeclineReason.IRRELEVANT) in client.get(address).text


def test_a_decision_ranks_the_rest_of_the_needs_list_anew_at_once(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    need = factories.need(title="隔膜耐热涂层", problem="隔膜高温收缩。")
    factories.result(title="隔膜耐热涂层工艺", abstract="隔膜耐热涂层。")
    factories.result(title="隔膜耐热涂层设备", abstract="隔膜耐热涂层。")
    propose(session, None)
    first, second = session.scalars(
        sa.select(Match).where(Match.need_id == need.id).order_by(Match.need_rank)
    )
    before = second.score
    sign_in(client, factories.user(Role.OFFICER, region=factories.FEIXI))
    address = f"/matches/{first.public_id}"
    send(client, f"{address}/dismiss", address, dismiss_reason="irrelevant")
    session.rollback()
    assert second.score < before


def test_the_broker_it_is_given_to_sees_and_recommends_it(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.officer)
    version = str(cast.match.version)
    fields = {"broker": cast.broker.public_id, "version": version}
    assert _post(client, cast, "assign", **fields)[0] == 303
    assert _post(client, cast, "assign", **fields)[0] == 303
    assert "经理人" in client.get(cast.address).text
    other = factories.user(Role.BROKER)
    assert _post(client, cast, "assign", broker=other.public_id, version=version)[0] == 409
    nobody = _post(client, cast, "assign", broker="", version=version)
    assert _("Choose a broker.") in nobody[1]
    sign_in(client, cast.broker)
    assert _post(client, cast, "recommend")[0] == 303
    session.rollback()
    assert cast.match.status is MatchStatus.RECOMMENDED


@pytest.mark.parametrize(
    ("who", "action"),
    [
        ("director", "recommend"),
        ("director", "dismiss"),
        ("enterprise", "recommend"),
        ("enterprise", "assign"),
        ("officer", "consent"),
        ("officer", "decline"),
    ],
)
def test_what_is_not_ones_own_to_decide_is_refused(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    recommended: Cast,
    who: str,
    action: str,
) -> None:
    sign_in(client, getattr(recommended, who))
    fields = {"dismiss_reason": "price", "decline_reason": "price", **AGREE}
    assert _post(client, recommended, action, **fields)[0] == 403
    assert f"{recommended.address}/{action}" not in client.get(recommended.address).text


def test_a_missing_button_says_why(
    session: Session, client: FlaskClient, sign_in: SignIn, cast: Cast
) -> None:
    with transaction(session):
        cast.match.result.status = PostingStatus.WITHDRAWN
    own = factories.result(organization=cast.match.need.organization)
    same = factories.match(cast.match.need, own)
    sign_in(client, cast.officer)
    page = client.get(f"/matches/{same.public_id}").text
    assert _("Both are of the same organization.") in page
    assert f"/matches/{same.public_id}/recommend" not in page


def test_the_days_left_are_counted(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    with transaction(session):
        recommended.match.recommended_on = today() - timedelta(days=25)
    sign_in(client, recommended.university)
    for address in ("/matches/waiting", recommended.address):
        assert "5" in client.get(address).text.split('<span class="tag tag-pending">')[1][:12]


def test_nobody_of_the_other_side_is_named_before_both_agree(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    decisions.consent(session, recommended.university, recommended.match)
    decisions.decline(session, recommended.enterprise, recommended.match, DeclineReason.PRICE)
    sign_in(client, recommended.enterprise)
    page = client.get(recommended.address).text
    assert "高校答复人" not in page
    assert "企业答复人" in page
    assert "经办人" in page


def test_both_read_a_masked_text_once_both_agree(
    session: Session, client: FlaskClient, sign_in: SignIn, recommended: Cast
) -> None:
    with transaction(session):
        need = recommended.match.need
        need.visibility, need.public_summary = Visibility.MASKED, "一项材料难题"
    sign_in(client, recommended.university)
    assert "高温下收缩" not in client.get(recommended.address).text
    decisions.consent(session, recommended.university, recommended.match)
    decisions.consent(session, recommended.enterprise, recommended.match)
    assert "高温下收缩" in client.get(recommended.address).text
