"""Words in the reader's language: inside a request as the reader chose, elsewhere in Chinese."""

import functools
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import flask
import flask_babel
from babel.support import NullTranslations, Translations
from flask_babel.speaklater import LazyString

CHINA = ZoneInfo("Asia/Shanghai")
DEFAULT_LOCALE = "zh_CN"
LOCALES = ("zh_CN", "en")
TRANSLATIONS = Path(__file__).parent / "translations"


def gettext(message: str, **values: Any) -> str:
    """Return `message` in the reader's language with `values` filled in.

    Without values a literal per cent sign needs no doubling.
    """
    if flask.has_request_context():
        return str(flask_babel.gettext(message, **values))
    text = _default_catalog().gettext(message)
    return text % values if values else text


def lazy_gettext(message: str, **values: Any) -> LazyString:
    """Return `message` translated when it is read, for words written down at import time."""
    return LazyString(gettext, message, **values)


_ = gettext


@functools.cache
def _default_catalog() -> NullTranslations:
    return Translations.load(str(TRANSLATIONS), [DEFAULT_LOCALE])
