"""The words that columns may hold, as string enumerations."""

from enum import StrEnum


class RegionLevel(StrEnum):
    """Administrative level of a region."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class OrganizationKind(StrEnum):
    """Part an organisation plays: 政 产 学 研 金 服 用."""

    GOVERNMENT = "government"
    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    FINANCE = "finance"
    SERVICE = "service"
    ADOPTER = "adopter"


class OrganizationStatus(StrEnum):
    """Whether an organisation may act."""

    PENDING = "pending"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class Role(StrEnum):
    """What a user may act as; admin, auditor and the rest never meet in one user."""

    MEMBER = "member"
    MANAGER = "manager"
    BROKER = "broker"
    OFFICER = "officer"
    DIRECTOR = "director"
    ADMIN = "admin"
    AUDITOR = "auditor"


class NeedKind(StrEnum):
    """What an enterprise asks for."""

    TECHNOLOGY = "technology"
    SERVICE = "service"
    FINANCE = "finance"
    TALENT = "talent"
    SCENARIO = "scenario"


class CooperationMode(StrEnum):
    """How two sides may work together."""

    COMMISSION = "commission"
    JOINT = "joint"
    TRANSFER = "transfer"
    LICENCE = "licence"
    CONSULTING = "consulting"
    SERVICE = "service"
    CO_BUILD = "co_build"


class Visibility(StrEnum):
    """Who may read the text of a published need or result."""

    PUBLIC = "public"
    MASKED = "masked"
    INVITED = "invited"


class PostingStatus(StrEnum):
    """Where a need or a result stands in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ResultStage(StrEnum):
    """How far a result has come: laboratory, bench, pilot, industrial."""

    LAB = "lab"
    BENCH = "bench"
    PILOT = "pilot"
    INDUSTRIAL = "industrial"


class ResultAttribute(StrEnum):
    """Attribute of a registered result: basic theory, applied technology, soft science."""

    BASIC = "basic"
    APPLIED = "applied"
    SOFT = "soft"


class PropertyKind(StrEnum):
    """Kind of intellectual property."""

    INVENTION = "invention"
    UTILITY = "utility"
    DESIGN = "design"
    SOFTWARE = "software"
    VARIETY = "variety"
    SECRET = "secret"  # noqa: S105 (a trade secret, not a password)


class PropertyStatus(StrEnum):
    """Whether a property right has been granted."""

    PENDING = "pending"
    GRANTED = "granted"


class MatchStatus(StrEnum):
    """Where a match stands."""

    PROPOSED = "proposed"
    RECOMMENDED = "recommended"
    AGREED = "agreed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    DISMISSED = "dismissed"


class MatchGrade(StrEnum):
    """How sure the matcher is of a match."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


class MatchSide(StrEnum):
    """One of the two sides of a match."""

    NEED = "need"
    RESULT = "result"


class ConsentDecision(StrEnum):
    """What one side answered."""

    AGREED = "agreed"
    DECLINED = "declined"


class DeclineReason(StrEnum):
    """Why a side declined."""

    TOO_EARLY = "too_early"
    UNCLEAR_ADVANTAGE = "unclear_advantage"
    METRICS_UNMET = "metrics_unmet"
    PRICE = "price"
    SOLVED_OTHERWISE = "solved_otherwise"
    IRRELEVANT = "irrelevant"
    UNCLEAR_TEXT = "unclear_text"
    OTHER = "other"


class MessageStatus(StrEnum):
    """Where an outgoing message stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class JobStatus(StrEnum):
    """Where a piece of background work stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
