"""Pages of administrators: jobs with their progress, and mail."""

from operator import itemgetter
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)

from matchmaker.admin import queries, services
from matchmaker.admin.wording import MESSAGE_STATES, outcome
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.inputs import id_in
from matchmaker.jobs import kinds, title_of
from matchmaker.mail import Post
from matchmaker.outbox import MAIL
from matchmaker.permissions import Permission
from matchmaker.postings.filters import one_of
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import own_path
from models import JobStatus, MessageStatus, OutboxMessage

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.add_app_template_filter(title_of, "job_title")
blueprint.add_app_template_filter(outcome, "job_outcome")


@blueprint.get("/jobs")
@requires(Permission.JOB_READ)
def jobs() -> str:
    """List the jobs, newest first, with their progress."""
    chosen = queries.read_jobs(request.args)
    page = queries.jobs(db.session, signed_in(), chosen)
    values: dict[str, Any] = chosen.parameters()
    return render_template(
        "admin/jobs.html",
        page=page,
        chosen=chosen,
        values=values,
        kinds=sorted(((kind, title_of(kind)) for kind in kinds() - {MAIL}), key=itemgetter(1)),
        statuses=JobStatus,
        first=url_for("admin.jobs", **values) if chosen.before else None,
        older=url_for("admin.jobs", **values, before=page.older) if page.older else None,
    )


@blueprint.post("/messages/<public_id>/retry")
@requires(Permission.JOB_RETRY)
def retry(public_id: str) -> Response:
    """Try again a job or a mail that was given up."""
    message = load_or_404(OutboxMessage, public_id)
    try:
        services.retry(db.session, signed_in(), message)
    except services.NotFailedError:
        abort(409)
    flash(_("It is tried again now."), "success")
    return _back(url_for("admin.jobs"))


@blueprint.get("/mails")
@requires(Permission.MAIL_READ)
def mails() -> str:
    """List the mails that were noted, and those in the folder where they are kept in one."""
    folder = _folder()
    status = one_of(MessageStatus, request.args.get("status", ""))
    after = id_in(request.args.get("after", ""))
    page = queries.noted(db.session, signed_in(), status, after)
    following = page.following
    return render_template(
        "admin/mails.html",
        noted=page.rows,
        status=status,
        statuses=MESSAGE_STATES,
        first=url_for("admin.mails", status=status) if after else None,
        following=url_for("admin.mails", status=status, after=following) if following else None,
        mails=queries.mails(folder) if folder else None,
    )


@blueprint.get("/mails/<name>")
@requires(Permission.MAIL_READ)
def mail(name: str) -> str:
    """Show one mail of the folder."""
    folder = _folder()
    found = queries.mail(folder, name) if folder else None
    if found is None:
        abort(404)
    return render_template("admin/mail.html", mail=found)


@blueprint.post("/mails/test")
@requires(Permission.MAIL_TEST)
def test_mail() -> Response:
    """Send the administrator a mail, to see whether mail works."""
    services.send_test_mail(db.session, signed_in())
    flash(_("A test mail is on its way to you."), "success")
    return _back(url_for("admin.mails"))


def _folder() -> Path | None:
    """Return the folder with the mails, None where nobody may read them here.

    In production a mail's links would let an administrator act as its reader.
    """
    post: Post = current_app.extensions["mail"]
    return None if current_app.config["PRODUCTION"] else post.folder


def _back(default: str) -> Response:
    target = own_path(request.form.get("next"), default)
    return redirect(target, 303)  # type: ignore[return-value]
