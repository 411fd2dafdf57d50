"""What the values of enumerations are called on pages and in exports."""

from enum import StrEnum

from matchmaker.i18n import lazy_gettext as _l
from models import (
    CooperationMode,
    MatchGrade,
    MatchStatus,
    NeedKind,
    OrganizationKind,
    PostingStatus,
    PropertyKind,
    PropertyStatus,
    ResultAttribute,
    ResultStage,
    Role,
    Visibility,
)

LABELS: dict[type[StrEnum], dict[str, object]] = {
    CooperationMode: {
        "commission": _l("Commissioned development"),
        "joint": _l("Joint development"),
        "transfer": _l("Transfer"),
        "licence": _l("Licence"),
        "consulting": _l("Consulting"),
        "service": _l("Technical service"),
        "co_build": _l("Jointly built platform"),
    },
    MatchGrade: {"strong": _l("Strong"), "fair": _l("Fair"), "weak": _l("Weak")},
    MatchStatus: {
        "proposed": _l("Proposed"),
        "recommended": _l("Recommended"),
        "agreed": _l("Agreed"),
        "declined": _l("Declined"),
        "lapsed": _l("Lapsed"),
        "dismissed": _l("Dismissed"),
    },
    NeedKind: {
        "technology": _l("Technology need"),
        "service": _l("Service need"),
        "finance": _l("Finance need"),
        "talent": _l("Talent need"),
        "scenario": _l("Application scenario"),
    },
    OrganizationKind: {
        "government": _l("Government"),
        "enterprise": _l("Enterprise"),
        "university": _l("University"),
        "institute": _l("Research institute"),
        "finance": _l("Financial institution"),
        "service": _l("Service body"),
        "adopter": _l("Adopter"),
    },
    PostingStatus: {
        "draft": _l("Draft"),
        "submitted": _l("Submitted"),
        "returned": _l("Returned"),
        "published": _l("Published"),
        "suspended": _l("Suspended"),
        "fulfilled": _l("Fulfilled"),
        "expired": _l("Expired"),
        "withdrawn": _l("Withdrawn"),
    },
    PropertyKind: {
        "invention": _l("Invention patent"),
        "utility": _l("Utility model"),
        "design": _l("Design patent"),
        "software": _l("Software copyright"),
        "variety": _l("Plant variety right"),
        "secret": _l("Trade secret"),
    },
    PropertyStatus: {"pending": _l("Pending"), "granted": _l("Granted")},
    ResultAttribute: {
        "basic": _l("Basic theory"),
        "applied": _l("Applied technology"),
        "soft": _l("Soft science"),
    },
    ResultStage: {
        "lab": _l("Laboratory"),
        "bench": _l("Bench scale"),
        "pilot": _l("Pilot scale"),
        "industrial": _l("Industrial"),
    },
    Role: {
        "member": _l("Member"),
        "manager": _l("Manager"),
        "broker": _l("Broker"),
        "officer": _l("Officer"),
        "director": _l("Director"),
        "admin": _l("Administrator"),
        "auditor": _l("Auditor"),
    },
    Visibility: {"public": _l("Public"), "masked": _l("Masked"), "invited": _l("Invited")},
}


def label(value: StrEnum) -> str:
    """Return what a value is called in the reader's language."""
    return str(LABELS[type(value)][value.value])
