"""The page of one claim and every decision that is taken there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, flash, render_template, request
from werkzeug.datastructures import FileStorage

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.incentives import claims, queries, wording
from matchmaker.incentives.facts import rule_of
from matchmaker.incentives.forms import KEEP, LONGEST_EVIDENCE, ClaimForm, PaymentForm
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
from matchmaker.postings.file_types import LARGEST, MOST_FILES, TYPES
from matchmaker.postings.uploading import each_taken, read, sent_files
from matchmaker.web import refusals
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.limits import limiter
from matchmaker.web.refusals import BAD_REQUEST, status_of
from matchmaker.web.uploads import takes_files
from models import Attachment, Claim

Answered = str | Response | tuple[str, int]

HARSH = frozenset({Action.WITHDRAW, Action.REJECT, Action.REVOKE, Action.CLAW_BACK})
"""What ends a claim; its buttons stand last."""

_GIVING: Mapping[str, Callable[..., None]] = {
    KEEP: claims.add_evidence,
    Action.SUBMIT: claims.hand_in,
}
"""What takes the evidence that stands beside the buttons."""
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


@dataclass(frozen=True, slots=True)
class Item:
    """An item of evidence as the page shows it.

    `wanted` says whether the checklist has it still; `refused` why files sent just now are not
    kept.
    """

    name: str
    words: str
    files: Sequence[Attachment]
    wanted: bool
    refused: Sequence[str]


@blueprint.route("/claims/<claim_id>", methods=["GET", "POST"])
@limiter.limit("60 per minute", methods=["POST"])
@takes_files
@requires(Permission.CLAIM_READ)
def claim(claim_id: str) -> Answered:
    """Show a claim with its arithmetic and its way, and take the decision on it."""
    loaded = load_or_404(Claim, claim_id, *queries.shown_with())
    form = ClaimForm(version=loaded.version)
    if not form.validate_on_submit():
        return _page(loaded, form), status_of(form)
    try:
        refused = _take_files(loaded, form)
        if refused:
            words = _("A file could not be kept. It is named below; your words are not saved yet.")
            return _page(loaded, form, words, refused), BAD_REQUEST
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
    if action in _GIVING:
        give, without = _GIVING[action], [file for file in loaded.files if _is_ticked(file)]
        give(db.session, actor, loaded, _evidence(loaded), version, without=without)
    elif action in _PLAIN:
        _PLAIN[action](db.session, actor, loaded, version)
    elif action in _WITH_REASON:
        _WITH_REASON[action](db.session, actor, loaded, form.reason.data, version)


def _take_files(loaded: Claim, form: ClaimForm) -> dict[str, list[str]]:
    """Keep the files that were sent; return by the item why others could not be, in words."""
    if form.action.data not in _GIVING:
        return {}
    found = {}
    for place, name in enumerate(rule_of(loaded.policy_version).evidence):

        def take(file: FileStorage, name: str = name) -> None:
            claims.add_file(db.session, signed_in(), loaded, name, read(file))

        found[name] = each_taken(take, sent_files(f"files-{place}"))
    return {name: refused for name, refused in found.items() if refused}


def _evidence(loaded: Claim) -> dict[str, str]:
    """Return what was typed for each name of the policy's checklist, or stands there."""
    return {
        name: request.form.get(f"evidence-{place}", loaded.evidence.get(name, ""))[
            :LONGEST_EVIDENCE
        ]
        for place, name in enumerate(rule_of(loaded.policy_version).evidence)
    }


def _is_ticked(file: Attachment) -> bool:
    """Return whether a file was marked as a mistake."""
    return file.public_id in request.form.getlist("remove")


def _items(loaded: Claim, refused: Mapping[str, Sequence[str]]) -> list[Item]:
    """Return the checklist, and after it what a former one asked for and was given."""
    typed = _evidence(loaded)
    former = dict.fromkeys(file.evidence for file in loaded.files if file.evidence not in typed)
    return [
        Item(
            name,
            typed.get(name, ""),
            [file for file in loaded.files if file.evidence == name],
            name in typed,
            refused.get(name, ()),
        )
        for name in (*typed, *former)
    ]


def _page(
    loaded: Claim,
    form: ClaimForm,
    refused: str = "",
    refused_files: Mapping[str, Sequence[str]] | None = None,
) -> str:
    actor = signed_in()
    rule = rule_of(loaded.policy_version)
    options = {option.action: option for option in available(actor, loaded)}
    submit, payment = options.pop(Action.SUBMIT, None), options.pop(Action.PAY, None)
    return render_template(
        "incentives/claim.html",
        claim=loaded,
        form=form,
        refused=refused,
        evidence=_items(loaded, refused_files or {}),
        is_ticked=_is_ticked,
        kinds=",".join(TYPES),
        most_files=MOST_FILES,
        largest=LARGEST,
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
