"""What the reader can do next with a posting of their own: words, addresses, and why not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import url_for

from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import available
from matchmaker.lifecycle.posting import renewable_until
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, can
from matchmaker.postings.drafts import LIVE, OPEN, UNDER_REVIEW, Posting, is_unsent, why_closed
from matchmaker.postings.invitations import CLOSED
from matchmaker.web.access import current_actor
from models import Need, PostingStatus, Revision, RevisionStatus, Visibility

RENEWED_WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """One action: its name and words, the address it leads to, and the refusal if there is one.

    A `posted` one is a form of one button, any other a link.
    """

    name: str
    words: str
    address: str
    refusal: str = ""
    posted: bool = False


def offers(posting: Posting, revision: Revision | None = None) -> list[Offer]:
    """Return what the reader may do with a posting; `revision` is its open one."""
    actor = current_actor()
    if not can(actor, Permission.POSTING_WRITE, posting):
        return []
    refusals = {option.action: option.decision.reason for option in available(actor, posting)}
    found = []
    if posting.status in (*OPEN, *LIVE):
        found.append(_offer(posting, "edit", _("Edit"), refusal=why_closed(posting, revision)))
    if Action.SUBMIT in refusals:
        words = _("Preview and submit")
        found.append(_offer(posting, "preview", words, refusal=refusals[Action.SUBMIT]))
    if posting.visibility is Visibility.INVITED and posting.status not in CLOSED:
        found.append(_offer(posting, "invitations", _("Invited organizations")))
    return [
        *found,
        *_steps(posting, refusals),
        *(_with_change(posting, revision) if revision else ()),
        _offer(posting, "copy", _("Copy"), posted=True),
    ]


def next_step(posting: Posting, revision: Revision | None = None) -> str:
    """Return in words what happens next, and who owes it."""
    if revision is not None:
        return _while_changing(revision)
    match posting.status:
        case PostingStatus.DRAFT:
            return _("Finish it and submit it.")
        case PostingStatus.RETURNED:
            return _("Mend it and submit it again.")
        case PostingStatus.INTERNAL_REVIEW:
            return _("Your organization's manager reviews it.")
        case PostingStatus.SUBMITTED:
            return _("The bureau reviews it.")
        case PostingStatus.PUBLISHED:
            return _while_published(posting)
        case PostingStatus.SUSPENDED:
            return _("The bureau has suspended it.")
        case _:
            return _once_closed(posting)


def folder_of(posting: Posting) -> str:
    """Return the name of the posting's hall, which is that of its pages."""
    return "needs" if isinstance(posting, Need) else "results"


def _while_published(posting: Posting) -> str:
    left = (posting.valid_until - today()).days if posting.valid_until else None
    if left is not None and left <= RENEWED_WITHIN_DAYS:
        return _("Its term ends on %(day)s: renew it if it still holds.", day=posting.valid_until)
    return _("Shown until %(day)s.", day=posting.valid_until) if left else _("Shown.")


def _once_closed(posting: Posting) -> str:
    last = renewable_until(posting)
    if posting.status is PostingStatus.EXPIRED and last and today() <= last:
        return _(
            "Its term ended on %(ended)s. If it still holds, renew it by %(last)s.",
            ended=posting.valid_until,
            last=last,
        )
    return _("Closed. Copy it to post it again.")


def _while_changing(revision: Revision) -> str:
    match revision.status:
        case RevisionStatus.RETURNED:
            return _("Your change was returned: mend it and hand it in again.")
        case RevisionStatus.DRAFT:
            return _("Your change was taken back: edit it and hand it in again.")
        case _:
            return _("A change is under review; the published text stays until then.")


def _steps(posting: Posting, refusals: Mapping[Action, str]) -> Iterator[Offer]:
    """Give the steps of a posting's life that its poster may take, or why not."""
    away = _("Delete the draft") if is_unsent(posting) else _("Withdraw")
    for action, words, posted in (
        (Action.RECALL, _("Take back to edit"), True),
        (Action.RENEW, _("Renew for a year"), True),
        (Action.FULFIL, _("Settled"), False),
        (Action.WITHDRAW, away, False),
    ):
        if action in refusals:
            yield _offer(posting, action, words, posted=posted, refusal=refusals[action])


def _with_change(posting: Posting, revision: Revision) -> Iterator[Offer]:
    if revision.status in UNDER_REVIEW:
        yield _offer(posting, "recall_change", _("Take the change back"), posted=True)
    yield _offer(posting, "withdraw_change", _("Throw the change away"))


def _offer(
    posting: Posting, name: str, words: str, *, posted: bool = False, refusal: str = ""
) -> Offer:
    address = url_for(f"{folder_of(posting)}.{name}", public_id=posting.public_id)
    return Offer(name, words, address, refusal, posted)
