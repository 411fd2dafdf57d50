"""Reading what a region's records add up to; nothing here writes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matching import Document
from matching.clusters import Cluster, clusters
from matchmaker.matches.queries import LIVE, read
from matchmaker.permissions import visible
from matchmaker.postings.queries import shown_with
from models import Industry, Match, MatchGrade, MatchStatus, Need, PostingStatus, Region, User

MOST_NEEDS = 2_000
"""As many unanswered needs are compared, the newest: that takes about a second."""

_BACKGROUND = 1_000
_ANSWERING = (MatchGrade.STRONG, MatchGrade.FAIR)


@dataclass(frozen=True, slots=True)
class CommonTechnology:
    """Unanswered needs about one technology, the most typical first, and the terms that name it."""

    terms: tuple[str, ...]
    needs: tuple[Need, ...]

    @property
    def organizations(self) -> int:
        """How many organizations post these needs."""
        return len({need.organization_id for need in self.needs})

    @property
    def regions(self) -> list[Region]:
        """Where they are posted, the region with the most needs first."""
        counted = Counter(need.region for need in self.needs)
        return sorted(counted, key=lambda region: (-counted[region], region.code))

    @property
    def industries(self) -> list[Industry]:
        """What they are filed under, the industry with the most needs first."""
        counted = Counter(need.industry for need in self.needs if need.industry)
        return sorted(counted, key=lambda industry: (-counted[industry], industry.position))

    @property
    def budget(self) -> int | None:
        """The upper ends of the budgets in fen, added up; None if no need names any."""
        named = [need.budget_max or need.budget_min for need in self.needs]
        return sum(filter(None, named)) if any(named) else None

    def concerns(self, industry: Industry) -> bool:
        """Return whether a need is filed under the industry or one of its sub-domains."""
        return any(industry in (own, own.parent) for own in self.industries)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The needs of a region that no result answers: how many, and which share a technology.

    `capped` says that there are more needs than were compared.
    """

    count: int
    capped: bool
    technologies: tuple[CommonTechnology, ...]

    @property
    def industries(self) -> list[Industry]:
        """The industries of these technologies, each sub-domain after what it belongs to."""
        own = {industry for technology in self.technologies for industry in technology.industries}
        families = own | {industry.parent for industry in own if industry.parent}
        return sorted(families, key=lambda industry: industry.position)


def unanswered(session: Session, actor: User) -> Unanswered:
    """Group the published needs of the actor's region that no result answers, by technology.

    A result answers a need when it agreed to, or while it is proposed as at least fair. What is
    rare in a text is told from the public texts of other needs too. The largest group comes
    first, of equals that of the most organizations.
    """
    needs = _unanswered_needs(session, actor)
    documents = tuple(read(actor, need) for need in needs[:MOST_NEEDS])
    background = session.scalars(
        visible(actor, Need)
        .where(Need.status == PostingStatus.PUBLISHED, Need.id.not_in([need.id for need in needs]))
        .order_by(Need.published_at.desc(), Need.id.desc())
        .limit(_BACKGROUND)
        .with_only_columns(Need.search_text)
    )
    by_id = {str(need.id): need for need in needs}
    technologies = [
        CommonTechnology(group.terms, tuple(by_id[member] for member in group.members))
        for group in _grouped(documents, tuple(background))
    ]
    technologies.sort(key=lambda found: (-len(found.needs), -found.organizations))
    return Unanswered(len(documents), len(needs) > MOST_NEEDS, tuple(technologies))


def _unanswered_needs(session: Session, actor: User) -> Sequence[Need]:
    """Return the newest needs without an answer, one more than are compared if there are."""
    if actor.region is None:
        return []
    subtree = sa.select(Region.id).where(Region.code.startswith(actor.region.subtree_prefix))
    answering = sa.or_(
        Match.status == MatchStatus.AGREED,
        sa.and_(Match.status.in_(LIVE), Match.grade.in_(_ANSWERING)),
    )
    answered = sa.select(Match.id).where(Match.need_id == Need.id, answering).exists()
    return session.scalars(
        visible(actor, Need)
        .where(Need.status == PostingStatus.PUBLISHED, Need.region_id.in_(subtree), ~answered)
        .order_by(Need.published_at.desc(), Need.id.desc())
        .limit(MOST_NEEDS + 1)
        .options(*shown_with(Need), joinedload(Need.industry).joinedload(Industry.parent))
    ).all()


@lru_cache(maxsize=4)
def _grouped(documents: tuple[Document, ...], background: tuple[str, ...]) -> tuple[Cluster, ...]:
    """Return the groups of these very texts; kept, for the page is filtered and exported next."""
    return tuple(clusters(documents, [Document(id="", title="", body=text) for text in background]))
