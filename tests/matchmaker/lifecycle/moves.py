"""Everybody who might want to move a record, and what comes of it when they try."""

from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.lifecycle.engine import (
    TABLES,
    NotPermittedError,
    NotVisibleError,
    WrongStateError,
    advance,
    available,
)
from matchmaker.lifecycle.transition import Action
from models import Organization, Role, User
from tests import factories

People = dict[str, User | None]

PERSONAS = (
    "visitor",
    "member",
    "manager",
    "rival",
    "other side",
    "broker",
    "another broker",
    "county officer",
    "city officer",
    "provincial officer",
    "other city's officer",
    "provincial director",
    "admin",
    "auditor",
)


class Undone(Exception):  # noqa: N818
    """Ends a transaction that a test wants to leave no trace."""


def people_around(owner: Organization, other: Organization) -> People:
    """Make one user for each persona; `owner` is on one side and `other` on the other."""
    bureau = factories.organization(region=factories.ANHUI)
    return {
        "visitor": None,
        "member": factories.user(Role.MEMBER, organization=owner),
        "manager": factories.user(Role.MANAGER, organization=owner),
        "rival": factories.user(Role.MANAGER),
        "other side": factories.user(Role.MEMBER, organization=other),
        "broker": factories.user(Role.BROKER),
        "another broker": factories.user(Role.BROKER),
        "county officer": factories.user(Role.OFFICER, organization=bureau, region=factories.FEIXI),
        "city officer": factories.user(Role.OFFICER, organization=bureau, region=factories.HEFEI),
        "provincial officer": factories.user(
            Role.OFFICER, organization=bureau, region=factories.ANHUI
        ),
        "other city's officer": factories.user(
            Role.OFFICER, organization=bureau, region=factories.WUHU
        ),
        "provincial director": factories.user(
            Role.DIRECTOR, organization=bureau, region=factories.ANHUI
        ),
        "admin": factories.user(Role.ADMIN, organization=bureau),
        "auditor": factories.user(Role.AUDITOR, organization=bureau),
    }


def outcome(session: Session, actor: User | None, record: Any, action: Action) -> str:
    """Return what became of an attempt, and undo it."""
    with suppress(Undone), transaction(session):
        try:
            advance(session, actor, record, action, reason="because")
        except NotVisibleError:
            return "not visible"
        except NotPermittedError as refusal:
            return "not permitted" if refusal.reason else "no reason given"
        except WrongStateError:
            return "wrong state"
        raise Undone
    return "done"


def expect(
    session: Session,
    actor: User | None,
    persona: str,
    record: Any,
    moves: dict[tuple[Any, Any], set[str]],
    seen: bool,
) -> None:
    """Hold what becomes of each action of the record's table, and of one that is in no row of it.

    What is offered must be what would be done.
    """
    actions = {row.action for row in TABLES[type(record)]}
    actions.add(next(action for action in Action if action not in actions))
    ever = {action: set[str]() for action in actions}
    for (action, _status), allowed in moves.items():
        ever[action] |= allowed
    outcomes = {action: outcome(session, actor, record, action) for action in actions}
    expected = {}
    for action in actions:
        here = moves.get((action, record.status))
        if not seen:
            expected[action] = "not visible"
        elif here is not None:
            expected[action] = "done" if persona in here else "not permitted"
        else:
            expected[action] = "wrong state" if persona in ever[action] else "not permitted"
    assert outcomes == expected
    if seen:
        offered = {option.action for option in available(actor, record)}
        assert offered == {action for action, outcome in outcomes.items() if outcome == "done"}
