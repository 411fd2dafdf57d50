"""What can be written in a template, in words for those who edit one."""

from collections.abc import Iterator

from matchmaker.documents.contexts import Context
from matchmaker.i18n import _


def placeholders(example: Context) -> Iterator[tuple[str, str]]:
    """Yield what can be written, each with an example of what it becomes or with what it does."""
    for name, value in example.items():
        if isinstance(value, str):
            yield f"{{{{ {name} }}}}", value
    for name, rows in example.items():
        if isinstance(rows, list):
            yield f"{{%tr for 行 in {name} %}}", _("in a table row above the row that repeats")
            yield from ((f"{{{{ 行.{column} }}}}", text) for column, text in rows[0].items())
            yield "{%tr endfor %}", _("in a table row below it")
    yield "{{ loop.index }}", _("the number of a row that repeats")
    first = next(iter(example))
    yield f"{{%p if {first} %}}", _("in a paragraph above what stands there only if that is filled")
    yield "{%p endif %}", _("in a paragraph below it")
