"""The page on which the poster says who may read a text that is for invited organizations."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash, render_template, request

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission, demand
from matchmaker.postings import invitations
from matchmaker.postings.drafts import Posting
from matchmaker.postings.filters import LONGEST_SEARCH, clean
from matchmaker.postings.typed import Kind
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page


@dataclass(frozen=True, slots=True)
class InvitationPages:
    """The page of invitations of one kind of posting; `folder` names its blueprint and hall."""

    record: Kind
    folder: str

    def add_to(self, blueprint: Blueprint) -> None:
        """Give the blueprint this page and the button that takes an invitation back."""
        page = f"/{self.folder}/<public_id>/invitations"
        blueprint.add_url_rule(page, "invitations", self.page, methods=["GET", "POST"])
        path = f"{page}/<organization_id>/remove"
        blueprint.add_url_rule(path, "uninvite", self.uninvite, methods=["POST"])

    @requires(Permission.POSTING_WRITE)
    def page(self, public_id: str) -> str | Response:
        """List who is invited, look for whom to invite, and invite the one that was chosen."""
        posting = self._own(public_id)
        if request.method == "POST":
            guest = request.form.get("organization", "")
            invitations.invite(db.session, signed_in(), posting, guest)
            flash(_("Invited."), "success")
            return see_page(f"{self.folder}.invitations", public_id=public_id)
        words = clean(request.args.get("q", ""))[:LONGEST_SEARCH]
        return render_template(
            "postings/invitations.html",
            kind=self.folder,
            posting=posting,
            words=words,
            found=invitations.find(db.session, posting, words),
        )

    @requires(Permission.POSTING_WRITE)
    def uninvite(self, public_id: str, organization_id: str) -> Response:
        """Take an invitation back."""
        posting = self._own(public_id)
        invitations.uninvite(db.session, signed_in(), posting, organization_id)
        flash(_("The invitation is taken back; the text is closed to them from now on."), "success")
        return see_page(f"{self.folder}.invitations", public_id=public_id)

    def _own(self, public_id: str) -> Posting:
        posting: Posting = load_or_404(self.record, public_id)
        demand(signed_in(), Permission.POSTING_WRITE, posting)
        return posting
