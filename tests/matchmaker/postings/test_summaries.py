"""What a public summary gives away of the text that it stands for."""

from typing import Any

from sqlalchemy.orm import Session

from matchmaker.postings.summaries import betrayed
from models import Need, Visibility
from tests import factories


def _masked(summary: str, **values: Any) -> Need:
    return factories.need(visibility=Visibility.MASKED, public_summary=summary, **values)


def test_a_summary_in_other_words_betrays_nothing(session: Session) -> None:
    assert betrayed(_masked("高温下薄膜尺寸不稳定，寻求材料方案。", keywords=["陶瓷涂覆"])) == []


def test_names_codes_and_copied_passages_in_a_summary_are_found(session: Session) -> None:
    owner = factories.organization(name="测试电池公司")
    need = _masked(
        "测试电池公司的QX9471产线上，隔膜在高温下收缩并且刺穿后短路起火。",
        organization=owner,
        problem="QX9471 批次的隔膜在高温下收缩并且刺穿后短路，需要涂层。",
        keywords=["短路"],
        contact={"name": "陆时安"},
    )
    copied = "隔膜在高温下收缩并且刺穿后短路"
    assert betrayed(need) == ["测试电池公司", "短路", "qx9471", copied]
