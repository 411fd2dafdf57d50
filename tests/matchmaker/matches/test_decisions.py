"""From a proposal to an agreement, and every way in which it comes to nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import db, transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import (
    GuardedError,
    NotPermittedError,
    NotVisibleError,
    ReasonMissingError,
    RefusalError,
    WrongStateError,
)
from matchmaker.matches import decisions
from matchmaker.permissions import Permission, can, visible
from matchmaker.postings import invitations
from models import (
    ConsentDecision,
    DeclineReason,
    Event,
    Match,
    MatchConsent,
    MatchSide,
    MatchStatus,
    Notification,
    OutboxMessage,
    PostingStatus,
    Project,
    ProjectStage,
    Role,
    StatusChange,
    User,
    Visibility,
)
from tests import factories

CANARY = "鸮羽硼烯"


class Cast:
    """A match, its two sides, the officer of each region and a broker."""

    def __init__(self) -> None:
        elsewhere = factories.organization(region=factories.WUHU)
        self.match = factories.match(factories.need(), factories.result(organization=elsewhere))
        self.enterprise = factories.user(organization=self.match.need.organization)
        self.university = factories.user(Role.MANAGER, organization=elsewhere)
        self.rival = factories.user(Role.MANAGER)
        self.officer = factories.user(Role.OFFICER, region=factories.FEIXI)
        self.director = factories.user(Role.DIRECTOR, region=factories.ANHUI)
        self.broker = factories.user(Role.BROKER)


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give a proposed match and everybody around it."""
    return Cast()


@pytest.fixture
def recommended(session: Session, cast: Cast) -> Cast:
    """Give a match that both sides have been asked about."""
    decisions.recommend(session, cast.officer, cast.match)
    return cast


def _told(session: Session, event: Event) -> set[int]:
    statement = sa.select(Notification.user_id).where(Notification.event == event)
    return set(session.scalars(statement))


def test_a_recommendation_asks_both_sides(session: Session, recommended: Cast) -> None:
    match = recommended.match
    assert match.status is MatchStatus.RECOMMENDED
    assert match.recommended_on == today()
    assert match.recommended_by is recommended.officer
    assert _told(session, Event.MATCH_RECOMMENDED) == {
        recommended.enterprise.id,
        recommended.university.id,
    }


def test_both_consents_open_contacts_and_a_project(session: Session, recommended: Cast) -> None:
    match, people = recommended.match, recommended
    decisions.assign(session, people.officer, match, people.broker)
    assert decisions.consent(session, people.enterprise, match) is None
    assert match.status is MatchStatus.RECOMMENDED
    assert not can(people.university, Permission.MATCH_READ_CONTACT, match)
    assert _told(session, Event.MATCH_CONSENTED) == {people.officer.id, people.broker.id}
    project = decisions.consent(session, people.university, match, "期待合作")
    assert project is not None
    assert match.status.value == "agreed"
    assert (project.code, project.stage) == (f"AH-{today().year}-0001", ProjectStage.MATCHMAKING)
    assert (project.need_id, project.result_id) == (match.need_id, match.result_id)
    assert (project.officer_id, project.broker_id) == (people.officer.id, people.broker.id)
    sides = [people.enterprise.organization, people.university.organization]
    assert [party.organization for party in project.parties] == sides
    may_read = {
        name
        for name, actor in vars(people).items()
        if isinstance(actor, User) and can(actor, Permission.MATCH_READ_CONTACT, match)
    }
    assert may_read == {"enterprise", "university"}
    assert _told(session, Event.MATCH_AGREED) == {
        people.enterprise.id,
        people.broker.id,
        people.officer.id,
    }
    changes = session.scalars(
        sa.select(StatusChange.target).where(StatusChange.subject_kind == "Project")
    ).all()
    assert changes == ["lead", "matchmaking"]


def test_a_project_is_seen_by_its_parties_its_region_and_its_broker(
    session: Session, recommended: Cast
) -> None:
    people = recommended
    decisions.assign(session, people.officer, people.match, people.broker)
    decisions.consent(session, people.enterprise, people.match)
    project = decisions.consent(session, people.university, people.match)
    assert project is not None
    everybody: dict[str, User | None] = {
        **{name: actor for name, actor in vars(people).items() if isinstance(actor, User)},
        "visitor": None,
        "other city's officer": factories.user(Role.OFFICER, region=factories.WUHU),
        "admin": factories.user(Role.ADMIN),
    }
    seeing = set()
    for name, actor in everybody.items():
        listed = set(session.scalars(visible(actor, Project)))
        assert bool(can(actor, Permission.PROJECT_READ, project)) == (project in listed), name
        if listed:
            seeing.add(name)
    assert seeing == {"enterprise", "university", "officer", "director", "broker"}


def test_the_projects_of_a_year_are_numbered_one_by_one(session: Session, cast: Cast) -> None:
    codes = []
    for _number in range(3):
        people = Cast()
        decisions.recommend(session, people.officer, people.match)
        decisions.consent(session, people.enterprise, people.match)
        project = decisions.consent(session, people.university, people.match)
        assert project is not None
        codes.append(project.code[-4:])
    assert codes == ["0001", "0002", "0003"]


def test_nothing_of_a_masked_need_is_told_or_stands_in_a_title(
    session: Session, cast: Cast
) -> None:
    with transaction(session):
        need = cast.match.need
        need.title, need.problem = f"{CANARY}涂层开裂", f"{CANARY}在高温下开裂"
        need.visibility, need.public_summary = Visibility.MASKED, "高温涂层寿命不足。"
    decisions.recommend(session, cast.officer, cast.match)
    decisions.consent(session, cast.university, cast.match)
    project = decisions.consent(session, cast.enterprise, cast.match)
    assert project is not None
    assert project.title == "高温涂层寿命不足"
    written = [str(row.payload) for row in session.scalars(sa.select(OutboxMessage))]
    written += [str(row.payload) for row in session.scalars(sa.select(Notification))]
    assert written
    assert not [text for text in written if CANARY in text]


def test_a_side_does_not_hear_of_the_others_answer_before_both_agree(
    session: Session, recommended: Cast
) -> None:
    before = set(session.scalars(sa.select(Notification.id)))
    decisions.consent(session, recommended.university, recommended.match)
    told = sa.select(Notification.user_id).where(Notification.id.not_in(before))
    assert set(session.scalars(told)) == {recommended.officer.id}


def test_a_second_consent_of_the_same_side_is_refused(session: Session, recommended: Cast) -> None:
    decisions.consent(session, recommended.enterprise, recommended.match)
    with pytest.raises(GuardedError):
        decisions.consent(session, recommended.enterprise, recommended.match)
    assert [consent.side for consent in recommended.match.consents] == [MatchSide.NEED]


def test_a_side_declines_with_a_code_and_all_are_told(session: Session, recommended: Cast) -> None:
    match, people = recommended.match, recommended
    decisions.consent(session, people.enterprise, match)
    decisions.decline(session, people.university, match, DeclineReason.PRICE, "报价过低")
    assert match.status is MatchStatus.DECLINED
    answers = {consent.side: consent for consent in match.consents}
    answer = answers[MatchSide.RESULT]
    assert (answer.decision, answer.reason, answer.comment) == (
        ConsentDecision.DECLINED,
        DeclineReason.PRICE,
        "报价过低",
    )
    change = session.scalars(sa.select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert change is not None
    assert change.reason == "price"
    assert _told(session, Event.MATCH_DECLINED) == {people.enterprise.id, people.officer.id}
    with pytest.raises(WrongStateError):
        decisions.consent(session, people.enterprise, match)


def test_a_side_may_think_better_of_it_while_the_other_is_silent(
    session: Session, recommended: Cast
) -> None:
    decisions.consent(session, recommended.enterprise, recommended.match)
    decisions.decline(
        session, recommended.enterprise, recommended.match, DeclineReason.SOLVED_OTHERWISE
    )
    answers = session.scalars(sa.select(MatchConsent)).all()
    assert [answer.decision for answer in answers] == [ConsentDecision.DECLINED]


def test_other_says_nothing_without_a_comment(session: Session, recommended: Cast) -> None:
    with pytest.raises(ReasonMissingError):
        decisions.decline(session, recommended.enterprise, recommended.match, DeclineReason.OTHER)
    assert recommended.match.status is MatchStatus.RECOMMENDED


def test_a_dismissed_proposal_keeps_its_code(session: Session, cast: Cast) -> None:
    decisions.dismiss(session, cast.officer, cast.match, DeclineReason.IRRELEVANT)
    assert cast.match.status is MatchStatus.DISMISSED
    change = session.scalars(sa.select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert change is not None
    assert change.reason == "irrelevant"
    assert _told(session, Event.MATCH_CLOSED) == set()


def test_a_broker_who_may_not_read_a_text_is_not_given_its_match(
    session: Session, cast: Cast
) -> None:
    with transaction(session):
        cast.match.need.visibility = Visibility.INVITED
    with pytest.raises(GuardedError) as refused:
        decisions.assign(session, cast.officer, cast.match, cast.broker)
    assert refused.value.reason == _(
        "One of the texts is only for invited organizations. Have the broker's invited first, or"
        " choose another."
    )
    assert cast.match.broker is None
    guest = cast.broker.organization.public_id
    invitations.invite(session, cast.enterprise, cast.match.need, guest)
    decisions.assign(session, cast.officer, cast.match, cast.broker)
    assert can(cast.broker, Permission.MATCH_READ, cast.match)


def test_a_broker_recommends_what_was_given_to_them_and_nothing_else(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(NotVisibleError):
        decisions.recommend(session, cast.broker, cast.match)
    with pytest.raises(GuardedError):
        decisions.assign(session, cast.officer, cast.match, cast.rival)
    with pytest.raises(NotPermittedError):
        decisions.assign(session, cast.enterprise, cast.match, cast.broker)
    decisions.assign(session, cast.officer, cast.match, cast.broker)
    assert _told(session, Event.MATCH_ASSIGNED) == {cast.broker.id}
    with pytest.raises(NotPermittedError):
        decisions.dismiss(session, cast.broker, cast.match, DeclineReason.OTHER)
    decisions.recommend(session, cast.broker, cast.match)
    decisions.consent(session, cast.enterprise, cast.match)
    project = decisions.consent(session, cast.university, cast.match)
    assert project is not None
    assert (project.officer_id, project.broker_id) == (None, cast.broker.id)


def test_what_one_side_could_not_see_is_not_recommended(session: Session, cast: Cast) -> None:
    with transaction(session):
        cast.match.need.visibility = Visibility.INVITED
    with pytest.raises(GuardedError):
        decisions.recommend(session, cast.officer, cast.match)
    with transaction(session):
        cast.match.need.visibility = Visibility.PUBLIC
        cast.match.need.status = PostingStatus.SUSPENDED
    with pytest.raises(GuardedError):
        decisions.recommend(session, cast.officer, cast.match)


def test_an_organization_is_not_recommended_to_itself(session: Session, cast: Cast) -> None:
    own = factories.result(organization=cast.match.need.organization)
    with pytest.raises(GuardedError):
        decisions.recommend(session, cast.officer, factories.match(cast.match.need, own))


def _age(session: Session, match: Match, days: int) -> None:
    with transaction(session):
        match.recommended_on = today() - timedelta(days=days)


def test_a_match_lapses_after_thirty_days(session: Session, recommended: Cast) -> None:
    match = recommended.match
    _age(session, match, 29)
    assert decisions.lapse_overdue(session) == 0
    _age(session, match, 30)
    assert decisions.lapse_overdue(session) == 1
    assert decisions.lapse_overdue(session) == 0
    assert match.status is MatchStatus.LAPSED
    assert _told(session, Event.MATCH_LAPSED) == {
        recommended.enterprise.id,
        recommended.university.id,
        recommended.officer.id,
    }


def test_who_has_not_answered_is_reminded_once_for_each_date(
    session: Session, recommended: Cast
) -> None:
    match = recommended.match
    decisions.consent(session, recommended.enterprise, match)
    sent = []
    for days in (6, 7, 8, 20, 21, 22, 29):
        _age(session, match, days)
        sent.append(decisions.remind_unanswered(session))
    assert sent == [0, 1, 0, 0, 1, 0, 0]
    assert _told(session, Event.MATCH_UNANSWERED) == {recommended.university.id}


def test_after_an_outage_one_reminder_makes_good_for_all(
    session: Session, recommended: Cast
) -> None:
    _age(session, recommended.match, 25)
    assert decisions.remind_unanswered(session) == 1
    assert decisions.remind_unanswered(session) == 0


def _answer_at_once(app: Flask, match: Match, actors: list[User]) -> list[str]:
    """Let each actor consent in a thread of their own; return what came of it."""
    match_id, actor_ids = match.id, [actor.id for actor in actors]

    def consent(actor_id: int) -> str:
        with app.app_context(), db.sessionmaker() as own:
            record, actor = own.get_one(Match, match_id), own.get_one(User, actor_id)
            try:
                project = decisions.consent(own, actor, record)
            except RefusalError as refusal:
                return type(refusal).__name__
            return "project" if project else "consent"

    with ThreadPoolExecutor(len(actor_ids)) as pool:
        return sorted(pool.map(consent, actor_ids))


def test_two_sides_that_consent_at_once_agree(
    app: Flask, session: Session, recommended: Cast
) -> None:
    sides = [recommended.enterprise, recommended.university]
    assert _answer_at_once(app, recommended.match, sides) == ["consent", "project"]
    session.rollback()
    assert recommended.match.status is MatchStatus.AGREED


def test_however_often_both_sides_click_there_is_one_project(
    app: Flask, session: Session, recommended: Cast
) -> None:
    clicks = [recommended.enterprise, recommended.university] * 10
    outcomes = _answer_at_once(app, recommended.match, clicks)
    session.rollback()
    assert outcomes.count("project") == outcomes.count("consent") == 1
    assert len(session.scalars(sa.select(Project)).all()) == 1
    assert len(session.scalars(sa.select(MatchConsent)).all()) == 2
