"""The words that columns of projects, key projects and claims may hold."""

from enum import StrEnum


class ProjectStage(StrEnum):
    """Where a project stands: 线索发现, 项目撮合, 跟踪调度, 赋能激励."""

    LEAD = "lead"
    MATCHMAKING = "matchmaking"
    TRACKING = "tracking"
    INCENTIVE = "incentive"
    COMPLETED = "completed"
    TERMINATED = "terminated"


class ProjectOrigin(StrEnum):
    """What a project came from."""

    MATCH = "match"
    MANUAL = "manual"
    EVENT = "event"
    CHALLENGE = "challenge"


class ContractKind(StrEnum):
    """Kind of a technology contract: 开发 转让 许可 咨询 服务 (Civil Code, article 843)."""

    DEVELOPMENT = "development"
    TRANSFER = "transfer"
    LICENCE = "licence"
    CONSULTING = "consulting"
    SERVICE = "service"


class ContractChange(StrEnum):
    """What made a version of a contract."""

    SIGNED = "signed"
    AMENDED = "amended"
    TERMINATED = "terminated"


class Progress(StrEnum):
    """How a project stands against its plan, as its parties see it."""

    AHEAD = "ahead"
    ON_PLAN = "on_plan"
    LATE = "late"
    STALLED = "stalled"


class DelayReason(StrEnum):
    """Why a project is late or stalled."""

    FUNDS = "funds"
    TECHNOLOGY = "technology"
    PEOPLE = "people"
    EQUIPMENT = "equipment"
    PARTNER = "partner"
    MARKET = "market"
    APPROVAL = "approval"
    OTHER = "other"


class Light(StrEnum):
    """How much attention a project needs: 红黄绿灯."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class OrderStatus(StrEnum):
    """Where a supervision order stands."""

    ISSUED = "issued"
    ANSWERED = "answered"
    CLOSED = "closed"


class Verdict(StrEnum):
    """What an acceptance came to."""

    PASSED = "passed"
    FAILED = "failed"


class KeyStatus(StrEnum):
    """Where a project stands on the list of key projects: 提名, 储备库, 重点, 移出."""

    NOMINATED = "nominated"
    RESERVE = "reserve"
    KEY = "key"
    REMOVED = "removed"


class ClaimStatus(StrEnum):
    """Where a claim stands."""

    ESTIMATED = "estimated"
    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    ON_NOTICE = "on_notice"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLAWED_BACK = "clawed_back"


class ObjectionOutcome(StrEnum):
    """What was found of an objection to a public notice."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


class DocumentKind(StrEnum):
    """What is written from a record by a template that may be edited."""

    CONTRACT_REGISTRATION = "contract_registration"
    PROGRESS = "progress"
    SUPERVISION_LETTER = "supervision_letter"
    PUBLIC_NOTICE = "public_notice"
    KEY_PROJECT_SUMMARY = "key_project_summary"
