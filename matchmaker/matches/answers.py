"""What the two sides of a match have answered, and what of that a reader may know."""

from dataclasses import dataclass

from matchmaker.permissions import Permission, can
from matchmaker.relations import is_near, sides
from models import Match, MatchConsent, MatchSide, Need, Result, User


@dataclass(frozen=True, slots=True)
class SideAnswer:
    """What one side answered, None for nothing yet; `known` says whether the reader may know.

    `comment` is "" where they may not read it: it may hold words of a confidential text.
    """

    side: MatchSide
    own: bool
    known: bool = False
    consent: MatchConsent | None = None
    comment: str = ""


def answers(actor: User | None, match: Match) -> list[SideAnswer]:
    """Return the answers of both sides; each learns of the other's after giving its own."""
    own = sides(actor, match)
    given = {consent.side: consent for consent in match.consents}
    open_to_reader = not own or own <= set(given)
    return [
        _told(actor, match, side, side in own, given.get(side))
        if side in own or open_to_reader
        else SideAnswer(side, own=False)
        for side in MatchSide
    ]


def may_be_named(actor: User | None, match: Match, person: User) -> bool:
    """Return whether the reader may know who acted on a match, and read what they wrote.

    A side's people are known to their colleagues, their bureau and, once both have agreed, to the
    other side; officers and brokers to everybody who sees the match.
    """
    if can(actor, Permission.MATCH_READ_CONTACT, match):
        return True
    postings: tuple[Need | Result, ...] = (match.need, match.result)
    theirs = [row for row in postings if row.organization_id == person.organization_id]
    return all(is_near(actor, posting) for posting in theirs)


def _told(
    actor: User | None, match: Match, side: MatchSide, own: bool, consent: MatchConsent | None
) -> SideAnswer:
    readable = consent is not None and may_be_named(actor, match, consent.user)
    comment = consent.comment if consent and readable else ""
    return SideAnswer(side, own, True, consent, comment)
