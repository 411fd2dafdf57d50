"""A lead registered by hand: both parties looked for, and what is wrong told at its field."""

import html

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from models import OrganizationStatus, Project, ProjectStage
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import only
from tests.functional.pages import token
from tests.trail import Trail

NEW = "/projects/new"

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def _blank(client: FlaskClient) -> dict[str, str]:
    """Return what the blank form carries."""
    page = client.get(NEW).text
    key = page.split('name="key"')[1].split('value="')[1][:16]
    return {"csrf_token": token(client, NEW), "key": key, "region": factories.FEIXI}


def _typed(trail: Trail) -> dict[str, str]:
    return {
        "title": "隔膜耐热联合攻关",
        "buyer_words": "需方",
        "buyer": trail.enterprise.public_id,
        "seller_words": "供方",
        "seller": trail.university.public_id,
    }


def test_an_officer_looks_for_both_parties_and_registers_the_lead_once(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    need = factories.need(organization=trail.enterprise, title="隔膜耐热需求")
    result = factories.result(organization=trail.university, title="陶瓷隔膜成果")
    factories.organization(name="需方待批企业", status=OrganizationStatus.PENDING)
    sign_in(client, trail.officer)
    blank = _blank(client)
    words = {"title": "攻关", "buyer_words": "需方", "seller_words": trail.university.uscc}
    looked = blank | words | {"need_words": "隔膜", "result_words": "没有", "go": "search"}
    page = client.post(NEW, data=looked).text
    assert trail.enterprise.public_id in page
    assert trail.university.public_id in page
    assert need.public_id in page
    assert "需方待批企业" not in page
    assert 'value="攻关"' in page
    assert _("Nothing published holds these words. Use fewer or shorter ones.") in page
    sent = blank | _typed(trail) | {"need": need.public_id, "result": result.public_id}
    addresses = {client.post(NEW, data=sent).location for _twice in range(2)}
    project = only(session, Project)
    assert addresses == {f"/projects/{project.public_id}"}
    assert (project.stage, project.officer) == (ProjectStage.LEAD, trail.officer)
    assert (project.need, project.result) == (need, result)
    assert [one.organization for one in project.parties] == [trail.enterprise, trail.university]
    assert project.title in client.get(addresses.pop()).text


def test_what_cannot_be_taken_is_told_at_its_field_and_stays(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    pending = factories.organization(status=OrganizationStatus.PENDING)
    sign_in(client, trail.officer)
    good = _blank(client) | _typed(trail)
    for wrong, told in (
        ({"title": " "}, _("This is missing.")),
        ({"region": factories.WUHU}, "region-error"),
        ({"buyer": ""}, _("Look for the organization and choose it.")),
        ({"buyer": pending.public_id}, _("Look for the organization and choose it.")),
        (
            {"seller": trail.enterprise.public_id},
            _("Choose another organization than the other party."),
        ),
    ):
        answer = client.post(NEW, data=good | wrong)
        assert answer.status_code == 400, wrong
        page = html.unescape(answer.text)
        assert told in page, wrong
        assert 'value="需方"' in page
        assert trail.university.public_id in page
    assert session.scalars(sa.select(Project)).all() == []


def test_leads_are_registered_by_officers_alone(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    for person in (trail.manager, trail.broker, trail.director):
        sign_in(client, person)
        assert client.get(NEW).status_code == 403
