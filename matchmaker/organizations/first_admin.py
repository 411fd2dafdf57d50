"""The first administrator of an installation, whom the command makes."""

import sqlalchemy as sa
from sqlalchemy.orm import Session
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from matchmaker.accounts import links
from matchmaker.accounts.services import users
from matchmaker.accounts.services.users import Standing, UserError
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.organizations.services import review
from models import EmailToken, Organization, Region, Role, TokenPurpose


class FirstAdminError(Exception):
    """What was given cannot be used; the message says what and why."""


def add(
    session: Session,
    secret_key: str,
    name: str,
    email: str,
    bureau_name: str,
    code: str,
    region_code: str,
) -> str:
    """Add an administrator to a bureau, which is added where its code is new.

    Returns what stands in the address of the link for choosing a password.

    Raises:
        FirstAdminError: the code is wrong, there is no such region, the organization is no bureau,
            or the address is taken.
    """
    try:
        compact = uscc.validate(code)
    except ValidationError as error:
        raise FirstAdminError(
            _("This is no unified social credit code. Check it digit by digit.")
        ) from error
    region = session.scalar(sa.select(Region).where(Region.code == region_code))
    if region is None:
        raise FirstAdminError(_("There is no region with this code."))
    with transaction(session):
        bureau = session.scalar(sa.select(Organization).where(Organization.uscc == compact))
        bureau = bureau or review.add_bureau(
            session, None, name=bureau_name, uscc=compact, region=region
        )
        standing = Standing(frozenset({Role.ADMIN}), None)
        try:
            user = users.create(
                session, None, name=name, email=email, organization=bureau, standing=standing
            )
        except UserError as error:
            raise FirstAdminError(str(error)) from error
        token = session.scalars(sa.select(EmailToken).where(EmailToken.user_id == user.id)).one()
        return links.sign(secret_key, TokenPurpose.PASSWORD, token.public_id)
