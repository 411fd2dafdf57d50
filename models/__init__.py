"""The records of the platform; SQLAlchemy 2 mapped classes, one file per noun."""

from models.base import Base, Record, new_public_id, now
from models.enums import (
    ConsentDecision,
    CooperationMode,
    DeclineReason,
    Delivery,
    Event,
    JobStatus,
    MatchGrade,
    MatchSide,
    MatchStatus,
    MessageStatus,
    NeedKind,
    NoticeKind,
    OrganizationKind,
    OrganizationStatus,
    PostingStatus,
    ProjectOrigin,
    ProjectStage,
    PropertyKind,
    PropertyStatus,
    RegionLevel,
    ResultAttribute,
    ResultStage,
    RevisionStatus,
    Role,
    TokenPurpose,
    Visibility,
)
from models.industry import Industry
from models.integrity import IntegrityRestriction
from models.invitation import EmailToken, Invitation
from models.match import Match, MatchConsent, MatchJudgement
from models.need import Need, NeedMetric, NeedMode
from models.notification import Notification
from models.organization import Organization
from models.posting import Posting
from models.project import Project
from models.region import Region
from models.result import Result, ResultMode, ResultProperty
from models.revision import OPEN_REVISION, Revision
from models.signing_in import Attempts, RecoveryCode, TotpSecret, UserSession, key_digest
from models.trail import AuditEntry, StatusChange
from models.typed_form import TypedForm
from models.user import NoticeSetting, User, UserRole
from models.work import ImportBatch, Job, OutboxMessage

__all__ = [
    "OPEN_REVISION",
    "Attempts",
    "AuditEntry",
    "Base",
    "ConsentDecision",
    "CooperationMode",
    "DeclineReason",
    "Delivery",
    "EmailToken",
    "Event",
    "ImportBatch",
    "Industry",
    "IntegrityRestriction",
    "Invitation",
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
    "NoticeKind",
    "NoticeSetting",
    "Notification",
    "Organization",
    "OrganizationKind",
    "OrganizationStatus",
    "OutboxMessage",
    "Posting",
    "PostingStatus",
    "Project",
    "ProjectOrigin",
    "ProjectStage",
    "PropertyKind",
    "PropertyStatus",
    "Record",
    "RecoveryCode",
    "Region",
    "RegionLevel",
    "Result",
    "ResultAttribute",
    "ResultMode",
    "ResultProperty",
    "ResultStage",
    "Revision",
    "RevisionStatus",
    "Role",
    "StatusChange",
    "TokenPurpose",
    "TotpSecret",
    "TypedForm",
    "User",
    "UserRole",
    "UserSession",
    "Visibility",
    "key_digest",
    "new_public_id",
    "now",
]
