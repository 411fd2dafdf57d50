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
    COMMON_TECHNOLOGY_READ = "common_technology:read"
    JOB_READ = "job:read"
    JOB_RETRY = "job:retry"
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
    ORGANIZATION_CREATE = "organization:create"
    ORGANIZATION_EDIT_OWN = "organization:edit_own"
    ORGANIZATION_MANAGE_MEMBERS = "organization:manage_members"
    ORGANIZATION_READ_OWN = "organization:read_own"
    ORGANIZATION_REGISTER = "organization:register"
    ORGANIZATION_REVIEW = "organization:review"
    PORTAL_READ = "portal:read"
    POSTING_ENDORSE = "posting:endorse"
    POSTING_REVIEW = "posting:review"
    POSTING_WRITE = "posting:write"
    PROJECT_READ = "project:read"
    RESULT_READ = "result:read"
    RESULT_READ_TEXT = "result:read_text"
    REVIEW_READ = "review:read"
    SEARCH_SAVE = "search:save"
    USER_MANAGE = "user:manage"


_VISITOR = frozenset(
    {
        Permission.ACCOUNT_SIGN_IN,
        Permission.NEED_READ,
        Permission.NEED_READ_TEXT,
        Permission.ORGANIZATION_REGISTER,
        Permission.PORTAL_READ,
        Permission.RESULT_READ,
        Permission.RESULT_READ_TEXT,
    }
)
_SIGNED_IN = _VISITOR | {
    Permission.ACCOUNT_MANAGE,
    Permission.ACCOUNT_SIGN_OUT,
    Permission.ATTACHMENT_READ,
    Permission.NOTICE_READ,
}
_BUSINESS = _SIGNED_IN | {
    Permission.MATCH_READ,
    Permission.ORGANIZATION_READ_OWN,
    Permission.PROJECT_READ,
    Permission.SEARCH_SAVE,
}
_MESSAGES = {Permission.MESSAGE_READ, Permission.MESSAGE_WRITE}
_MEMBER = (
    _BUSINESS
    | _MESSAGES
    | {
        Permission.MATCH_ANSWER,
        Permission.MATCH_READ_CONTACT,
        Permission.POSTING_WRITE,
    }
)
_OFFICER = _MESSAGES | {
    Permission.COMMON_TECHNOLOGY_READ,
    Permission.MATCH_ADD,
    Permission.MATCH_ASSIGN,
    Permission.MATCH_DISMISS,
    Permission.MATCH_JUDGE,
    Permission.MATCH_RECOMMEND,
    Permission.ORGANIZATION_REVIEW,
    Permission.POSTING_REVIEW,
    Permission.REVIEW_READ,
}
_MANAGER = {
    Permission.ORGANIZATION_EDIT_OWN,
    Permission.ORGANIZATION_MANAGE_MEMBERS,
    Permission.POSTING_ENDORSE,
    Permission.REVIEW_READ,
}
_ADMIN = {
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
    Role.BROKER: _BUSINESS | _MESSAGES | {Permission.MATCH_RECOMMEND},
    Role.OFFICER: _BUSINESS | _OFFICER,
    Role.DIRECTOR: _BUSINESS | {Permission.COMMON_TECHNOLOGY_READ},
    Role.ADMIN: _SIGNED_IN | _ADMIN,
    Role.AUDITOR: _SIGNED_IN,
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
