"""Policies and their versions: read by everybody, written, previewed and published by bureaus."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask import Response, flash, render_template, request

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.incentives import policies as services
from matchmaker.incentives import queries
from matchmaker.incentives.facts import rule_of
from matchmaker.incentives.policy_forms import PolicyForm, RuleForm, filled_with
from matchmaker.incentives.views.pages import blueprint
from matchmaker.incentives.wording import formula_words, rule_words
from matchmaker.inputs import InputError
from matchmaker.permissions import Permission, can, demand, visible
from matchmaker.postings.filters import load_choices
from matchmaker.relations import in_region
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.refusals import BAD_REQUEST, status_of
from models import Policy, PolicyVersion, Region

Answered = str | Response | tuple[str, int]


@blueprint.get("/policies")
@requires(Permission.POLICY_READ)
def policies() -> str:
    """List the policies with what they give now."""
    found = queries.policies(db.session, current_actor())
    return render_template(
        "incentives/policies.html",
        rows=[(policy, services.in_force(policy, today())) for policy in found],
        formula=lambda version: formula_words(rule_of(version)),
    )


@blueprint.route("/policies/new", methods=["GET", "POST"])
@requires(Permission.POLICY_WRITE)
def new_policy() -> Answered:
    """Write down a policy; its first version comes next."""
    form = PolicyForm()
    regions = _own_regions()
    form.offer(regions)
    if form.validate_on_submit():
        region = next(one for one in regions if one.code == form.region.data)
        title, issuer, document = form.title.data, form.issuer.data, form.document.data
        try:
            made = services.create(db.session, signed_in(), title, issuer, document, region)
        except InputError as error:
            show_refusal(form, error)
        else:
            return see_page("incentives.draft_version", policy_id=made.public_id)
    return render_template("incentives/new_policy.html", form=form), status_of(form)


@blueprint.get("/policies/<policy_id>")
@requires(Permission.POLICY_READ)
def policy(policy_id: str) -> str:
    """Show a policy with all its versions that the reader may see, the newest first."""
    actor = current_actor()
    found = load_or_404(Policy, policy_id)
    seen = visible(actor, PolicyVersion).where(PolicyVersion.policy_id == found.id)
    versions = db.session.scalars(seen.order_by(PolicyVersion.ordinal.desc())).all()
    regions = _named(versions)
    return render_template(
        "incentives/policy.html",
        policy=found,
        versions=[(one, rule_words(rule_of(one), regions)) for one in versions],
        current=services.in_force(found, today()),
        may_write=can(actor, Permission.POLICY_WRITE, found),
        may_preview=can(actor, Permission.BUDGET_READ, found),
    )


@blueprint.route("/policies/<policy_id>/draft", methods=["GET", "POST"])
@requires(Permission.POLICY_WRITE)
def draft_version(policy_id: str) -> Answered:
    """Write the policy's next version; saving leads to its preview."""
    actor = signed_in()
    found = load_or_404(Policy, policy_id)
    demand(actor, Permission.POLICY_WRITE, found)
    draft = services.draft_of(found)
    begun = draft or (found.versions[-1] if found.versions else None)
    form = RuleForm(data=filled_with(begun, draft))
    form.offer(_offered(found, begun))
    more = request.form.get("go") == "row-slabs"
    if more:
        form.slabs.append_entry()
    elif form.validate_on_submit():
        try:
            services.draft_version(
                db.session,
                actor,
                found,
                form.rule(),
                form.valid_from.data,
                form.valid_until.data,
                seen=form.version.data,
            )
        except InputError as error:
            show_refusal(form, error)
        else:
            flash(_("The draft is saved. It binds nobody before it is published."), "success")
            return see_page("incentives.preview", policy_id=policy_id)
    page = render_template("incentives/draft_version.html", policy=found, form=form)
    return page, 200 if more else status_of(form)


@blueprint.route("/policies/<policy_id>/preview", methods=["GET", "POST"])
@requires(Permission.BUDGET_READ)
def preview(policy_id: str) -> Answered:
    """Show who would get what under the draft, or under the last version; publish the draft."""
    actor = signed_in()
    found = load_or_404(Policy, policy_id)
    demand(actor, Permission.BUDGET_READ, found)
    draft = services.draft_of(found)
    refused = ""
    if request.method == "POST":
        refused = _publish(draft)
        if not refused:
            return see_page("incentives.policy", policy_id=policy_id)
    version = draft or (found.versions[-1] if found.versions else None)
    rows = services.preview(db.session, actor, version) if version else []
    page = render_template(
        "incentives/preview.html",
        policy=found,
        version=version,
        words=rule_words(rule_of(version), _named([version])) if version else [],
        given=[row for row in rows if row.found.amount],
        rest=[row for row in rows if not row.found.amount],
        total=sum(row.found.amount for row in rows),
        most=services.MOST_PREVIEWED,
        may_publish=draft is not None and can(actor, Permission.POLICY_PUBLISH, found),
        may_write=can(actor, Permission.POLICY_WRITE, found),
        refused=refused,
    )
    return page, BAD_REQUEST if refused else 200


def _publish(draft: PolicyVersion | None) -> str:
    """Publish the draft; return why it was not, "" where it was."""
    if draft is None or request.form.get("version") != str(draft.version):
        return _("The draft was changed or published meanwhile. This is how it stands now.")
    try:
        services.publish(db.session, signed_in(), draft)
    except InputError as error:
        return error.reason
    flash(_("Published. It is in force from %(day)s.", day=draft.valid_from), "success")
    return ""


def _own_regions() -> list[Region]:
    """Return the regions whose money the actor may give."""
    actor = signed_in()
    return [one for one in load_choices(db.session).regions if in_region(actor, one)]


def _offered(policy: Policy, version: PolicyVersion | None) -> list[Region]:
    """Return the regions that a rule can name: those above, the policy's, the next below."""
    named = version.rule.get("regions", []) if version else []
    return [
        one
        for one in load_choices(db.session).regions
        if policy.region.code.startswith(one.subtree_prefix)
        or one.parent_id == policy.region_id
        or one.code in named
    ]


def _named(versions: Sequence[PolicyVersion]) -> Mapping[str, Region]:
    """Return by code the regions that rules name."""
    codes = {code for version in versions for code in rule_of(version).regions}
    found = db.session.scalars(sa.select(Region).where(Region.code.in_(codes)))
    return {region.code: region for region in found}
