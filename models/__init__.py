"""The records of the platform; SQLAlchemy 2 mapped classes, one file per noun."""

from models.attachment import Attachment
from models.base import Base, Record, new_public_id, now
from models.derived import holding, place_matches, write_bigrams
from models.dialects import among, unindexed
from models.enums import (
    ConsentDecision,
    CooperationMode,
    DeclineReason,
    Delivery,
    Event,
    ImportStatus,
    JobStatus,
    MatchGrade,
    MatchSide,
    MatchStatus,
    MessageStatus,
    NeedKind,
    NoticeKind,
    OrganizationKind,
    OrganizationStatus,
    Pace,
    PostingKind,
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
    Speaker,
    TokenPurpose,
    Visibility,
)
from models.industry import Industry
from models.integrity import IntegrityRestriction
from models.invitation import EmailToken, Invitation
from models.match import Match, MatchConsent, MatchJudgement
from models.message import Message, MessageMark
from models.need import Need, NeedMetric, NeedMode
from models.notification import Notification
from models.organization import Organization
from models.posting import Posting
from models.posting_invitation import PostingInvitation
from models.project import Project
from models.region import Region
from models.result import Result, ResultMode, ResultProperty
from models.revision import OPEN_REVISION, Revision
from models.saved_search import FoundText, SavedSearch
from models.signing_in import Attempts, RecoveryCode, TotpSecret, UserSession, key_digest
from models.trail import AuditEntry, StatusChange
from models.typed_form import TypedForm
from models.user import NoticeSetting, User, UserRole
from models.work import ImportBatch, Job, OutboxMessage

__all__ = [
    "OPEN_REVISION",
    "Attachment",
    "Attempts",
    "AuditEntry",
    "Base",
    "ConsentDecision",
    "CooperationMode",
    "DeclineReason",
    "Delivery",
    "EmailToken",
    "Event",
    "FoundText",
    "ImportBatch",
    "ImportStatus",
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
    "Message",
    "MessageMark",
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
    "Pace",
    "Posting",
    "PostingInvitation",
    "PostingKind",
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
    "SavedSearch",
    "Speaker",
    "StatusChange",
    "TokenPurpose",
    "TotpSecret",
    "TypedForm",
    "User",
    "UserRole",
    "UserSession",
    "Visibility",
    "among",
    "holding",
    "key_digest",
    "new_public_id",
    "now",
    "place_matches",
    "unindexed",
    "write_bigrams",
]
