"""Text in, ranked and explained pairs out: the matching engine, free of web and database."""

from matching.documents import (
    Document,
    Explanation,
    Grade,
    Judgements,
    MatchingError,
    Ranked,
    Reason,
    Scored,
    SharedTopic,
)
from matching.engine import Matcher, warm
from matching.evaluation import Evaluation, evaluate
from matching.ranker import Ranker
from matching.training import train

__all__ = [
    "Document",
    "Evaluation",
    "Explanation",
    "Grade",
    "Judgements",
    "Matcher",
    "MatchingError",
    "Ranked",
    "Ranker",
    "Reason",
    "Scored",
    "SharedTopic",
    "evaluate",
    "train",
    "warm",
]
