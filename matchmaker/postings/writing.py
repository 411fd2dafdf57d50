"""The pages on which a need or a result is written: one set of views for both kinds."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_wtf.csrf import CSRFError

from matchmaker.db import db
from matchmaker.disclosure import full_text, text_for
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import StaleError
from matchmaker.permissions import Permission, Refused, demand
from matchmaker.postings import attachments, drafts, revisions
from matchmaker.postings.drafts import LIVE, NumberTakenError, Posting
from matchmaker.postings.file_types import LARGEST, MOST_FILES, TYPES
from matchmaker.postings.filters import load_choices
from matchmaker.postings.forms import KEY, PostingForm, beginning, filled_with, typed_again
from matchmaker.postings.queries import last_reason
from matchmaker.postings.sketches import sketch
from matchmaker.postings.texts import written
from matchmaker.postings.typed import Kind, typed_form, unfinished_edit, unfinished_new
from matchmaker.postings.uploading import sent_files, take_files
from matchmaker.relations import posting_of
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.uploads import MOST_BYTES, takes_files
from models import Industry, TypedForm, Visibility, new_public_id

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class WritingPages:
    """The writing pages of one kind; `folder` names its templates, its blueprint and its hall."""

    record: Kind
    form: type[PostingForm]
    folder: str

    def add_to(self, blueprint: Blueprint) -> None:
        """Give the blueprint these pages, and keep what was typed when a form is refused."""
        one = f"/{self.folder}/<public_id>"
        for name, path, view, methods in (
            ("new", f"/{self.folder}/new", self.new, ["GET", "POST"]),
            ("edit", f"{one}/edit", self.edit, ["GET", "POST"]),
            ("preview", f"{one}/preview", self.preview, ["GET"]),
            ("revise", f"{one}/revise", self.revise, ["POST"]),
            ("discard", f"/{self.folder}/typed/<key>/discard", self.discard, ["POST"]),
        ):
            blueprint.add_url_rule(path, name, view, methods=methods)
        blueprint.register_error_handler(CSRFError, self._kept_page)
        blueprint.register_error_handler(Refused, self._kept_page)

    @takes_files
    @requires(Permission.POSTING_WRITE)
    def new(self) -> Answer:
        """Write a new one; `form` in the address names one that was begun before."""
        if request.method == "POST":
            return self._sent(None)
        key = request.args.get("form", "")
        typed = typed_form(db.session, signed_in(), self.record, key) if _is_key(key) else None
        if typed is None:
            return self._page(self._filled(None), None)
        if typed.saved:
            return see_page("portal.mine")
        return self._page(self._restored(typed, None), None, typed)

    @takes_files
    @requires(Permission.POSTING_WRITE)
    def edit(self, public_id: str) -> Answer:
        """Edit a draft in its place, or write the change of a text that is published."""
        posting = self._own(public_id)
        if request.method == "POST":
            return self._sent(posting)
        reason = drafts.why_closed(posting, revisions.current(db.session, posting))
        if reason:
            return render_template("errors/409.html", reason=reason), 409
        typed = unfinished_edit(db.session, signed_in(), posting)
        form = self._restored(typed, posting) if typed else self._filled(posting)
        if typed and form.text() == written(posting) and form.version.data == posting.version:
            typed = None  # nothing but what stands there
        return self._page(form, posting, typed)

    @requires(Permission.POSTING_WRITE)
    def preview(self, public_id: str) -> str:
        """Show a text, or its change, as the public will see it, with what could be better."""
        posting = self._own(public_id)
        typed = unfinished_edit(db.session, signed_in(), posting) if _is_live(posting) else None
        form = self._restored(typed, posting) if typed else self._filled(posting)
        shown = self._sketch(form, posting) if typed else posting
        return render_template(
            "postings/preview.html",
            kind=self.folder,
            posting=posting,
            shown=shown,
            text=text_for(shown, full=shown.visibility is Visibility.INVITED),
            whole=full_text(shown),
            files=attachments.named(db.session, signed_in(), form.text()["attachments"]),
            typed=typed,
            reason=last_reason(db.session, posting),
        )

    @requires(Permission.POSTING_WRITE)
    def revise(self, public_id: str) -> Answer:
        """Hand in the change that was previewed."""
        posting = self._own(public_id)
        typed = unfinished_edit(db.session, signed_in(), posting)
        if typed is None:
            return see_page("portal.mine")
        form = self._restored(typed, posting)
        if not form.validate():
            return self._page(form, posting, typed)
        return self._saved(form, posting, drafts.revise) or self._handed_in()

    @requires(Permission.POSTING_WRITE)
    def discard(self, key: str) -> Response:
        """Throw away what was typed into a form and not saved."""
        drafts.discard(db.session, signed_in(), load_or_404(TypedForm, key))
        flash(_("What you had not saved was thrown away."), "success")
        return see_page("portal.mine")

    def _sent(self, posting: Posting | None) -> Answer:
        """Take what the form sent, and do what its button says."""
        form = self._offered(self.form(), posting)
        if not _is_key(form.key.data or "") or not form.typed():
            abort(400)
        go = request.form.get("go", "save")
        refused = self._taken(form, posting)
        if go not in ("save", "preview"):
            form.attachments.errors = refused
            return self._typing(form, posting, go)
        if not form.validate() or refused:
            form.attachments.errors = [*form.attachments.errors, *refused]
            self._keep(form, posting)
            return self._page(form, posting)
        if posting is not None and _is_live(posting):
            self._keep(form, posting)
            if go == "save":
                flash(_("Your change is kept. It has not been handed in."), "success")
            return see_page(
                f"{self.folder}.{'edit' if go == 'save' else go}", public_id=posting.public_id
            )
        if posting is None:
            return self._create(form, go)
        return self._saved(form, posting, drafts.save) or self._went(posting, go)

    def _create(self, form: PostingForm, go: str) -> Answer:
        key = form.key.data
        try:
            made = drafts.create(db.session, signed_in(), self.record, key, form.content())
        except NumberTakenError:
            return self._number_taken(form, None)
        except StaleError as error:
            return self._conflict(form, posting_of(error.record))
        return self._went(made, go)

    def _saved(
        self, form: PostingForm, posting: Posting, save: Callable[..., object]
    ) -> Answer | None:
        """Save a form; return the page that says what stands in the way, None if it is saved."""
        version = form.version.data or 0
        try:
            save(db.session, signed_in(), posting, form.key.data, form.content(), version)
        except NumberTakenError:
            return self._number_taken(form, posting)
        except StaleError:
            return self._conflict(form, posting)
        return None

    def _went(self, posting: Posting, go: str) -> Response:
        if go == "preview":
            return see_page(f"{self.folder}.preview", public_id=posting.public_id)
        flash(_("The draft is saved."), "success")
        return see_page(f"{self.folder}.edit", public_id=posting.public_id)

    def _handed_in(self) -> Response:
        flash(_("Handed in. The published text stays until the change is approved."), "success")
        return see_page("portal.mine")

    def _typing(self, form: PostingForm, posting: Posting | None, go: str) -> Answer:
        """Keep what is typed so far; then add a row, take a suggestion, or just say so."""
        typed = self._keep(form, posting)
        if go == "autosave":
            return render_template(
                "postings/_aside.html", typed=typed, sketch=self._sketch(form, posting)
            )
        action, _dash, value = go.partition("-")
        if action == "row" and value in form and len(form[value]) < form[value].max_entries:
            form[value].append_entry()
        elif action == "industry":
            form.industry.data = value
        elif action == "detach":
            form.attachments.drop(value)
            self._keep(form, posting)
        if action in ("upload", "detach") and "HX-Request" in request.headers:
            return render_template("postings/_attachments.html", **self._files(form, posting))
        return self._page(form, posting)

    def _taken(self, form: PostingForm, posting: Posting | None) -> list[str]:
        """Take the files that the form was sent with; return what is wrong with the others."""
        sent = sent_files()
        if not sent:
            return []
        refused = take_files(form, self._keep(form, posting), sent)
        self._offered(form, posting)
        return refused

    def _conflict(self, form: PostingForm, posting: Posting) -> Answer:
        """Show what another editor saved beside what was typed; saving again decides."""
        self._keep(form, posting)
        theirs = self._filled(posting).lines()
        mine = form.lines()
        differing = [
            (label, theirs[label], mine[label]) for label in mine if mine[label] != theirs[label]
        ]
        form.version.data, form.version.raw_data = posting.version, None
        return self._page(form, posting, differing=differing), 409

    def _number_taken(self, form: PostingForm, posting: Posting | None) -> str:
        self._keep(form, posting)
        form.registration_no.errors = [
            _("Another result has this number. Check it against the certificate.")
        ]
        return self._page(form, posting)

    def _page(
        self,
        form: PostingForm,
        posting: Posting | None,
        typed: TypedForm | None = None,
        differing: list[tuple[str, str, str]] | None = None,
    ) -> str:
        return render_template(
            f"{self.folder}/form.html",
            kind=self.folder,
            **self._files(form, posting),
            posting=posting,
            typed=typed,
            differing=differing,
            live=posting is not None and _is_live(posting),
            begun=self._begun(form) if posting is None else [],
            reason=last_reason(db.session, posting) if posting else "",
            sketch=self._sketch(form, posting),
        )

    def _files(self, form: PostingForm, posting: Posting | None) -> dict[str, object]:
        """Return what the part of the page with the files is made of."""
        address = (
            url_for(f"{self.folder}.edit", public_id=posting.public_id)
            if posting
            else url_for(f"{self.folder}.new")
        )
        return {
            "form": form,
            "address": address,
            "largest": LARGEST,
            "most_bytes": MOST_BYTES,
            "most_files": MOST_FILES,
            "types": ",".join(TYPES),
        }

    def _begun(self, form: PostingForm) -> list[TypedForm]:
        """Return the other forms for a new one that the reader has begun and not saved."""
        begun = unfinished_new(db.session, signed_in(), self.record)
        return [each for each in begun if each.public_id != form.key.data]

    def _keep(self, form: PostingForm, posting: Posting | None) -> TypedForm:
        return drafts.keep(
            db.session, signed_in(), self.record, form.key.data, form.typed(), posting
        )

    def _own(self, public_id: str) -> Posting:
        posting: Posting = load_or_404(self.record, public_id)
        demand(current_actor(), Permission.POSTING_WRITE, posting)
        return posting

    def _filled(self, posting: Posting | None) -> PostingForm:
        """Return a form with the text as it stands, or as it was returned to be mended."""
        values = beginning(posting, signed_in().organization) | {"key": new_public_id()}
        if posting is not None:
            returned = revisions.current(db.session, posting)
            values |= filled_with(returned.values if returned else written(posting))
        return self._offered(self.form(formdata=None, data=values), posting)

    def _restored(self, typed: TypedForm, posting: Posting | None) -> PostingForm:
        fields = typed_again(typed.fields)
        fields["key"] = typed.public_id
        return self._offered(self.form(formdata=fields), posting)

    def _offered(self, form: PostingForm, posting: Posting | None) -> PostingForm:
        files = attachments.usable(db.session, signed_in(), posting, form.key.data or "")
        form.offer(load_choices(db.session), signed_in().organization, files)
        return form

    def _sketch(self, form: PostingForm, posting: Posting | None) -> Posting:
        text = form.text()
        industry = db.session.get(Industry, text["industry_id"]) if text["industry_id"] else None
        return sketch(self.record, text, industry, signed_in().organization, posting)

    def _kept_page(self, error: CSRFError | Refused) -> Answer:
        """Answer a form that came after the sign-in had ended: what was typed is on the page."""
        writing = request.endpoint in (f"{self.folder}.new", f"{self.folder}.edit")
        if request.method != "POST" or not writing or "HX-Request" in request.headers:
            return _usual_page(error)
        if isinstance(error, Refused) and current_actor() is not None:
            return _usual_page(error)
        fields = self.form(formdata=request.form, meta={"csrf": False}).typed()
        key = request.form.get("key", "")
        status = 403 if current_actor() is None else 400
        return render_template("postings/kept.html", fields=fields, key=key), status


def _usual_page(error: CSRFError | Refused) -> tuple[str, int]:
    if isinstance(error, CSRFError):
        return render_template("errors/400.html", stale_form=True), 400
    return render_template("errors/403.html", reason=error.decision.reason), 403


def _is_live(posting: Posting) -> bool:
    return posting.status in LIVE


def _is_key(key: str) -> bool:
    return re.fullmatch(KEY, key) is not None
