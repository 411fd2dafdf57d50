"""What a table of transitions is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from matchmaker.permissions import Permission
from models import Event, User


class Action(StrEnum):
    """Every way in which a record is moved on, once."""

    AGREE = "agree"
    ANNOUNCE = "announce"
    ANSWER = "answer"
    APPROVE = "approve"
    BEGIN = "begin"
    CLAW_BACK = "claw_back"
    CLIMB = "climb"
    CLOSE = "close"
    COMPLETE = "complete"
    CONSENT = "consent"
    DECLINE = "decline"
    DESIGNATE = "designate"
    DISMISS = "dismiss"
    DRAFT = "draft"
    END = "end"
    ENDORSE = "endorse"
    EXPIRE = "expire"
    FULFIL = "fulfil"
    HIDE = "hide"
    LAPSE = "lapse"
    PAY = "pay"
    PROPOSE_AGAIN = "propose_again"
    PROPOSE_REMOVAL = "propose_removal"
    PUBLISH = "publish"
    RECALL = "recall"
    RECOMMEND = "recommend"
    REJECT = "reject"
    REMOVE = "remove"
    RENEW = "renew"
    REOPEN = "reopen"
    RESERVE = "reserve"
    RESUME = "resume"
    RETURN = "return"
    REVIEW = "review"
    REVOKE = "revoke"
    REWARD = "reward"
    SHOW = "show"
    SUBMIT = "submit"
    SUSPEND = "suspend"
    TERMINATE = "terminate"
    TRACK = "track"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Case:
    """What a guard may look at: the record, who asks (None: nobody) and the day in China."""

    record: Any
    actor: User | None
    today: date


Guard = Callable[[Case], str | None]


def unguarded(_case: Case) -> str | None:
    """Refuse nothing."""
    return None


def always(_record: Any) -> bool:
    """Hold for every record."""
    return True


def all_of(*guards: Guard) -> Guard:
    """Return a guard that gives the first refusal of `guards`."""

    def guard(case: Case) -> str | None:
        return next(filter(None, (one(case) for one in guards)), None)

    return guard


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from any of `sources` to `target`; whoever `event` concerns is told.

    Without a permission it is open to no person: the clock takes it, or it follows from another
    act. A row that does not apply to a record is not in that record's table: so an organization
    inserts a step of its own.
    """

    action: Action
    sources: frozenset[StrEnum]
    target: StrEnum
    permission: Permission | None = None
    guard: Guard = unguarded
    reason_required: bool = False
    event: Event | None = None
    applies: Callable[[Any], bool] = always
