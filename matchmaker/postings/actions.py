"""What the reader can do next with a posting of their own: words, addresses, and why not."""

from dataclasses import dataclass

from flask import url_for

from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import available
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, can
from matchmaker.postings.drafts import LIVE, OPEN, Posting, why_closed
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
    folder = folder_of(posting)
    options = {option.action: option for option in available(actor, posting)}

    def offer(name: str, words: str, *, posted: bool = False, refusal: str = "") -> Offer:
        address = url_for(f"{folder}.{name}", public_id=posting.public_id)
        return Offer(name, words, address, refusal, posted)

    found = []
    if posting.status in (*OPEN, *LIVE):
        found.append(offer("edit", _("Edit"), refusal=why_closed(posting, revision)))
    if Action.SUBMIT in options:
        found.append(
            offer(
                "preview", _("Preview and submit"), refusal=options[Action.SUBMIT].decision.reason
            )
        )
    if posting.visibility is Visibility.INVITED and posting.status not in CLOSED:
        found.append(offer("invitations", _("Invited organizations")))
    if Action.RENEW in options:
        found.append(offer("renew", _("Renew for a year"), posted=True))
    if Action.FULFIL in options:
        found.append(offer("fulfil", _("Settled")))
    if Action.WITHDRAW in options:
        found.append(offer("withdraw", _("Withdraw")))
    if revision is not None and revision.status is not RevisionStatus.DRAFT:
        found.append(offer("withdraw_change", _("Withdraw the change"), posted=True))
    return [*found, offer("copy", _("Copy"), posted=True)]


def next_step(posting: Posting, revision: Revision | None = None) -> str:
    """Return in words what happens next, and who owes it."""
    if revision is not None and revision.status is RevisionStatus.RETURNED:
        return _("Your change was returned: mend it and hand it in again.")
    if revision is not None:
        return _("A change is under review; the published text stays until then.")
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
            return _("Closed. Copy it to post it again.")


def folder_of(posting: Posting) -> str:
    """Return the name of the posting's hall, which is that of its pages."""
    return "needs" if isinstance(posting, Need) else "results"


def _while_published(posting: Posting) -> str:
    left = (posting.valid_until - today()).days if posting.valid_until else None
    if left is not None and left <= RENEWED_WITHIN_DAYS:
        return _("Its term ends on %(day)s: renew it if it still holds.", day=posting.valid_until)
    return _("Shown until %(day)s.", day=posting.valid_until) if left else _("Shown.")
