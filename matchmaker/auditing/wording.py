"""What the entries of the audit trail are called in the reader's language."""

from flask_babel import ngettext

from matchmaker.auditing.jobs import BROKEN, CUT, UNANCHORED
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.web.display import moment
from models import AuditEntry, Job, JobStatus

OUTCOMES = {"done": _l("Done"), "refused": _l("Denied"), "failed": _l("Failed")}

KINDS = {
    "account": _l("Account"),
    "acceptance": _l("Acceptance"),
    "attachment": _l("File"),
    "auditentry": _l("Audit trail"),
    "budget": _l("Budget"),
    "claim": _l("Claim"),
    "contract": _l("Contract"),
    "document_template": _l("Document template"),
    "documenttemplate": _l("Document template"),
    "import": _l("Import"),
    "importbatch": _l("Import"),
    "integrityrestriction": _l("Integrity restriction"),
    "invitation": _l("Invitation to join"),
    "job": _l("Background job"),
    "keydesignation": _l("Key project"),
    "ledger": _l("Ledger of projects"),
    "mail": _l("Mail"),
    "match": _l("Match"),
    "matchinterest": _l("Opinion on a match"),
    "message": _l("Message"),
    "milestone": _l("Milestone"),
    "need": _l("Need"),
    "needs": _l("Need"),
    "notice": _l("Notification"),
    "notification": _l("Notification"),
    "objection": _l("Objection"),
    "organization": _l("Organization"),
    "outboxmessage": _l("Work that waits"),
    "payment": _l("Payment"),
    "policy": _l("Policy"),
    "policyversion": _l("Policy version"),
    "project": _l("Project"),
    "projectissue": _l("Issue"),
    "publicnotice": _l("Public notice"),
    "result": _l("Result"),
    "results": _l("Result"),
    "revision": _l("Revision"),
    "savedsearch": _l("Saved search"),
    "search": _l("Saved search"),
    "seed": _l("Reference data"),
    "snapshot": _l("Frozen count"),
    "supervisionorder": _l("Supervision order"),
    "typed_form": _l("Unsaved form"),
    "typedform": _l("Unsaved form"),
    "user": _l("User"),
    "usersession": _l("Session"),
}
"""By a record's class or an action's first word, in small letters: what it is about."""

ACTIONS = {
    "accept": _l("Recorded the acceptance"),
    "add": _l("Added by hand"),
    "add_bureau": _l("Added a bureau"),
    "add_evidence": _l("Added evidence"),
    "add_party": _l("Added a party"),
    "agree": _l("Agreed by both sides"),
    "amended": _l("Amended"),
    "announce": _l("Announced"),
    "answer": _l("Answered"),
    "approve": _l("Approved"),
    "approve_later": _l("Approved, to take effect in ten minutes"),
    "assign": _l("Given to somebody"),
    "attach": _l("Attached"),
    "begin": _l("Entered matchmaking"),
    "cancel_payment": _l("Cancelled a payment"),
    "change": _l("Changed"),
    "change_email": _l("Changed the e-mail address"),
    "change_password": _l("Changed the password"),
    "claw_back": _l("Clawed back"),
    "climb": _l("Handed up"),
    "close": _l("Closed"),
    "columns": _l("Mapped the columns"),
    "complete": _l("Completed"),
    "confirm": _l("Proved who they are"),
    "consent": _l("Consented"),
    "contact": _l("Changed the contact"),
    "correct": _l("Corrected the particulars"),
    "create": _l("Created"),
    "decline": _l("Declined"),
    "delete": _l("Deleted"),
    "demo": _l("Loaded the demo’s data"),
    "designate": _l("Designated"),
    "detach": _l("Removed from its record"),
    "disable": _l("Closed the account"),
    "disable_member": _l("Closed the account"),
    "discard": _l("Thrown away"),
    "dismiss": _l("Dismissed"),
    "draft": _l("Drafted"),
    "enable": _l("Opened the account again"),
    "enable_member": _l("Opened the account again"),
    "end": _l("Ended"),
    "end_other_sessions": _l("Ended all other sessions"),
    "end_session": _l("Ended a session"),
    "endorse": _l("Passed the internal review"),
    "enter_demo": _l("Signed in as a persona of the demo"),
    "estimate": _l("Estimated"),
    "expire": _l("Expired"),
    "find": _l("Found new texts"),
    "freeze": _l("Frozen"),
    "fulfil": _l("Fulfilled"),
    "give_up": _l("Given up after many attempts"),
    "hand_back": _l("Given back"),
    "hide": _l("Hidden with its organization"),
    "import": _l("Imported"),
    "interest": _l("Said what they think of a pair"),
    "invite": _l("Invited"),
    "issue": _l("Issued"),
    "join": _l("Joined the organization"),
    "judge": _l("Graded"),
    "keep": _l("Kept what was typed"),
    "lapse": _l("Lapsed"),
    "lift": _l("Lifted an integrity restriction"),
    "lift_restriction": _l("Lifted an integrity restriction"),
    "light": _l("Changed the light"),
    "mark_seen": _l("Marked as seen"),
    "move": _l("Moved to another organization"),
    "no_policy": _l("Recorded that no policy applies"),
    "nominate": _l("Nominated"),
    "object": _l("Objected"),
    "open": _l("Opened"),
    "password": _l("Gave the right password"),
    "pay": _l("Recorded a payment"),
    "plan": _l("Set the plan"),
    "propose": _l("Matched"),
    "propose_again": _l("Proposed again"),
    "propose_removal": _l("Proposed the removal"),
    "publish": _l("Published"),
    "raise": _l("Raised an issue"),
    "reach": _l("Reached"),
    "read": _l("Read"),
    "recall": _l("Taken back from review or from both sides"),
    "recommend": _l("Recommended"),
    "reference": _l("Loaded"),
    "refuse": _l("Refused"),
    "register": _l("Registered"),
    "reject": _l("Rejected"),
    "remind": _l("Reminded"),
    "remove": _l("Removed"),
    "remove_party": _l("Removed a party"),
    "remove_second_factor": _l("Removed the second factor"),
    "renew": _l("Renewed"),
    "renew_recovery_codes": _l("Made new recovery codes"),
    "reopen": _l("Proposed again"),
    "replace": _l("Put another template in force"),
    "report": _l("Reported progress"),
    "request_email_change": _l("Asked for another e-mail address"),
    "request_password_link": _l("Asked for a password link"),
    "request_registration": _l("Asked for a registration link"),
    "rerank": _l("Ranked anew"),
    "reserve": _l("Taken into the reserve pool"),
    "reset_second_factor": _l("Removed the second factor"),
    "resolve": _l("Resolved"),
    "restore": _l("Restored the platform’s own template"),
    "restore_ranker": _l("Restored the earlier ranker"),
    "restrict": _l("Entered an integrity restriction"),
    "resume": _l("Shown again"),
    "retrain": _l("Trained the ranker"),
    "retry": _l("Tried again"),
    "return": _l("Returned"),
    "review": _l("Reviewed"),
    "revise": _l("Began a revision"),
    "revoke": _l("Revoked"),
    "reward": _l("Entered incentive"),
    "save": _l("Saved"),
    "save_notices": _l("Changed the notice settings"),
    "save_profile": _l("Changed the profile"),
    "second_factor": _l("Gave the second factor"),
    "send": _l("Sent"),
    "send_password_link": _l("Sent a password link"),
    "set": _l("Set"),
    "set_role": _l("Changed the role"),
    "set_roles": _l("Changed the roles"),
    "set_up_second_factor": _l("Set up the second factor"),
    "settle": _l("Settled"),
    "show": _l("Shown again with its organization"),
    "sign_in": _l("Signed in"),
    "sign_out": _l("Signed out"),
    "signed": _l("Signed"),
    "start": _l("Started"),
    "submit": _l("Submitted"),
    "suspend": _l("Suspended"),
    "take_back": _l("Taken back"),
    "tell": _l("Told"),
    "tell_officers": _l("Told officers of strong pairs"),
    "terminate": _l("Terminated"),
    "terminated": _l("Terminated"),
    "test": _l("Sent a test mail"),
    "throw_away": _l("Thrown away"),
    "track": _l("Entered tracking"),
    "undo_approval": _l("Undid the approval"),
    "uninvite": _l("Took back an invitation"),
    "upload": _l("Uploaded"),
    "use_recovery_code": _l("Used a recovery code"),
    "withdraw": _l("Withdrawn"),
    "withdraw_invitation": _l("Withdrew an invitation"),
    "write": _l("Written"),
}
"""By an action's second word: what was done, or asked for in vain."""

ADDRESSED = _l("Asked for a page")
"""What was refused where the trail names the page that was asked for."""


def action_words(entry: AuditEntry) -> str:
    """Return what was done or refused; the code itself where it has no words."""
    if "." in entry.action:
        return str(ADDRESSED)
    return str(ACTIONS.get(entry.action.partition(":")[2], entry.action))


def kind_words(kind: str) -> str:
    """Return what a kind of record is called; the code itself where it has no words."""
    return str(KINDS.get(kind.lower(), kind))


def subject_words(entry: AuditEntry) -> str:
    """Return what an entry is about: its record's kind and number, or what its action names."""
    if entry.subject_kind:
        return f"{kind_words(entry.subject_kind)} {entry.subject_id}"
    return "" if "." in entry.action else kind_words(entry.action.partition(":")[0])


def outcome_words(outcome: str) -> str:
    """Return how what an entry tells of ended; the code itself where it has no words."""
    return str(OUTCOMES.get(outcome, outcome))


def trouble_words(verdict: str, entry: int) -> str:
    """Return what is wrong with the trail, as a check found it."""
    if verdict == CUT:
        return _(
            "Entry %(entry)s is no longer in the database: the end of the audit trail was cut off "
            "or written anew, or an older backup was restored.",
            entry=entry,
        )
    return _(
        "Entry %(entry)s of the audit trail was changed, or an entry before it was removed.",
        entry=entry,
    )


def check_words(job: Job | None) -> tuple[str, str]:
    """Return what the last check of the whole trail came to, and the category of that notice."""
    if job is None or job.status is JobStatus.RUNNING:
        return _("The whole trail is checked every night; the first check is to come."), "message"
    if job.status is JobStatus.FAILED:
        told = _("The last check broke off. Ask an administrator to look at the background jobs.")
        return told, "error"
    checked = _("Checked at %(time)s.", time=moment(job.finished_at))
    verdict = job.outcome["verdict"]
    if verdict in (BROKEN, CUT):
        return f"{trouble_words(verdict, job.outcome['entry'])} {checked}", "error"
    told = ngettext(
        "%(num)s entry was checked: none was changed or removed.",
        "%(num)s entries were checked: none was changed or removed.",
        job.outcome["entries"],
    )
    if verdict == UNANCHORED:
        hint = _("Whether the end was cut off cannot be told: nothing is kept beside the database.")
        return f"{told} {hint} {checked}", "warning"
    return f"{told} {checked}", "success"
