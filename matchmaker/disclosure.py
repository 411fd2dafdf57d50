"""What of a posting's text may be read: all of it, or its public part.

The matcher works on the full text. Whatever is shown, searched or explained to a reader who may
not read that comes from the public part alone.
"""

import unicodedata
from dataclasses import dataclass

from models import Need, Posting, Result, Visibility

PUBLIC_TITLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Text:
    """A posting's text as one reader may read it; `full` says whether that is all of it."""

    title: str
    body: str
    keywords: tuple[str, ...]
    full: bool


def full_text(posting: Posting) -> Text:
    """Return the whole text of a need or a result."""
    parts = _need_parts(posting) if isinstance(posting, Need) else _result_parts(posting)
    body = "\n".join(part.strip() for part in parts if part.strip())
    return Text(posting.title, body, tuple(posting.keywords), full=True)


def public_text(posting: Posting) -> Text:
    """Return what everybody may read: of a posting that is not public, its summary alone."""
    if posting.visibility is Visibility.PUBLIC:
        return full_text(posting)
    return Text(public_title(posting), posting.public_summary.strip(), (), full=False)


def public_title(posting: Posting) -> str:
    """Return the title that everybody may read: that of the text, or its summary's beginning."""
    if posting.visibility is Visibility.PUBLIC:
        return posting.title
    title = posting.public_summary.strip().split("。")[0]
    if len(title) > PUBLIC_TITLE_LENGTH:
        title = title[: PUBLIC_TITLE_LENGTH - 1] + "…"
    return title


def text_for(posting: Posting, *, full: bool) -> Text:
    """Return the full text where the reader may read it, the public part otherwise."""
    return full_text(posting) if full else public_text(posting)


def search_text(posting: Posting) -> str:
    """Return what the halls search: the public part, in NFKC and lower case."""
    text = public_text(posting)
    return fold("\n".join((text.title, text.body, " ".join(text.keywords))))


def fold(text: str) -> str:
    """Return `text` as searching compares it: NFKC and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def _need_parts(need: Need) -> list[str]:
    metrics = (f"{m.name} {m.target}{m.unit}".strip() for m in need.metrics)
    return [need.background, need.problem, need.tried, "；".join(metrics)]


def _result_parts(posting: Posting) -> list[str]:
    if not isinstance(posting, Result):
        raise TypeError(f"{type(posting).__name__} is neither a need nor a result")
    return [posting.abstract, posting.problem_solved, posting.advantage, posting.applications]
