"""What posters do with what they wrote: submit, take back, renew, settle, withdraw, copy."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission, demand
from matchmaker.postings import drafts, revisions, services
from matchmaker.postings.drafts import Posting, is_unsent
from matchmaker.postings.forms import KEY
from matchmaker.postings.typed import Kind
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class LifePages:
    """The buttons of one kind of posting; `folder` names its blueprint and its hall."""

    record: Kind
    folder: str

    def add_to(self, blueprint: Blueprint) -> None:
        """Give the blueprint these pages."""
        one = f"/{self.folder}/<public_id>"
        for name, view in (
            ("submit", self.submit),
            ("recall", self.recall),
            ("recall_change", self.recall_change),
            ("renew", self.renew),
            ("copy", self.copy),
        ):
            blueprint.add_url_rule(_path(one, name), name, view, methods=["POST"])
        for name, asking in (
            ("withdraw", self.withdraw),
            ("withdraw_change", self.withdraw_change),
            ("fulfil", self.fulfil),
        ):
            blueprint.add_url_rule(_path(one, name), name, asking, methods=["GET", "POST"])

    @requires(Permission.POSTING_WRITE)
    def submit(self, public_id: str) -> Response:
        """Hand a draft in for review."""
        posting = self._own(public_id)
        services.submit(db.session, signed_in(), posting, _version())
        return _done(_("Submitted. You will be told what is decided."))

    @requires(Permission.POSTING_WRITE)
    def recall(self, public_id: str) -> Response:
        """Take a text that is under review back to be edited."""
        posting = self._own(public_id)
        services.recall(db.session, signed_in(), posting, _version())
        return self._taken_back(posting)

    @requires(Permission.POSTING_WRITE)
    def recall_change(self, public_id: str) -> Response:
        """Take a change that is under review back to be edited; the published text stays."""
        posting = self._own(public_id)
        revision = revisions.current(db.session, posting)
        if revision is None:
            return _no_change()
        revisions.recall(db.session, signed_in(), revision)
        return self._taken_back(posting)

    @requires(Permission.POSTING_WRITE)
    def renew(self, public_id: str) -> Response:
        """Keep a published text for another year, or show an expired one again."""
        posting = self._own(public_id)
        services.renew(db.session, signed_in(), posting, _version())
        return _done(_("Renewed until %(day)s.", day=posting.valid_until))

    @requires(Permission.POSTING_WRITE)
    def copy(self, public_id: str) -> Response:
        """Make a new draft of a text; the same button pressed twice makes one."""
        key = request.form.get("key", "")
        if re.fullmatch(KEY, key) is None:
            abort(400)
        made = drafts.copy(db.session, signed_in(), self._own(public_id), key)
        flash(_("This is the copy, a draft of its own."), "success")
        return see_page(f"{self.folder}.edit", public_id=made.public_id)

    @requires(Permission.POSTING_WRITE)
    def withdraw_change(self, public_id: str) -> str | Response:
        """Ask whether to throw a change away, then do it; the published text stays."""
        posting = self._own(public_id)
        revision = revisions.current(db.session, posting)
        if revision is None:
            return _no_change()
        if request.method == "GET":
            return self._question("withdraw_change", posting)
        revisions.withdraw(db.session, signed_in(), revision)
        return _done(_("The change is thrown away; the published text stays."))

    @requires(Permission.POSTING_WRITE)
    def withdraw(self, public_id: str) -> str | Response:
        """Ask whether to withdraw for good, then do it."""
        posting = self._own(public_id)
        if request.method == "GET":
            return self._question("delete" if is_unsent(posting) else "withdraw", posting)
        if is_unsent(posting):
            services.withdraw(db.session, signed_in(), posting, "", _version())
            return _done(_("The draft is deleted."))
        reason = request.form.get("reason", "")[:LONGEST_REASON]
        services.withdraw(db.session, signed_in(), posting, reason, _version())
        return _done(_("Withdrawn."))

    @requires(Permission.POSTING_WRITE)
    def fulfil(self, public_id: str) -> str | Response:
        """Ask whether the purpose is reached, then close the posting."""
        posting = self._own(public_id)
        if request.method == "GET":
            return self._question("fulfil", posting)
        services.fulfil(db.session, signed_in(), posting, _version())
        return _done(_("Closed as settled."))

    def _question(self, name: str, posting: Posting) -> str:
        return render_template(
            "postings/confirm.html",
            address=request.path,
            posting=posting,
            name=name,
            longest=LONGEST_REASON,
        )

    def _taken_back(self, posting: Posting) -> Response:
        flash(_("Taken back. Edit it, then hand it in again."), "success")
        return see_page(f"{self.folder}.edit", public_id=posting.public_id)

    def _own(self, public_id: str) -> Posting:
        posting: Posting = load_or_404(self.record, public_id)
        demand(current_actor(), Permission.POSTING_WRITE, posting)
        return posting


def _path(one: str, name: str) -> str:
    return f"{one}/{name.replace('_', '-')}"


def _version() -> int | None:
    return request.form.get("version", type=int)


def _done(words: str) -> Response:
    flash(words, "success")
    return see_page("portal.mine")


def _no_change() -> Response:
    return _done(_("There is no change to take back."))
