"""The page of what waits for the reader."""

from flask import Blueprint, render_template

from matchmaker.db import db
from matchmaker.permissions import Permission
from matchmaker.web.access import requires, signed_in
from matchmaker.workbench import tasks

blueprint = Blueprint("workbench", __name__)


@blueprint.get("/todo")
@requires(Permission.TASK_READ)
def todo() -> str:
    """Show what waits for the reader, each with the way to the page where it is done."""
    found = tasks.tasks(db.session, signed_in())
    return render_template("workbench/todo.html", tasks=found, most=tasks.MOST_COUNTED)
