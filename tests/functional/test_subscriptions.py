"""The pages of saved searches: saving, listing, opening, changing and deleting them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.notifications import tell
from matchmaker.subscriptions import services
from models import (
    AuditEntry,
    Event,
    FoundText,
    Pace,
    PostingKind,
    PostingStatus,
    Role,
    SavedSearch,
    User,
    Visibility,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, send, titles

NEW = "/subscriptions/new/need?q=隔膜&region=340100"


@pytest.fixture
def reader(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give somebody of an enterprise, signed in."""
    user = factories.user()
    sign_in(client, user)
    return user


def _save(session: Session, user: User, **values: Any) -> SavedSearch:
    filters = values.get("filters", {"q": "隔膜"})
    kind = values.get("kind", PostingKind.NEED)
    return services.save(session, user, kind, filters, values.get("name", "隔膜订阅"), Pace.DAILY)


def _find(session: Session, search: SavedSearch, *postings: Any) -> list[FoundText]:
    found = [FoundText(saved_search_id=search.id, posting_id=posting.id) for posting in postings]
    with transaction(session):
        session.add_all(found)
    return found


def _only(session: Session) -> SavedSearch:
    session.rollback()
    session.expire_all()
    return session.scalars(sa.select(SavedSearch)).one()


@pytest.mark.parametrize(("hall", "kind"), [("/needs", "need"), ("/results", "result")])
def test_the_hall_leads_to_saving_what_it_was_asked(
    client: FlaskClient, reader: User, hall: str, kind: str
) -> None:
    page = client.get(f"{hall}?q=隔膜&region=340100&sort=newest").text
    address = link(page, f"/subscriptions/new/{kind}")
    assert address
    form = client.get(address).text
    assert "隔膜" in form
    assert "合肥市" in form


@pytest.mark.parametrize("address", ["/needs", "/needs?q=隔膜&status=withdrawn"])
def test_a_hall_that_was_asked_nothing_lasting_has_nothing_to_save(
    client: FlaskClient, reader: User, address: str
) -> None:
    assert "/subscriptions/new" not in client.get(address).text


def test_visitors_are_asked_to_sign_in(client: FlaskClient) -> None:
    assert "/subscriptions" not in client.get("/needs?q=隔膜").text
    assert client.get("/subscriptions").status_code == 303
    assert client.get(NEW).status_code == 303


def test_a_search_is_saved_with_its_words_and_filters(
    session: Session, client: FlaskClient, reader: User
) -> None:
    answer = send(client, NEW, name="合肥的隔膜难题", pace="weekly")
    assert answer.location == "/subscriptions"
    search = _only(session)
    assert (search.user_id, search.kind, search.name) == (reader.id, "need", "合肥的隔膜难题")
    assert search.filters == {"q": "隔膜", "region": "340100"}
    assert search.pace is Pace.WEEKLY
    page = client.get("/subscriptions").text
    assert "合肥的隔膜难题" in page
    assert "合肥市" in page
    assert session.scalars(sa.select(AuditEntry.action)).all().count("search:save") == 1


def test_saving_twice_keeps_one(session: Session, client: FlaskClient, reader: User) -> None:
    for _press in range(2):
        send(client, NEW, name="隔膜", pace="daily")
    assert _only(session).name == "隔膜"
    told = _("You have saved this search already, as “%(name)s”.", name="隔膜")
    assert told in client.get("/subscriptions").text


def test_a_name_that_is_missing_is_asked_for_and_the_rest_kept(
    session: Session, client: FlaskClient, reader: User
) -> None:
    page = send(client, NEW, name=" ", pace="weekly").text
    assert _("Give the search a name.") in page
    (chosen,) = re.findall(r'<input checked [^>]*name="pace"[^>]*>', page)
    assert 'value="weekly"' in chosen
    assert session.scalars(sa.select(SavedSearch)).all() == []


def test_a_search_for_everything_is_not_saved(client: FlaskClient, reader: User) -> None:
    answer = client.get("/subscriptions/new/need?q=&industry=nonsense")
    assert answer.location == "/needs"
    assert (
        _("Type words or choose a filter first, then save the search.") in client.get("/needs").text
    )


def test_the_fifty_first_is_refused_in_words_and_what_was_typed_stays(
    session: Session, client: FlaskClient, reader: User
) -> None:
    for number in range(services.MOST_SAVED):
        _save(session, reader, filters={"q": f"词{number}"})
    page = send(client, NEW, name="再来一个", pace="daily").text
    assert _("You keep %(most)s saved searches already. Delete one first.", most=50) in page
    assert "再来一个" in page
    assert len(session.scalars(sa.select(SavedSearch)).all()) == services.MOST_SAVED


def test_nobody_opens_changes_or_deletes_what_another_saved(
    session: Session, client: FlaskClient, reader: User
) -> None:
    other = _save(session, factories.user(), name="别人的订阅")
    assert "别人的订阅" not in client.get("/subscriptions").text
    for page in ("", "/edit", "/delete"):
        assert client.get(f"/subscriptions/{other.public_id}{page}").status_code == 404
    for way in ("/edit", "/delete", "/seen/1"):
        answer = send(client, f"/subscriptions/{other.public_id}{way}", "/needs", name="我的")
        assert answer.status_code == 404
    assert _only(session).name == "别人的订阅"


def test_a_search_is_renamed_and_paused(
    session: Session, client: FlaskClient, reader: User
) -> None:
    search = _save(session, reader)
    send(client, f"/subscriptions/{search.public_id}/edit", name="改名", pace="paused")
    assert (_only(session).name, _only(session).pace) == ("改名", Pace.PAUSED)
    assert label(Pace.PAUSED) in client.get("/subscriptions").text


def test_a_search_is_deleted_after_a_question(
    session: Session, client: FlaskClient, reader: User
) -> None:
    search = _save(session, reader)
    _find(session, search, factories.need())
    address = f"/subscriptions/{search.public_id}/delete"
    assert search.name in client.get(address).text
    send(client, address)
    session.rollback()
    assert session.scalars(sa.select(SavedSearch.id)).all() == []
    assert session.scalars(sa.select(FoundText.id)).all() == []


def test_new_texts_are_counted_until_they_have_been_looked_at(
    session: Session, client: FlaskClient, reader: User
) -> None:
    search = _save(session, reader)
    _find(session, search, factories.need(title="甲"), factories.need(title="乙"))
    assert "record-unread" in client.get("/subscriptions").text
    address = f"/subscriptions/{search.public_id}"
    page = client.get(address).text
    assert titles(page) == ["乙", "甲"]
    assert _("New since you last looked") in page
    (late,) = _find(session, search, factories.need(title="丙"))
    send(client, f"{address}/seen/{late.id - 1}", address)
    page = client.get(address).text
    assert titles(page) == ["丙", "乙", "甲"]
    assert page.index("丙") < page.index(_("Found before")) < page.index("乙")
    send(client, f"{address}/seen/{late.id}", address)
    assert "record-unread" not in client.get("/subscriptions").text
    send(client, f"{address}/seen/{late.id - 1}", address)
    assert "record-unread" not in client.get("/subscriptions").text


def test_what_the_reader_does_not_see_any_more_is_neither_listed_nor_counted(
    session: Session, client: FlaskClient, reader: User
) -> None:
    search = _save(session, reader)
    gone = factories.need(title="已撤回", status=PostingStatus.WITHDRAWN)
    hidden = factories.need(title="定向", visibility=Visibility.INVITED)
    _find(session, search, gone, hidden)
    assert titles(client.get(f"/subscriptions/{search.public_id}").text) == []
    assert "record-unread" not in client.get("/subscriptions").text


def test_a_masked_need_is_listed_by_its_summary(
    session: Session, client: FlaskClient, reader: User
) -> None:
    masked = factories.need(
        title="鸮羽硼烯开裂",
        problem="鸮羽硼烯",
        visibility=Visibility.MASKED,
        public_summary="一项涂层难题。",
    )
    search = _save(session, reader)
    _find(session, search, masked)
    page = client.get(f"/subscriptions/{search.public_id}").text
    assert "一项涂层难题" in page
    assert "鸮羽硼烯" not in page


def test_found_results_are_listed_page_by_page(
    session: Session, client: FlaskClient, reader: User
) -> None:
    search = _save(session, reader, kind=PostingKind.RESULT)
    owner = factories.organization()
    _find(session, search, *(factories.result(organization=owner) for _number in range(45)))
    counts = []
    address: str | None = f"/subscriptions/{search.public_id}"
    while address:
        page = client.get(address).text
        counts.append(len(titles(page)))
        address = link(page, 'rel="next"')
    assert counts == [20, 20, 5]


@pytest.mark.parametrize("before", ["-9999999999999999999999", "99999999999999999999", "x"])
def test_an_address_that_was_tampered_with_is_read_as_well_as_can_be(
    session: Session, client: FlaskClient, reader: User, before: str
) -> None:
    search = _save(session, reader)
    assert client.get(f"/subscriptions/{search.public_id}?before={before}").status_code == 200


def test_longer_lists_ask_the_database_no_more(
    session: Session, client: FlaskClient, reader: User, count_queries: Callable[[], Any]
) -> None:
    search = _save(session, reader)
    asked: dict[str, list[int]] = {"/subscriptions": [], f"/subscriptions/{search.public_id}": []}
    for count in (5, 45):
        _find(session, search, *(factories.need() for _number in range(count)))
        for number in range(count - 1):
            _save(session, reader, filters={"q": f"词{count}-{number}"})
        for address, counts in asked.items():
            counter = count_queries()
            assert client.get(address).status_code == 200
            counts.append(len(counter))
    assert all(few == many for few, many in asked.values()), asked


def test_a_notification_names_the_search_and_opens_it(
    session: Session, client: FlaskClient, reader: User
) -> None:
    search = _save(session, reader)
    need = factories.need(organization=reader.organization, title="电解液难题")
    with transaction(session):
        tell(session, Event.SEARCH_FOUND, search, texts=[need.id], count=3)
        tell(session, Event.MATCHES_PROPOSED, need, matches=[], count=2)
    page = client.get("/notices").text
    assert "隔膜订阅" in page
    assert f'value="/subscriptions/{search.public_id}"' in page
    assert f'value="/needs/{need.public_id}"' in page


@pytest.mark.parametrize("role", [Role.BROKER, Role.DIRECTOR])
def test_whoever_does_business_may_save_searches(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    bureau = factories.organization(region=factories.ANHUI)
    region = factories.ANHUI if role is Role.DIRECTOR else None
    sign_in(client, factories.user(role, organization=bureau, region=region))
    assert client.get("/subscriptions").status_code == 200
    send(client, NEW, name="订阅", pace="daily")
    assert _only(session).name == "订阅"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_administrators_and_auditors_save_none(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    sign_in(client, factories.user(role))
    assert client.get("/subscriptions").status_code == 403
    assert "/subscriptions" not in client.get("/needs?q=隔膜").text
