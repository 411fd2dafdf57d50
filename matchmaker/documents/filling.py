"""Fills a .docx template from a context, and says in words what is wrong with a template.

The template language is Jinja cut down to what a form needs: placeholders, repeated rows, and
parts that stand there only if something is filled in. Nothing in it can call, calculate or reach
behind a text, so a template decides how a document looks and never what it may tell.
"""

import io
import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import structlog
from docx.oxml import parse_xml
from docxtpl import DocxTemplate
from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import XMLSyntaxError

from matchmaker.documents.contexts import Context
from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import clean, shortened

log = structlog.get_logger()

Names = Mapping[str, tuple[str, ...]]
"""The placeholders: of a table with its columns, of a text without."""

LONGEST = 200
"""Letters between two braces; no placeholder and no repetition is longer."""

_TAG = re.compile("<[^>]*>")
_BRACE = re.compile(r"\{[{%#]|[}%#]\}")
_PAIRS = ("{{}}", "{%%}")
_STATEMENT = re.compile(r"-?(?:p|r|tc|tr)?\s*(?:for|if|elif|else|endfor|endif)\b")
_IN_LOOP = {"loop": ("index", "first", "last")}
_PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_BESIDE_RUNS = (
    "//*[self::w:body or self::w:p or self::w:r or self::w:tbl or self::w:tr or self::w:tc]"
    "/text()[normalize-space()]"
)


class TemplateError(Exception):
    """A template cannot be filled; the message says where it is wrong and what to do."""


def names_of(example: Context) -> Names:
    """Return the placeholders that a context with a row in each table shows."""
    return {
        name: tuple(value[0]) if isinstance(value, list) else () for name, value in example.items()
    }


def emptied(example: Context) -> Context:
    """Return a context of the same placeholders in which nothing is filled in."""
    return {name: [] if isinstance(value, list) else "" for name, value in example.items()}


def fill(template: bytes, context: Context, names: Names) -> bytes:
    """Return the document that a template makes of a context.

    Raises:
        TemplateError: the template names something unknown, or cannot be filled.
    """
    document, environment = _Document(io.BytesIO(template)), _Environment(names)
    try:
        document.render(_cleaned(context), environment)
    except XMLSyntaxError as error:
        raise TemplateError(
            _(
                "A condition or a repetition begins in one paragraph, row or cell and ends in"
                " another. Write {%p … %} for paragraphs and {%tr … %} for rows."
            )
        ) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        log.info("a template could not be filled", error=repr(error))
        raise TemplateError(_("The file is damaged. Save it anew.")) from error
    if not environment.used:
        raise TemplateError(
            _("No placeholder stands in it, so nothing would be filled in. Edit the current one.")
        )
    filled = io.BytesIO()
    document.save(filled)
    return filled.getvalue()


class _Document(DocxTemplate):  # type: ignore[misc]
    """A template that refuses what Word would not open, where its library mends by guessing."""

    def patch_xml(self, src_xml: str) -> str:
        """Return a part as Jinja reads it.

        What the library's patterns would search to the end of the part for, again and again, is
        refused before: braces that are not closed at once, and its own statements.
        """
        text = _TAG.sub("", src_xml)
        braces = list(_BRACE.finditer(text))
        for opened, closed in zip_longest(braces[::2], braces[1::2]):
            inside = text[opened.end() : closed.start() if closed else None]
            if not closed or opened[0] + closed[0] not in _PAIRS or len(inside) > LONGEST:
                raise _unreadable(text[opened.start() :])
            if opened[0] == "{%" and not _STATEMENT.match(inside):
                raise _beyond()
        patched: str = super().patch_xml(src_xml)
        return patched

    def fix_tables(self, xml: str) -> Any:
        stray = parse_xml(xml).xpath(_BESIDE_RUNS)
        if stray:
            raise TemplateError(
                _("“%(text)s” stands outside of any text. Write {{ … }}.", text=shortened(stray[0]))
            )
        return super().fix_tables(xml)


class _Environment(SandboxedEnvironment):
    """Jinja without filters, tests and functions; `used` are the placeholders met so far."""

    def __init__(self, names: Names) -> None:
        super().__init__(autoescape=True)
        for offered in (self.filters, self.tests, self.globals):
            offered.clear()
        self.names = names
        self.used: set[str] = set()

    def from_string(self, source: Any, *args: Any, **options: Any) -> Template:
        """Return one part of the document, checked."""
        if "｛" in source:
            raise TemplateError(_("Write the braces of placeholders half-width: {{ and }}."))
        try:
            tree = self.parse(source)
        except TemplateSyntaxError as error:
            raise _unreadable(_TAG.sub("", source.split("\n")[error.lineno - 1])) from error
        unknown = dict.fromkeys(self._unknown(tree, self.names))
        if unknown:
            listed = "、".join(unknown)
            raise TemplateError(_("These placeholders are not known: %(names)s.", names=listed))
        return super().from_string(source, *args, **options)

    def _unknown(self, node: nodes.Node, names: Names) -> Iterator[str]:
        """Yield the names under a node that are not among `names`."""
        match node:
            case nodes.Name(name=name):
                self.used.add(name)
                if name not in names:
                    yield name
            case nodes.Getattr(node=nodes.Name(name=row), attr=column):
                if column not in names.get(row, ()):
                    yield f"{row}.{column}"
            case nodes.For(target=nodes.Name(name=row), iter=nodes.Name(name=table), test=None):
                self.used.add(table)
                if not names.get(table):
                    yield table
                texts = {name: () for name, columns in names.items() if not columns}
                inside = texts | {row: names.get(table, ())} | _IN_LOOP
                for child in (*node.body, *node.else_):
                    yield from self._unknown(child, inside)
            case _ if isinstance(node, _PLAIN):
                for child in node.iter_child_nodes():
                    yield from self._unknown(child, names)
            case _:
                raise _beyond()


def _unreadable(near: str) -> TemplateError:
    return TemplateError(
        _("A placeholder cannot be read, or is not closed, near “%(text)s”.", text=shortened(near))
    )


def _beyond() -> TemplateError:
    return TemplateError(
        _(
            "Only {{ name }}, {{ row.name }}, {%tr for row in name %} and {%p if name %} can be"
            " written in a template."
        )
    )


def _cleaned(context: Context) -> Context:
    return {
        name: [{column: clean(str(cell)) for column, cell in row.items()} for row in value]
        if isinstance(value, list)
        else clean(str(value))
        for name, value in context.items()
    }
