"""Every permission, and what each role grants; relations to records are `permissions`' matter."""

from collections.abc import Collection
from enum import StrEnum

from matchmaker.i18n import _
from matchmaker.relations import ORGANIZATION_ROLES, REGION_ROLES
from models import OrganizationStatus, Role, User


class Permission(StrEnum):
    """Every permission, once."""

    ACCOUNT_MANAGE = "account:manage"
    ACCOUNT_SIGN_IN = "account:sign_in"
    ACCOUNT_SIGN_OUT = "account:sign_out"
    ATTACHMENT_READ = "attachment:read"
    AUDIT_READ = "audit:read"
    BUDGET_READ = "budget:read"
    BUDGET_SET = "budget:set"
    CLAIM_APPROVE = "claim:approve"
    CLAIM_DRAFT = "claim:draft"
    CLAIM_PAY = "claim:pay"
    CLAIM_READ = "claim:read"
    CLAIM_REVIEW = "claim:review"
    CLAIM_SUBMIT = "claim:submit"
    COMMON_TECHNOLOGY_READ = "common_technology:read"
    DOCUMENT_TEMPLATE_EDIT = "document_template:edit"
    HALL_EXPORT = "hall:export"
    INDICATOR_FREEZE = "indicator:freeze"
    INDICATOR_READ = "indicator:read"
    JOB_READ = "job:read"
    JOB_RETRY = "job:retry"
    KEY_DESIGNATE = "key:designate"
    KEY_NOMINATE = "key:nominate"
    KEY_PROPOSE_REMOVAL = "key:propose_removal"
    KEY_RESERVE = "key:reserve"
    MAIL_READ = "mail:read"
    MAIL_TEST = "mail:test"
    MATCH_ADD = "match:add"
    MATCH_ANSWER = "match:answer"
    MATCH_ASSIGN = "match:assign"
    MATCH_DISMISS = "match:dismiss"
    MATCH_JUDGE = "match:judge"
    MATCH_READ = "match:read"
    MATCH_READ_CONTACT = "match:read_contact"
    MATCH_RECOMMEND = "match:recommend"
    MESSAGE_READ = "message:read"
    MESSAGE_WRITE = "message:write"
    NEED_READ = "need:read"
    NEED_READ_TEXT = "need:read_text"
    NOTICE_READ = "notice:read"
    ORDER_ANSWER = "order:answer"
    ORDER_ISSUE = "order:issue"
    ORGANIZATION_CREATE = "organization:create"
    ORGANIZATION_EDIT_OWN = "organization:edit_own"
    ORGANIZATION_MANAGE_MEMBERS = "organization:manage_members"
    ORGANIZATION_READ_OWN = "organization:read_own"
    ORGANIZATION_REGISTER = "organization:register"
    ORGANIZATION_REVIEW = "organization:review"
    POLICY_PUBLISH = "policy:publish"
    POLICY_READ = "policy:read"
    POLICY_WRITE = "policy:write"
    PORTAL_READ = "portal:read"
    POSTING_ENDORSE = "posting:endorse"
    POSTING_OVERSEE = "posting:oversee"
    POSTING_REVIEW = "posting:review"
    POSTING_WRITE = "posting:write"
    PROJECT_OPEN = "project:open"
    PROJECT_READ = "project:read"
    PROJECT_REPORT = "project:report"
    PROJECT_RUN = "project:run"
    PUBLIC_NOTICE_OBJECT = "public_notice:object"
    PUBLIC_NOTICE_READ = "public_notice:read"
    PUBLIC_NOTICE_SETTLE = "public_notice:settle"
    RESULT_READ = "result:read"
    RESULT_READ_TEXT = "result:read_text"
    REVIEW_DECIDE = "review:decide"
    REVIEW_READ = "review:read"
    SEARCH_SAVE = "search:save"
    TASK_READ = "task:read"
    USER_MANAGE = "user:manage"


_VISITOR = frozenset(
    {
        Permission.ACCOUNT_SIGN_IN,
        Permission.NEED_READ,
        Permission.NEED_READ_TEXT,
        Permission.ORGANIZATION_REGISTER,
        Permission.POLICY_READ,
        Permission.PORTAL_READ,
        Permission.PUBLIC_NOTICE_OBJECT,
        Permission.PUBLIC_NOTICE_READ,
        Permission.RESULT_READ,
        Permission.RESULT_READ_TEXT,
    }
)
_SIGNED_IN = (_VISITOR - {Permission.PUBLIC_NOTICE_OBJECT}) | {
    Permission.ACCOUNT_MANAGE,
    Permission.ACCOUNT_SIGN_OUT,
    Permission.ATTACHMENT_READ,
    Permission.NOTICE_READ,
    Permission.TASK_READ,
}
_BUSINESS = _SIGNED_IN | {
    Permission.HALL_EXPORT,
    Permission.MATCH_READ,
    Permission.ORGANIZATION_READ_OWN,
    Permission.PROJECT_READ,
    Permission.PUBLIC_NOTICE_OBJECT,
    Permission.SEARCH_SAVE,
}
_MESSAGES = {Permission.MESSAGE_READ, Permission.MESSAGE_WRITE}
_MEMBER = (
    _BUSINESS
    | _MESSAGES
    | {
        Permission.CLAIM_DRAFT,
        Permission.CLAIM_READ,
        Permission.MATCH_ANSWER,
        Permission.MATCH_READ_CONTACT,
        Permission.ORDER_ANSWER,
        Permission.POSTING_WRITE,
        Permission.PROJECT_REPORT,
    }
)
_BUREAU = {
    Permission.BUDGET_READ,
    Permission.CLAIM_READ,
    Permission.COMMON_TECHNOLOGY_READ,
    Permission.INDICATOR_READ,
    Permission.KEY_PROPOSE_REMOVAL,
    Permission.ORDER_ISSUE,
    Permission.POSTING_OVERSEE,
    Permission.REVIEW_READ,
}
_OFFICER = (
    _MESSAGES
    | _BUREAU
    | {
        Permission.CLAIM_PAY,
        Permission.CLAIM_REVIEW,
        Permission.KEY_NOMINATE,
        Permission.MATCH_ADD,
        Permission.MATCH_ASSIGN,
        Permission.MATCH_DISMISS,
        Permission.MATCH_JUDGE,
        Permission.MATCH_RECOMMEND,
        Permission.ORDER_ANSWER,
        Permission.ORGANIZATION_REVIEW,
        Permission.POLICY_WRITE,
        Permission.POSTING_REVIEW,
        Permission.PROJECT_OPEN,
        Permission.PROJECT_REPORT,
        Permission.PROJECT_RUN,
        Permission.PUBLIC_NOTICE_SETTLE,
        Permission.REVIEW_DECIDE,
    }
)
_DIRECTOR = _BUREAU | {
    Permission.BUDGET_SET,
    Permission.CLAIM_APPROVE,
    Permission.INDICATOR_FREEZE,
    Permission.KEY_DESIGNATE,
    Permission.KEY_RESERVE,
    Permission.POLICY_PUBLISH,
}
_BROKER = _MESSAGES | {
    Permission.MATCH_RECOMMEND,
    Permission.ORDER_ANSWER,
    Permission.PROJECT_REPORT,
}
_MANAGER = {
    Permission.CLAIM_SUBMIT,
    Permission.ORGANIZATION_EDIT_OWN,
    Permission.ORGANIZATION_MANAGE_MEMBERS,
    Permission.POSTING_ENDORSE,
    Permission.REVIEW_DECIDE,
    Permission.REVIEW_READ,
}
_ADMIN = {
    Permission.DOCUMENT_TEMPLATE_EDIT,
    Permission.JOB_READ,
    Permission.JOB_RETRY,
    Permission.MAIL_READ,
    Permission.MAIL_TEST,
    Permission.ORGANIZATION_CREATE,
    Permission.USER_MANAGE,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: _MEMBER,
    Role.MANAGER: _MEMBER | _MANAGER,
    Role.BROKER: _BUSINESS | _BROKER,
    Role.OFFICER: _BUSINESS | _OFFICER,
    Role.DIRECTOR: _BUSINESS | _DIRECTOR,
    Role.ADMIN: _SIGNED_IN | _ADMIN,
    Role.AUDITOR: _SIGNED_IN | {Permission.AUDIT_READ},
}
BUREAU_ROLES = REGION_ROLES | {Role.ADMIN, Role.AUDITOR}
BUSINESS_ROLES = ORGANIZATION_ROLES | REGION_ROLES
# What is left to the people of an organization that has not been approved, or not any more.
_UNAPPROVED = _SIGNED_IN | {Permission.ORGANIZATION_EDIT_OWN, Permission.ORGANIZATION_READ_OWN}


def granted(actor: User | None) -> frozenset[Permission]:
    """Return the permissions that the actor's roles grant; None is a visitor."""
    if actor is None:
        return _VISITOR
    permissions = frozenset().union(*(GRANTS[role] for role in actor.roles))
    if actor.organization.status is OrganizationStatus.APPROVED:
        return permissions
    return permissions & _UNAPPROVED


def exclusion(roles: Collection[Role]) -> str:
    """Return why these roles may not meet in one user, "" where they may (三权分立).

    GB/T 22239-2019, level 3, 8.1.5: system administration, audit and business stay apart.
    """
    kinds = ({Role.ADMIN}, {Role.AUDITOR}, BUSINESS_ROLES)
    if sum(bool(kind & set(roles)) for kind in kinds) > 1:
        return _("Administrator, auditor and business roles never meet in one user.")
    return ""
