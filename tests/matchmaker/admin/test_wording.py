"""What jobs came to, as administrators read it."""

from typing import Any

import pytest
from flask import Flask

from matching.retraining import Verdict
from matchmaker.admin.wording import VERDICTS, outcome
from models import Job


@pytest.mark.parametrize(
    ("came_to", "words"),
    [
        ({"added": 3, "removed": 1}, "新增 3；移除 1"),
        ({"found": 2, "told": 2}, "命中 2；已提醒 2"),
        ({"imported": 20}, "导入 20"),
        ({"verdict": "too_few"}, "评判数据不足"),
        ({}, ""),
    ],
)
def test_an_outcome_is_put_into_words(app: Flask, came_to: dict[str, Any], words: str) -> None:
    with app.test_request_context():
        assert outcome(Job(outcome=came_to)) == words


def test_every_verdict_of_a_retraining_has_its_words() -> None:
    assert set(Verdict) < set(VERDICTS)
