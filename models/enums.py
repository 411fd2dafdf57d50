"""The words that columns may hold, as string enumerations."""

from enum import StrEnum


class RegionLevel(StrEnum):
    """Administrative level of a region."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class OrganizationKind(StrEnum):
    """Part an organization plays: 政 产 学 研 金 服 用."""

    GOVERNMENT = "government"
    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    FINANCE = "finance"
    SERVICE = "service"
    ADOPTER = "adopter"


class OrganizationStatus(StrEnum):
    """Whether an organization may act."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
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
    INTERNAL_REVIEW = "internal_review"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class PostingKind(StrEnum):
    """Which of the two halls a text stands in."""

    NEED = "need"
    RESULT = "result"


class RevisionStatus(StrEnum):
    """Where a change to a published text stands."""

    DRAFT = "draft"
    INTERNAL_REVIEW = "internal_review"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
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


class Speaker(StrEnum):
    """As what somebody writes on a match: for one of its sides, or as one of those who run it."""

    NEED = "need"
    RESULT = "result"
    BROKER = "broker"
    OFFICER = "officer"


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


class Event(StrEnum):
    """What happened to a record that somebody is told of."""

    POSTING_TO_ENDORSE = "posting_to_endorse"
    POSTING_SUBMITTED = "posting_submitted"
    POSTING_RETURNED = "posting_returned"
    POSTING_REJECTED = "posting_rejected"
    POSTING_PUBLISHED = "posting_published"
    POSTING_SUSPENDED = "posting_suspended"
    POSTING_RESUMED = "posting_resumed"
    POSTING_EXPIRING = "posting_expiring"
    POSTING_EXPIRED = "posting_expired"
    REVISION_TO_ENDORSE = "revision_to_endorse"
    REVISION_SUBMITTED = "revision_submitted"
    REVISION_RETURNED = "revision_returned"
    REVISION_APPROVED = "revision_approved"
    MATCH_ASSIGNED = "match_assigned"
    MATCH_RECOMMENDED = "match_recommended"
    MATCH_CONSENTED = "match_consented"
    MATCH_AGREED = "match_agreed"
    MATCH_DECLINED = "match_declined"
    MATCH_LAPSED = "match_lapsed"
    MATCH_CLOSED = "match_closed"
    MATCH_UNANSWERED = "match_unanswered"
    MATCHES_PROPOSED = "matches_proposed"
    SEARCH_FOUND = "search_found"
    MESSAGE_WRITTEN = "message_written"
    POSTING_INVITED = "posting_invited"
    PROJECT_OPENED = "project_opened"
    PROJECT_ADVANCED = "project_advanced"
    PROJECT_TERMINATED = "project_terminated"
    PROJECT_ISSUE_RAISED = "project_issue_raised"
    REPORT_DUE = "report_due"
    REPORT_OVERDUE = "report_overdue"
    ORDER_ISSUED = "order_issued"
    ORDER_ANSWERED = "order_answered"
    ORDER_RETURNED = "order_returned"
    ORDER_CLOSED = "order_closed"
    ORDER_CLIMBED = "order_climbed"
    KEY_NOMINATED = "key_nominated"
    KEY_RESERVED = "key_reserved"
    KEY_DESIGNATED = "key_designated"
    KEY_REMOVAL_PROPOSED = "key_removal_proposed"
    KEY_REMOVED = "key_removed"
    CLAIM_ESTIMATED = "claim_estimated"
    CLAIM_DRAFTED = "claim_drafted"
    CLAIM_SUBMITTED = "claim_submitted"
    CLAIM_RETURNED = "claim_returned"
    CLAIM_REJECTED = "claim_rejected"
    CLAIM_REVIEWED = "claim_reviewed"
    CLAIM_ON_NOTICE = "claim_on_notice"
    NOTICE_ENDED = "notice_ended"
    CLAIM_APPROVED = "claim_approved"
    CLAIM_PAID = "claim_paid"
    CLAIM_CLAWED_BACK = "claim_clawed_back"
    REVIEW_ASSIGNED = "review_assigned"
    ORGANIZATION_REGISTERED = "organization_registered"
    ORGANIZATION_RESTRICTED = "organization_restricted"
    ORGANIZATION_RELEASED = "organization_released"
    POSTING_RECALLED = "posting_recalled"
    REVISION_REJECTED = "revision_rejected"
    MATCH_RECALLED = "match_recalled"
    MATCHES_TO_RECOMMEND = "matches_to_recommend"
    MATCH_HANDED_BACK = "match_handed_back"


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


class ImportStatus(StrEnum):
    """Where the import of a spreadsheet stands."""

    WAITING = "waiting"
    QUEUED = "queued"
    DONE = "done"
    UNDONE = "undone"
    DISCARDED = "discarded"


class TokenPurpose(StrEnum):
    """What a link sent by mail lets its reader do."""

    REGISTER = "register"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 (a purpose, not a password)
    EMAIL = "email"


class NoticeKind(StrEnum):
    """What the platform tells its users of."""

    REVIEW = "review"
    MATCH = "match"
    PROJECT = "project"
    CLAIM = "claim"
    MESSAGE = "message"
    REMINDER = "reminder"
    SUBSCRIPTION = "subscription"


class Delivery(StrEnum):
    """How a notice reaches a user's mailbox."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NONE = "none"


class Pace(StrEnum):
    """When a saved search tells of what it has found; one that is paused only counts it."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    PAUSED = "paused"
