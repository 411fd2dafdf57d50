"""Rules, arithmetic and claims in words."""

from collections.abc import Mapping
from typing import Any

from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.incentives.formulas import Line, Step
from matchmaker.incentives.rules import Basis, Flat, Percent, Rule, Scope, Side, Slabs
from matchmaker.labels import label
from matchmaker.lifecycle.claim import is_automatic
from matchmaker.lifecycle.transition import Action
from matchmaker.web.display import yuan
from models import Claim, ClaimStatus, OrganizationKind, Region

BASES: Mapping[str, object] = {
    Basis.PAID: _l("What was paid in the year"),
    Basis.AMOUNT: _l("The contracts' amounts"),
    Basis.TECHNOLOGY_AMOUNT: _l("The contracts' technology amounts"),
}
SCOPES: Mapping[str, object] = {
    Scope.PROJECT: _l("One project"),
    Scope.YEAR: _l("All contracts of the year"),
}
SIDES: Mapping[str, object] = {
    Side.BUYER: _l("The contract's buyer"),
    Side.SELLER: _l("The contract's seller"),
    Side.SERVICE: _l("A service body of the project"),
}
_LINES: Mapping[str, object] = {
    Step.WRONG_REGION: _l("Nothing: the organization is outside the policy's regions."),
    Step.WRONG_KIND: _l("Nothing: the policy is not for this kind of organization: %(name)s."),
    Step.WRONG_TIER: _l("Nothing: the organization is none of these: %(name)s."),
    Step.RESTRICTED: _l("Nothing: %(name)s"),
    Step.LEFT_OUT_KIND: _l("Contract %(name)s is left out: not a kind that is rewarded."),
    Step.LEFT_OUT_UNREGISTERED: _l("Contract %(name)s is left out until it is registered."),
    Step.LEFT_OUT_AFFILIATED: _l("Contract %(name)s is left out: its parties are affiliated."),
    Step.NO_CONTRACT: _l("Nothing: no contract takes part yet."),
    Step.DEAL: _l("Contract %(name)s: %(amount)s yuan"),
    Step.SUM: _l("Together: %(amount)s yuan"),
    Step.BELOW_MINIMUM: _l("Nothing: that is less than the minimum of %(limit)s yuan."),
    Step.PERCENT: _l("%(rate)s of it: %(amount)s yuan"),
    Step.SLAB: _l("Slab from %(limit)s yuan on: %(amount)s yuan"),
    Step.BELOW_SLABS: _l("Nothing: the first slab begins at %(limit)s yuan."),
    Step.FLAT: _l("Flat reward: %(amount)s yuan"),
    Step.CAP: _l("At most %(limit)s yuan for a claim: %(amount)s yuan"),
    Step.CAP_PER_PROJECT: _l("What is left of %(limit)s yuan for the project: %(amount)s yuan"),
    Step.CAP_PER_YEAR: _l("What is left of %(limit)s yuan for the year: %(amount)s yuan"),
}
_ACTIONS: Mapping[str, object] = {
    Action.DRAFT: _l("Begin the claim"),
    Action.SUBMIT: _l("Submit the claim"),
    Action.WITHDRAW: _l("Withdraw"),
    Action.REVIEW: _l("Find it right"),
    Action.RETURN: _l("Return to be mended"),
    Action.REJECT: _l("Reject"),
    Action.ANNOUNCE: _l("Put on public notice"),
    Action.APPROVE: _l("Approve"),
    Action.REVOKE: _l("Take the approval back"),
    Action.PAY: _l("Record the pay-out"),
    Action.CLAW_BACK: _l("Claw back"),
}
_DONE: Mapping[str, object] = {
    "estimate": _l("Estimated"),
    Action.DRAFT: _l("Drafted"),
    Action.SUBMIT: _l("Handed in"),
    Action.WITHDRAW: _l("Withdrawn"),
    Action.CLOSE: _l("Lapsed"),
    Action.REVIEW: _l("Found right"),
    Action.RETURN: _l("Returned to be mended"),
    Action.REJECT: _l("Rejected"),
    Action.ANNOUNCE: _l("Put on public notice"),
    Action.APPROVE: _l("Approved"),
    Action.REVOKE: _l("Approval taken back"),
    Action.PAY: _l("Paid"),
    Action.CLAW_BACK: _l("Clawed back"),
}
_NEXT: Mapping[str, object] = {
    ClaimStatus.ESTIMATED: _l("The organization may begin the claim once the money was paid."),
    ClaimStatus.DRAFTED: _l("The organization names the evidence and its manager submits."),
    ClaimStatus.SUBMITTED: _l("An officer of the region looks it through."),
    ClaimStatus.RETURNED: _l("The organization mends it and submits it again."),
    ClaimStatus.REVIEWED: _l("An officer of the region puts it on public notice."),
    ClaimStatus.ON_NOTICE: _l("After the public notice a director decides."),
    ClaimStatus.APPROVED: _l("An officer records the payment; not the one who approved it."),
    ClaimStatus.PAID: _l("The money was paid; nothing is awaited of anybody."),
    ClaimStatus.REJECTED: _l("The claim has ended; nothing is awaited of anybody."),
    ClaimStatus.WITHDRAWN: _l("The claim has ended; nothing is awaited of anybody."),
    ClaimStatus.CLAWED_BACK: _l("The payment was given back; nothing is awaited of anybody."),
}


def line_words(line: Line | Mapping[str, Any]) -> str:
    """Return one line of the arithmetic, as reckoned or as kept with a claim, in words."""
    kept = line.as_json() if isinstance(line, Line) else line
    name = kept["name"]
    if kept["step"] == Step.WRONG_KIND:
        name = label(OrganizationKind(name))
    return str(_LINES[kept["step"]]) % {
        "amount": yuan(kept["amount"]),
        "limit": yuan(kept["limit"]),
        "rate": percent(kept["rate"]),
        "name": name,
    }


def percent(rate: int) -> str:
    """Return a rate given in hundredths of a percent: 1550 is 15.5%."""
    return f"{rate / 100:g}%"


def claim_title(claim: Claim) -> str:
    """Return what a claim is called in a list: its policy and what it is for."""
    about = claim.project.title if claim.project else str(claim.year)
    return f"{claim.policy.title} · {about}"


def action_name(action: str, claim: Claim) -> str:
    """Return the words of the button for an action."""
    if action == Action.SUBMIT and is_automatic(claim):
        return _("Confirm and submit")
    return str(_ACTIONS[action])


def done(action: str) -> str:
    """Return what the timeline says of an action that was taken."""
    return str(_DONE[action])


def next_step(claim: Claim) -> str:
    """Return what happens next with a claim, and who owes it."""
    if claim.status is ClaimStatus.ON_NOTICE and claim.notices:
        ends_on, region = claim.notices[-1].ends_on, claim.policy.region.name
        if today() > ends_on:
            return _("The public notice is over; a director of %(region)s decides.", region=region)
        return _(
            "On public notice until %(day)s; after it a director of %(region)s decides.",
            day=ends_on,
            region=region,
        )
    if claim.status is ClaimStatus.DRAFTED and is_automatic(claim):
        return _("Drafted by the platform: the organization's manager only confirms.")
    if claim.status is ClaimStatus.ESTIMATED and is_automatic(claim):
        return _("The platform drafts the claim by itself once the money was paid.")
    return str(_NEXT[claim.status])


def formula_words(rule: Rule) -> str:
    """Return how a rule computes the amount."""
    match rule.formula:
        case Percent(rate):
            return _(
                "%(rate)s of: %(basis)s", rate=percent(rate), basis=str(BASES[rule.basis]).lower()
            )
        case Flat(reward):
            return _("Flat reward: %(amount)s yuan", amount=yuan(reward))
        case Slabs(slabs):
            steps = (
                _(
                    "from %(reached)s yuan: %(reward)s yuan",
                    reached=yuan(one.reached),
                    reward=yuan(one.reward),
                )
                for one in slabs
            )
            return _("%(basis)s: %(steps)s", basis=BASES[rule.basis], steps=_("; ").join(steps))


def rule_words(rule: Rule, regions: Mapping[str, Region]) -> list[tuple[str, str]]:
    """Return all that a rule says: what each part is called, and what it says, "" for nothing."""
    comma = _(", ")
    caps = (
        (rule.cap, _("%(amount)s yuan for a claim")),
        (rule.cap_per_project, _("%(amount)s yuan for a project")),
        (rule.cap_per_year, _("%(amount)s yuan for an organization and year")),
    )
    asked = (
        (rule.registered, _("the contract is registered")),
        (rule.unaffiliated, _("its parties are not affiliated")),
        (rule.integrity, _("no integrity restriction")),
    )
    names = [regions[code].name if code in regions else code for code in rule.regions]
    return [
        (_("Amount"), formula_words(rule)),
        (_("At most"), comma.join(words % {"amount": yuan(cap)} for cap, words in caps if cap)),
        (_("At least"), _("%(amount)s yuan", amount=yuan(rule.minimum)) if rule.minimum else ""),
        (_("Claimed for"), str(SCOPES[rule.scope])),
        (_("Claimed by"), str(SIDES[rule.side])),
        (_("Regions"), comma.join(names)),
        (_("Kinds of organization"), comma.join(map(label, rule.kinds))),
        (_("Tiers, any of"), comma.join(rule.tiers)),
        (_("Kinds of contract"), comma.join(map(label, rule.contract_kinds))),
        (_("Further conditions"), comma.join(words for wanted, words in asked if wanted)),
        (_("Stacking group"), rule.stacking_group),
        (_("Evidence"), comma.join(rule.evidence)),
        (
            _("Claiming"),
            _("Without asking: the platform drafts, the organization confirms")
            if rule.automatic
            else _("The organization claims"),
        ),
        (_("Public notice"), _("%(days)s days", days=rule.notice_days)),
    ]
