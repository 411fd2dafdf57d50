"""The list of one's own needs and results: pages, search and filter."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from models import PostingStatus, Role, User, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, links, table_titles


@pytest.fixture
def poster(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give a member of an organization, signed in."""
    user = factories.user(Role.MEMBER)
    sign_in(client, user)
    return user


def test_each_list_has_pages_of_fifty_in_the_order_of_change(
    session: Session, client: FlaskClient, poster: User
) -> None:
    for number in range(60):
        common = {
            "organization": poster.organization,
            "updated_at": now() - timedelta(minutes=number),
        }
        factories.need(title=f"需求{number:02}", **common)
        factories.result(title=f"成果{number:02}", **common)
    factories.need(title="别家的")
    needs, results = ([f"{name}{number:02}" for number in range(60)] for name in ("需求", "成果"))
    assert table_titles(client, "/mine") == needs[:50] + results[:50]
    onward = link(client.get("/mine").text, 'rel="next"')
    assert onward
    assert onward.endswith("#needs-heading")
    assert table_titles(client, onward) == needs[50:] + results[:50]
    both = links(client.get(onward).text, 'rel="next"')[-1]
    assert table_titles(client, both) == needs[50:] + results[50:]
    back = links(client.get(both).text, 'rel="prev"')
    assert table_titles(client, back[0]) == needs[:50] + results[50:]
    assert (
        table_titles(client, "/mine?needs_after=x&results_before=%00") == needs[:50] + results[:50]
    )
    assert table_titles(client, f"{both.split('#')[0]}&q=需求") == needs[50:]


def test_words_and_status_narrow_both_lists(
    session: Session, client: FlaskClient, poster: User
) -> None:
    own = poster.organization
    factories.need(organization=own, title="涂层 Alpha 难题", reference="XQ-7")
    factories.need(organization=own, title="涂层草稿", status=PostingStatus.DRAFT)
    factories.result(organization=own, title="涂层成果")
    for query, expected in {
        "q=涂层": {"涂层 Alpha 难题", "涂层草稿", "涂层成果"},
        "q=alpha+涂层": {"涂层 Alpha 难题"},
        "q=xq-7": {"涂层 Alpha 难题"},
        "status=draft": {"涂层草稿"},
        "q=涂层&status=published": {"涂层 Alpha 难题", "涂层成果"},
        "status=nonsense": {"涂层 Alpha 难题", "涂层草稿", "涂层成果"},
        "q=100%25": set(),
    }.items():
        assert set(table_titles(client, f"/mine?{query}")) == expected, query
    page = client.get("/mine?q=没有这个&status=draft").text
    assert _("Nothing of yours fits these filters") in page
    assert 'value="没有这个"' in page
