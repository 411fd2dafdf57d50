"""The budgets of a region's policies, year by year."""

from flask import Response, abort, flash, render_template, request

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.incentives import books, export
from matchmaker.incentives import budgets as services
from matchmaker.incentives.forms import BudgetForm, CloseForm
from matchmaker.incentives.queries import years
from matchmaker.incentives.views.pages import blueprint
from matchmaker.inputs import InputError
from matchmaker.permissions import Permission, demand
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.downloads import send_workbook
from matchmaker.web.inputs import show_refusal
from matchmaker.web.limits import limiter
from matchmaker.web.refusals import status_of
from models import Budget, Policy, now


@blueprint.get("/budgets")
@requires(Permission.BUDGET_READ)
def budgets() -> str:
    """Show what each policy of the region has in a year, and what becomes of it."""
    year = _chosen_year()
    accounts = books.accounts(db.session, signed_in(), year)
    return render_template(
        "incentives/budgets.html",
        accounts=accounts,
        total=books.together(accounts),
        year=year,
        years=_years(),
        printed_at=now(),
    )


@blueprint.get("/budgets.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.BUDGET_READ, recent=True, saved=True)
def export_budgets() -> Response:
    """Give a year's budgets as a workbook."""
    year = _chosen_year()
    accounts = books.accounts(db.session, signed_in(), year)
    rows = export.budget_rows(accounts, books.together(accounts))
    title = _("Budgets of %(year)s", year=year)
    return send_workbook(title, export.budget_header(), rows)


@blueprint.route("/budgets/<policy_id>/<int:year>", methods=["GET", "POST"])
@requires(Permission.BUDGET_SET, recent=True)
def budget(policy_id: str, year: int) -> str | Response | tuple[str, int]:
    """Set what a policy has in a year, or close the year's books."""
    policy = load_or_404(Policy, policy_id)
    demand(signed_in(), Permission.BUDGET_SET, policy)
    accounts = books.accounts(db.session, signed_in(), year) if year in _years() else []
    account = next((one for one in accounts if one.policy is policy), None)
    if account is None:
        abort(404)
    form = BudgetForm(amount=account.budget.amount if account.budget else None)
    close_form = CloseForm()
    if request.form.get("go") == "close":
        if (
            account.budget
            and close_form.validate_on_submit()
            and _close(account.budget, close_form)
        ):
            return see_page("incentives.budgets", year=year)
    elif form.validate_on_submit() and _set_amount(policy, year, form):
        return see_page("incentives.budgets", year=year)
    page = render_template(
        "incentives/budget.html", account=account, year=year, form=form, close_form=close_form
    )
    return page, status_of(form)


def _set_amount(policy: Policy, year: int, form: BudgetForm) -> bool:
    """Set the amount; return whether it was taken, the form says why not."""
    try:
        services.set_amount(db.session, signed_in(), policy, year, form.amount.data)
    except InputError as error:
        show_refusal(form, error)
        return False
    flash(_("The budget is set."), "success")
    return True


def _close(budget: Budget, form: CloseForm) -> bool:
    """Close the books; return whether they were open, the form says so if not."""
    try:
        services.close(db.session, signed_in(), budget)
    except InputError as error:
        show_refusal(form, error)
        return False
    flash(_("The books of %(year)s are closed.", year=budget.year), "success")
    return True


def _years() -> list[int]:
    """Return the years that have books: the next one too, since it is planned in this one."""
    return [today().year + 1, *years()]


def _chosen_year() -> int:
    asked = request.args.get("year", "")
    return next((one for one in _years() if str(one) == asked), today().year)
