"""The page of one claim and every decision that is taken there."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, flash, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.incentives import claims, queries, wording
from matchmaker.incentives.facts import rule_of
from matchmaker.incentives.forms import KEEP, LONGEST_EVIDENCE, ClaimForm, PaymentForm
from matchmaker.incentives.rules import read_rule
from matchmaker.incentives.views.pages import blueprint
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import (
    NotVisibleError,
    ReasonMissingError,
    RefusalError,
    available,
)
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, can, demand
from matchmaker.web import refusals
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.refusals import status_of
from models import Claim

Answered = str | Response | tuple[str, int]

HARSH = frozenset({Action.WITHDRAW, Action.REJECT, Action.REVOKE, Action.CLAW_BACK})
"""What ends a claim; its buttons stand last."""

_PLAIN: Mapping[str, Callable[..., None]] = {
    Action.DRAFT: claims.draft,
    Action.REVIEW: claims.review,
    Action.ANNOUNCE: claims.announce,
    Action.APPROVE: claims.approve,
}
_WITH_REASON: Mapping[str, Callable[..., None]] = {
    Action.WITHDRAW: claims.withdraw,
    Action.RETURN: claims.send_back,
    Action.REJECT: claims.reject,
    Action.REVOKE: claims.revoke,
    Action.CLAW_BACK: claims.claw_back,
}


@blueprint.route("/claims/<claim_id>", methods=["GET", "POST"])
@requires(Permission.CLAIM_READ)
def claim(claim_id: str) -> Answered:
    """Show a claim with its arithmetic and its way, and take the decision on it."""
    loaded = load_or_404(Claim, claim_id, *queries.shown_with())
    form = ClaimForm(version=loaded.version)
    if not form.validate_on_submit():
        return _page(loaded, form), status_of(form)
    try:
        _act(loaded, form)
    except NotVisibleError:
        raise
    except ReasonMissingError as error:
        form.reason.errors = [error.reason]
        return _page(loaded, form), refusals.note(error)
    except RefusalError as error:
        status = refusals.note(error)
        form.version.raw_data = [str(loaded.version)]
        return _page(loaded, form, refused=error.reason), status
    flash(
        _("Kept.") if form.action.data == KEEP else _("Done. Those concerned have been told."),
        "success",
    )
    return see_page("incentives.claim", claim_id=claim_id)


@blueprint.route("/claims/<claim_id>/payment", methods=["GET", "POST"])
@requires(Permission.CLAIM_PAY, recent=True)
def pay(claim_id: str) -> Answered:
    """Record that an approved claim was paid."""
    actor = signed_in()
    loaded = load_or_404(Claim, claim_id, *queries.shown_with())
    demand(actor, Permission.CLAIM_PAY, loaded)
    form = PaymentForm(version=loaded.version)
    option = next((one for one in available(actor, loaded) if one.action is Action.PAY), None)
    status = status_of(form)
    if form.validate_on_submit():
        day, reference = form.paid_on.data, form.reference.data
        try:
            claims.pay(db.session, actor, loaded, day, reference, form.version.data)
        except InputError as error:
            show_refusal(form, error)
        except RefusalError as error:
            form.form_errors.append(error.reason)
            status = refusals.note(error)
        else:
            flash(_("The payment is recorded. The organization has been told."), "success")
            return see_page("incentives.claim", claim_id=claim_id)
    return render_template("incentives/pay.html", claim=loaded, form=form, option=option), status


def _act(loaded: Claim, form: ClaimForm) -> None:
    """Do what the form asks for; the payment has a page of its own."""
    actor, action, version = signed_in(), form.action.data, form.version.data
    if action == KEEP:
        claims.add_evidence(db.session, actor, loaded, _evidence(loaded), version)
    elif action == Action.SUBMIT:
        claims.hand_in(db.session, actor, loaded, _evidence(loaded), version)
    elif action in _PLAIN:
        _PLAIN[action](db.session, actor, loaded, version)
    elif action in _WITH_REASON:
        _WITH_REASON[action](db.session, actor, loaded, form.reason.data, version)


def _evidence(loaded: Claim) -> dict[str, str]:
    """Return what was typed for each name of the policy's checklist."""
    wanted = read_rule(loaded.policy_version.rule).evidence
    return {
        name: request.form.get(f"evidence-{place}", "")[:LONGEST_EVIDENCE]
        for place, name in enumerate(wanted)
    }


def _page(loaded: Claim, form: ClaimForm, refused: str = "") -> str:
    actor = signed_in()
    rule = rule_of(loaded.policy_version)
    options = {option.action: option for option in available(actor, loaded)}
    submit, payment = options.pop(Action.SUBMIT, None), options.pop(Action.PAY, None)
    typed: Mapping[str, Any] = _evidence(loaded) if request.method == "POST" else loaded.evidence
    return render_template(
        "incentives/claim.html",
        claim=loaded,
        form=form,
        refused=refused,
        evidence=[(name, typed.get(name, "")) for name in rule.evidence],
        writable=loaded.status in claims.WRITABLE and can(actor, Permission.CLAIM_DRAFT, loaded),
        submit=submit,
        payment=payment,
        decisions=sorted(options.values(), key=lambda option: option.action in HARSH),
        harsh=HARSH,
        timeline=queries.timeline(db.session, actor, loaded),
        action_name=wording.action_name,
        formula=wording.formula_words(rule),
        may_read_project=loaded.project and can(actor, Permission.PROJECT_READ, loaded.project),
    )
