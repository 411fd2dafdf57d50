"""The records of the platform; SQLAlchemy 2 mapped classes, one file per noun."""

from models.base import Base, Record, new_public_id, now
from models.enums import (
    ConsentDecision,
    CooperationMode,
    DeclineReason,
    JobStatus,
    MatchGrade,
    MatchSide,
    MatchStatus,
    MessageStatus,
    NeedKind,
    OrganizationKind,
    OrganizationStatus,
    PostingStatus,
    PropertyKind,
    PropertyStatus,
    RegionLevel,
    ResultAttribute,
    ResultStage,
    Role,
    Visibility,
)
from models.industry import Industry
from models.match import Match, MatchConsent, MatchJudgement
from models.need import Need, NeedMetric, NeedMode
from models.organization import Organization
from models.posting import Posting
from models.region import Region
from models.result import Result, ResultMode, ResultProperty
from models.trail import AuditEntry, StatusChange
from models.user import User, UserRole
from models.work import ImportBatch, Job, OutboxMessage

__all__ = [
    "AuditEntry",
    "Base",
    "ConsentDecision",
    "CooperationMode",
    "DeclineReason",
    "ImportBatch",
    "Industry",
    "Job",
    "JobStatus",
    "Match",
    "MatchConsent",
    "MatchGrade",
    "MatchJudgement",
    "MatchSide",
    "MatchStatus",
    "MessageStatus",
    "Need",
    "NeedKind",
    "NeedMetric",
    "NeedMode",
    "Organization",
    "OrganizationKind",
    "OrganizationStatus",
    "OutboxMessage",
    "Posting",
    "PostingStatus",
    "PropertyKind",
    "PropertyStatus",
    "Record",
    "Region",
    "RegionLevel",
    "Result",
    "ResultAttribute",
    "ResultMode",
    "ResultProperty",
    "ResultStage",
    "Role",
    "StatusChange",
    "User",
    "UserRole",
    "Visibility",
    "new_public_id",
    "now",
]
