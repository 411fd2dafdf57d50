"""The `matchmaker` command. Exit codes: 0 done, 1 bad input, 2 usage."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from stdnum.cn import uscc as uscc_number

from matching.documents import MatchingError
from matchmaker import config, upkeep
from matchmaker.config import ConfigError
from matchmaker.i18n import _
from matchmaker.running import BAD_INPUT, FILE, BadInput, application, engine
from matchmaker.spreadsheets import SheetError


def main() -> None:
    """Run the command, with bad input told in one message instead of a traceback."""
    try:
        command(prog_name="matchmaker")
    except (SheetError, ConfigError, MatchingError) as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_INPUT)


def _columns(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> Any:
    """Read `--map field=column` options into a mapping."""
    for value in values:
        if "=" not in value:
            raise click.BadParameter(_("“%(value)s” is not of the form field=column", value=value))
    return dict(value.split("=", 1) for value in values)


map_option = click.option(
    "--map",
    "overrides",
    multiple=True,
    callback=_columns,
    metavar="FIELD=COLUMN",
    help="Take FIELD (id, title, text, keywords …) from the column headed COLUMN.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="matchmaker")
def command() -> None:
    """Match industry's needs with academia's results."""


command.add_command(upkeep.db)
command.add_command(upkeep.audit)


@command.command()
@click.argument("needs", type=FILE)
@click.argument("results", type=FILE)
@click.option("--output", required=True, type=FILE, help="Write the pairs here (.xlsx or .csv).")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--feedback", type=FILE, help="Judgements (need_id, result_id, level 1 to 4).")
@map_option
def match(
    needs: Path,
    results: Path,
    output: Path,
    top: int,
    feedback: Path | None,
    overrides: Mapping[str, str],
) -> None:
    """Rank the RESULTS that fit each of the NEEDS and say why.

    Both are .xlsx, .xls or .csv files; columns are recognised by their Chinese or English headers.
    Needs no database and no network.
    """
    from matchmaker import offline

    summary = offline.match(needs, results, output, top, feedback, overrides, _progress_bar)
    click.echo(summary)


@command.command()
@click.argument("needs", type=FILE)
@click.argument("results", type=FILE)
@click.argument("judgements", type=FILE)
@click.option("--feedback", type=FILE, help="Judgements that the matcher may use.")
@click.option("--scores", type=FILE, help="Write need_id, result_id, score of every judged pair.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@map_option
def evaluate(
    needs: Path,
    results: Path,
    judgements: Path,
    feedback: Path | None,
    scores: Path | None,
    as_json: bool,
    overrides: Mapping[str, str],
) -> None:
    """Measure the matcher on JUDGEMENTS (need_id, result_id, level 1 none to 4 strong)."""
    from matchmaker import offline

    click.echo(offline.evaluate(needs, results, judgements, feedback, scores, as_json, overrides))


@command.command()
@click.argument("needs", type=FILE)
@click.argument("results", type=FILE)
@click.argument("judgements", type=FILE)
@click.option("--output", required=True, type=FILE, help="Write the coefficients here (.json).")
@map_option
def train(
    needs: Path,
    results: Path,
    judgements: Path,
    output: Path,
    overrides: Mapping[str, str],
) -> None:
    """Fit the ranker's coefficients to JUDGEMENTS and write them with their figures.

    The figures come from five folds that share no need's text. Put the file in place of
    matching/ranker.json to use it.
    """
    from matchmaker import offline

    click.echo(offline.train_ranker(needs, results, judgements, output, overrides))


@command.command()
@click.option("--demo", is_flag=True, help="Also load the demo organizations, needs and results.")
def seed(demo: bool) -> None:
    """Load regions and industries."""
    from matchmaker import seeding
    from matchmaker.db import db as database

    with application() as app:
        if demo and not app.config["DEMO"]:
            raise BadInput(_("Set MATCHMAKER_DEMO=1 to load the demo's accounts."))
        seeding.load_reference(database.session)
        loaded = demo and seeding.load_demo(database.session)
    click.echo(_("Demo data loaded.") if loaded else _("Regions and industries are up to date."))


@command.command()
@click.argument("name")
@click.argument("email")
@click.option("--bureau", required=True, help="Name of the government body they belong to.")
@click.option("--code", required=True, help="Its unified social credit code.")
@click.option("--region", required=True, help="Its region's code, such as 340000.")
def admin(name: str, email: str, bureau: str, code: str, region: str) -> None:
    """Add an administrator, and their bureau where it is new; print the link for a password."""
    from matchmaker.db import db as database
    from matchmaker.organizations import first_admin

    with application() as app:
        try:
            signed = first_admin.add(
                database.session, app.config["SECRET_KEY"], name, email, bureau, code, region
            )
        except first_admin.FirstAdminError as error:
            raise BadInput(str(error)) from error
        address = app.config["ADDRESS"]
    click.echo(_("Open this link within an hour to choose a password:"))
    click.echo(f"{address}/password/{signed}")


@command.command("import")
@click.argument("kind", type=click.Choice(["needs", "results"]))
@click.argument("file", type=FILE)
@click.option("--organization", "uscc", required=True, help="Its unified social credit code.")
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
@map_option
def import_(kind: str, file: Path, uscc: str, dry_run: bool, overrides: Mapping[str, str]) -> None:
    """Publish every row of FILE as a need or a result of an organization: all rows or none."""
    from matchmaker.db import db as database
    from matchmaker.imports.services import import_postings
    from models import Organization

    with application():
        code = uscc_number.compact(uscc)
        organization = database.session.scalar(
            sa.select(Organization).where(Organization.uscc == code)
        )
        if organization is None:
            raise BadInput(_("No organization has the code %(code)s.", code=code))
        done = import_postings(
            database.session, None, kind, organization, file, overrides, dry_run=dry_run
        )
        message = (
            _("%(rows)d rows are fine; nothing was written.", rows=done.rows)
            if dry_run
            else _("%(rows)d rows imported.", rows=done.rows)
        )
    click.echo(message)
    if done.unclassified:
        click.echo(_("%(rows)d of them name no known industry.", rows=done.unclassified))


@command.command()
@click.option("--need", "public_id", help="Match this need only (the last part of its address).")
@click.option("--all", "everything", is_flag=True, help="Match all published needs.")
def propose(public_id: str | None, everything: bool) -> None:
    """Match published needs with published results and keep the pairs as proposals."""
    from matchmaker.db import db as database
    from matchmaker.matches import rankers, services
    from models import Need

    if bool(public_id) == everything:
        raise click.UsageError(_("give either --need ID or --all"))
    with application() as app:
        ranker = rankers.in_use(app.config["DATA"])
        need = None
        if public_id:
            need = database.session.scalar(sa.select(Need).where(Need.public_id == public_id))
            if need is None:
                raise BadInput(_("There is no need %(id)s.", id=public_id))
        with _progress_bar(_("Matching")) as progress:
            try:
                done = services.propose(database.session, None, need, progress, ranker=ranker)
            except services.NotPublishedError as error:
                raise BadInput(_("The need %(id)s is not published.", id=error)) from error
    click.echo(
        _(
            "%(needs)d needs and %(results)d results: %(added)d pairs proposed, "
            "%(changed)d brought up to date, %(removed)d removed.",
            needs=done.needs,
            results=done.results,
            added=done.added,
            changed=done.changed,
            removed=done.removed,
        )
    )


@command.command()
@click.option("--dry-run", is_flag=True, help="Compare, print, and change nothing.")
@click.option("--restore", is_flag=True, help="Go back to the ranker shipped with this version.")
def retrain(dry_run: bool, restore: bool) -> None:
    """Fit the ranker to all that people have judged, and use it from now on if it is better.

    Both rankers are compared on the same pairs, which the new one has not learnt from.
    """
    from matching.retraining import TooFewError
    from matchmaker.db import db as database
    from matchmaker.matches import reports, services

    if dry_run and restore:
        raise click.UsageError(_("give either --dry-run or --restore"))
    with application() as app:
        data = app.config["DATA"]
        try:
            if restore:
                adopted = services.restore_ranker(database.session, None, data)
                message = reports.restored(adopted)
            else:
                done = services.retrain_ranker(database.session, None, data, dry_run=dry_run)
                message = reports.retrained(done, dry_run=dry_run)
        except TooFewError as error:
            raise BadInput(reports.too_few(error.shortage)) from error
        except OSError as error:
            raise BadInput(
                _("%(file)s cannot be written: %(reason)s", file=data, reason=error.strerror)
            ) from error
    click.echo(message)


@command.command()
def serve() -> None:
    """Serve the portal on HOST and PORT."""
    from matchmaker import seeding, serving
    from matchmaker.db import db as database

    settings = config.from_environment()
    serving.refuse_port(settings)
    with application(settings) as app:
        if settings.production and seeding.has_demo_accounts(database.session):
            raise BadInput(_("This database holds the demo's accounts; production must not."))
    serving.serve(app, settings)


@command.command()
def worker() -> None:
    """Do the background work: matching, mail, reminders. `serve` does it itself without Redis."""
    from matchmaker import serving

    with application() as app:
        pass
    serving.work(app)


@command.command("demo")
def demo_() -> None:
    """Prepare the demo's database where that has not been done, and serve it."""
    from matchmaker import schema, seeding, serving
    from matchmaker.db import db as database
    from matchmaker.matches import rankers, services

    settings = config.from_environment()
    if not settings.demo:
        raise BadInput(_("Set MATCHMAKER_DEMO=1 to load the demo's accounts."))
    serving.refuse_port(settings)
    with application(settings, current=False) as app:
        schema.upgrade(engine())
        seeding.load_reference(database.session)
        seeding.load_demo(database.session)
        if not services.has_run(database.session):
            with _progress_bar(_("Matching")) as progress:
                ranker = rankers.in_use(app.config["DATA"])
                services.propose(database.session, None, None, progress, ranker=ranker)
        _print_accounts(database.session)
    serving.serve(app, settings)


@contextlib.contextmanager
def _progress_bar(label: str) -> Iterator[Any]:
    """Give a function to call with (done, total); on a terminal it moves a bar."""
    with click.progressbar(length=1, label=label, file=sys.stderr, show_eta=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def _print_accounts(session: Any) -> None:
    from matchmaker import demo
    from models import User

    click.echo(_("Demo accounts, all with the password %(password)s:", password=demo.PASSWORD))
    for user in session.scalars(sa.select(User).order_by(User.id)):
        click.echo(f"  {user.email:<44}{user.name}　{user.title}")


if __name__ == "__main__":
    main()
