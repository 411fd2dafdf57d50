"""The records of the platform; SQLAlchemy 2 mapped classes, one file per noun."""

from models.acceptance import Acceptance
from models.attachment import Attachment
from models.base import Base, Record, new_public_id, now
from models.claim import Claim
from models.contract import LARGEST_AMOUNT, Contract, ContractTerms, ContractVersion, Payment
from models.derived import holding, newest_holding, place_matches, write_bigrams
from models.dialects import among, holds, one_of, unindexed
from models.document_template import DocumentTemplate
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
from models.key_designation import KeyDesignation, Snapshot
from models.match import Match, MatchConsent, MatchInterest, MatchJudgement
from models.message import Message, MessageMark
from models.milestone import Milestone
from models.need import Need, NeedMetric, NeedMode
from models.notification import Notification
from models.organization import Organization
from models.policy import Budget, Policy, PolicyVersion
from models.posting import Posting
from models.posting_invitation import PostingInvitation
from models.progress import ProgressReport, ProjectIssue
from models.project import Project, ProjectParty
from models.project_enums import (
    ClaimStatus,
    ContractChange,
    ContractKind,
    DelayReason,
    DocumentKind,
    KeyStatus,
    Light,
    ObjectionOutcome,
    OrderStatus,
    Progress,
    ProjectOrigin,
    ProjectStage,
    Verdict,
)
from models.public_notice import Objection, PublicNotice
from models.region import Region
from models.result import Result, ResultMode, ResultProperty
from models.revision import OPEN_REVISION, Revision
from models.saved_search import FoundText, SavedSearch
from models.signing_in import Attempts, RecoveryCode, TotpSecret, UserSession, key_digest
from models.supervision import SupervisionOrder
from models.trail import AuditEntry, StatusChange
from models.typed_form import TypedForm
from models.user import NoticeSetting, User, UserRole
from models.work import ImportBatch, Job, OutboxMessage

__all__ = [
    "LARGEST_AMOUNT",
    "OPEN_REVISION",
    "Acceptance",
    "Attachment",
    "Attempts",
    "AuditEntry",
    "Base",
    "Budget",
    "Claim",
    "ClaimStatus",
    "ConsentDecision",
    "Contract",
    "ContractChange",
    "ContractKind",
    "ContractTerms",
    "ContractVersion",
    "CooperationMode",
    "DeclineReason",
    "DelayReason",
    "Delivery",
    "DocumentKind",
    "DocumentTemplate",
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
    "KeyDesignation",
    "KeyStatus",
    "Light",
    "Match",
    "MatchConsent",
    "MatchGrade",
    "MatchInterest",
    "MatchJudgement",
    "MatchSide",
    "MatchStatus",
    "Message",
    "MessageMark",
    "MessageStatus",
    "Milestone",
    "Need",
    "NeedKind",
    "NeedMetric",
    "NeedMode",
    "NoticeKind",
    "NoticeSetting",
    "Notification",
    "Objection",
    "ObjectionOutcome",
    "OrderStatus",
    "Organization",
    "OrganizationKind",
    "OrganizationStatus",
    "OutboxMessage",
    "Pace",
    "Payment",
    "Policy",
    "PolicyVersion",
    "Posting",
    "PostingInvitation",
    "PostingKind",
    "PostingStatus",
    "Progress",
    "ProgressReport",
    "Project",
    "ProjectIssue",
    "ProjectOrigin",
    "ProjectParty",
    "ProjectStage",
    "PropertyKind",
    "PropertyStatus",
    "PublicNotice",
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
    "Snapshot",
    "Speaker",
    "StatusChange",
    "SupervisionOrder",
    "TokenPurpose",
    "TotpSecret",
    "TypedForm",
    "User",
    "UserRole",
    "UserSession",
    "Verdict",
    "Visibility",
    "among",
    "holding",
    "holds",
    "key_digest",
    "new_public_id",
    "newest_holding",
    "now",
    "one_of",
    "place_matches",
    "unindexed",
    "write_bigrams",
]
