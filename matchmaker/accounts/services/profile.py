"""What users keep of themselves: name, telephone, address, and how they want to be told."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts import attempts, letters, links
from matchmaker.accounts.services import sessions
from matchmaker.accounts.services.signing_in import normal
from matchmaker.db import transaction
from matchmaker.notifications import USUAL_DELIVERY
from models import Delivery, EmailToken, NoticeKind, NoticeSetting, TokenPurpose, User


def save(session: Session, actor: User, *, name: str, phone: str, title: str) -> None:
    """Keep the actor's name, telephone number and position."""
    with transaction(session):
        actor.name, actor.phone, actor.title = name, phone, title
        audit.record(session, actor, "account:save_profile", actor)


def request_email_change(session: Session, actor: User, email: str) -> None:
    """Send a link to the new address; until it is used, the old address stays, and is told.

    Raises:
        TooManyAttemptsError: the actor has asked for as many links as they may.
    """
    attempts.spend(session, "email link", actor.public_id)
    with transaction(session):
        token = links.issue(session, TokenPurpose.EMAIL, normal(email), user_id=actor.id)
        letters.send_link(session, token)
        letters.credential_changed(session, actor, "email_requested")
        audit.record(session, actor, "account:request_email_change", actor)


def change_email(session: Session, token: EmailToken) -> User:
    """Give the link's user the address that the link was sent to; all their sessions end.

    The old address is told (ASVS 5.0 A6.3.7).

    Raises:
        LinkSpentError: the link was used before, its term is over, its account is closed, or
            somebody else has the address by now.
    """
    try:
        with transaction(session):
            user = token.user
            links.spend(session, token)
            if user is None or not user.active:
                raise links.LinkSpentError
            letters.credential_changed(session, user, "email")
            links.withdraw_all(session, user)
            user.email = token.email
            sessions.end_all(session, user)
            audit.record(session, user, "account:change_email", user)
    except IntegrityError as error:
        raise links.LinkSpentError from error
    return user


def save_deliveries(session: Session, actor: User, chosen: Mapping[NoticeKind, Delivery]) -> None:
    """Keep how the actor wants each kind of notice by mail."""
    with transaction(session):
        own = NoticeSetting.user_id == actor.id
        session.execute(sa.delete(NoticeSetting).where(own))
        session.add_all(
            NoticeSetting(user_id=actor.id, kind=kind, delivery=delivery)
            for kind, delivery in chosen.items()
            if delivery is not USUAL_DELIVERY[kind]
        )
        audit.record(session, actor, "account:save_notices", actor)
