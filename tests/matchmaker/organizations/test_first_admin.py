"""The first administrator, whom the command makes."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.organizations import first_admin
from matchmaker.organizations.first_admin import FirstAdminError
from models import Organization, OrganizationKind, OrganizationStatus, Role, User
from tests import factories
from tests.conftest import SECRET
from tests.functional.pages import send

CODE = factories.uscc(7_000_001)
PERSON = {"name": "钟守白", "email": "First@example.com"}
BUREAU = {"bureau_name": "某省科学技术厅", "code": CODE, "region_code": factories.ANHUI}


def test_they_choose_a_password_and_then_set_up_a_second_factor(
    session: Session, client: FlaskClient
) -> None:
    link = f"/password/{first_admin.add(session, SECRET, **PERSON, **BUREAU)}"
    new = "three blue tractors"
    assert send(client, link, new=new, repeat=new).status_code == 303
    answer = send(client, "/sign-in", email="first@example.com", password=new)
    assert answer.location == "/sign-in/authenticator"
    user = session.scalars(sa.select(User)).one()
    assert user.roles == {Role.ADMIN}
    organization = user.organization
    assert organization.kind is OrganizationKind.GOVERNMENT
    assert organization.status is OrganizationStatus.APPROVED


def test_a_second_one_joins_the_same_bureau(session: Session) -> None:
    first_admin.add(session, SECRET, **PERSON, **BUREAU)
    first_admin.add(session, SECRET, name="另一位", email="second@example.com", **BUREAU)
    assert session.scalar(sa.select(sa.func.count(Organization.id))) == 1


@pytest.mark.parametrize(
    "changes", [{"code": "123"}, {"region_code": "999999"}, {"email": "taken@example.com"}]
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    session: Session, changes: dict[str, str]
) -> None:
    factories.user(email="taken@example.com")
    with pytest.raises(FirstAdminError):
        first_admin.add(session, SECRET, **(PERSON | BUREAU | changes))
    assert session.scalar(sa.select(sa.func.count(Organization.id))) == 1


def test_an_enterprise_has_no_administrator(session: Session) -> None:
    factories.organization(uscc=CODE)
    with pytest.raises(FirstAdminError):
        first_admin.add(session, SECRET, **PERSON, **BUREAU)
