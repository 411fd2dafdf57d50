"""The same text posted twice: told to its poster and to its reviewer, and to nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import Need, PostingStatus, Role, User, Visibility, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import hidden
from tests.functional.reviewing import page_of, waiting

TITLE = "一体化压铸后地板免热处理变形控制"
PROBLEM = (
    "压铸后地板取消热处理以后，铸态延伸率只有百分之八，脱模和校直时边缘翘曲超过三毫米，"
    "需要从合金成分、模温场和真空度三方面把变形控制在一毫米以内。"
)


def _typed(client: FlaskClient) -> str:
    """Type the same text into the form for a new need; return what is told beside it."""
    fields = {"go": "autosave", "title": TITLE, "problem": PROBLEM}
    page = client.get("/needs/new").text
    return client.post("/needs/new", data=hidden(page) | fields).text


def _masked(poster: User, **values: Any) -> Need:
    return factories.need(
        title=TITLE,
        problem=PROBLEM,
        visibility=Visibility.MASKED,
        public_summary="一项汽车零部件的工艺难题。",
        **{"organization": poster.organization} | values,
    )


@pytest.mark.parametrize("status", [PostingStatus.PUBLISHED, PostingStatus.DRAFT])
def test_the_poster_is_told_of_the_same_text_of_their_own(
    session: Session, client: FlaskClient, poster: User, sign_in: SignIn, status: PostingStatus
) -> None:
    need = _masked(poster, status=status)
    assert f"/needs/{need.public_id}" in _typed(client)
    sign_in(client, factories.user(Role.MEMBER))
    told = _typed(client)
    assert need.public_id not in told
    assert "翘曲超过三毫米" not in told


def test_what_was_withdrawn_may_be_posted_again(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = _masked(poster, status=PostingStatus.WITHDRAWN)
    assert need.public_id not in _typed(client)


def test_a_text_is_no_duplicate_of_itself(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = _masked(poster, status=PostingStatus.DRAFT)
    page = client.get(f"/needs/{need.public_id}/preview").text
    hints = page[page.index("hints-heading") : page.index("previewed")]
    assert need.public_id not in hints


def test_the_reviewer_is_told_of_the_same_text_where_they_may_read_it(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    first, second = (waiting(title=TITLE, problem=PROBLEM) for _number in range(2))
    masked = _masked(reviewer, organization=second.organization)
    elsewhere = waiting(
        title=TITLE,
        problem=PROBLEM,
        organization=factories.organization(region=factories.WUHU),
        visibility=Visibility.MASKED,
        public_summary="一项工艺难题。",
    )
    page = client.get(page_of(second)).text
    assert f"/needs/{first.public_id}" in page
    assert f"/needs/{masked.public_id}" in page
    assert elsewhere.public_id not in page


def test_however_many_texts_there_are_they_are_read_in_as_many_queries(
    session: Session, client: FlaskClient, poster: User, count_queries: Callable[[], Any]
) -> None:
    def asked(more: int) -> int:
        with factories.together():
            for number in range(more):
                factories.need(
                    organization=poster.organization,
                    status=PostingStatus.DRAFT,
                    title=f"{TITLE}{number}",
                    submitted_at=now(),
                )
        _typed(client)
        counted = count_queries()
        _typed(client)
        return len(counted)

    assert asked(5) == asked(45)
