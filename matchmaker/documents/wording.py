"""What can be written in a template, in words for those who edit one."""

from collections.abc import Iterator

from matchmaker.documents.contexts import Context
from matchmaker.i18n import _


def in_word(example: Context) -> Iterator[tuple[str, str]]:
    """Yield what can be written, each with an example of what it becomes or with what it does."""
    yield from _single(example)
    for name, rows in example.items():
        if isinstance(rows, list):
            yield f"{{%tr for 行 in {name} %}}", _("in a table row above the row that repeats")
            yield from ((f"{{{{ 行.{column} }}}}", str(cell)) for column, cell in rows[0].items())
            yield "{%tr endfor %}", _("in a table row below it")
    yield "{{ loop.index }}", _("the number of a row that repeats")
    first = next(iter(example))
    yield f"{{%p if {first} %}}", _("in a paragraph above what stands there only if that is filled")
    yield "{%p endif %}", _("in a paragraph below it")


def in_excel(example: Context) -> Iterator[tuple[str, str]]:
    """Yield what cells can name, each with an example of what it becomes."""
    yield from _single(example)
    for name, rows in example.items():
        if isinstance(rows, list):
            for column, cell in rows[0].items():
                written = f"{{{{ {name}.{column} }}}}"
                yield written, _("%(text)s, in the row that repeats", text=cell)


PLACEHOLDERS = {".docx": in_word, ".xlsx": in_excel}


def _single(example: Context) -> Iterator[tuple[str, str]]:
    for name, value in example.items():
        if not isinstance(value, list):
            yield f"{{{{ {name} }}}}", str(value)
