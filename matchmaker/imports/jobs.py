"""Background work of imports."""

from datetime import timedelta

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.imports import uploads
from matchmaker.jobs import Work, handles


@handles(uploads.JOB, _l("Import of a spreadsheet"), limit=timedelta(hours=1))
def import_postings(work: Work, batch_id: int) -> dict[str, int]:
    """Bring in the rows of a spreadsheet that its uploader has looked over."""
    return uploads.carry_out(work.session, batch_id, work.progress)


@handles("forget_uploads", _l("Removal of spreadsheets that were not imported"))
def forget_uploads(work: Work) -> dict[str, int]:
    """Throw away the spreadsheets that have waited for a day."""
    return {"removed": uploads.forget(work.session)}
