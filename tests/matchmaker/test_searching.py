"""The words of a search, and what holds them."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.searching import MOST_WORDS, split_words, stands_in
from models import Need
from tests import factories


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", []),
        (" ，、 ", []),
        ("隔膜 涂层", ["隔膜", "涂层"]),
        ("隔膜、涂层，耐热；收缩;起火", ["隔膜", "涂层", "耐热", "收缩", "起火"]),
        ("隔膜　涂层,耐热", ["隔膜", "涂层", "耐热"]),
        ("1,200 小时", ["1,200", "小时"]),
        ("石墨烯,5G", ["石墨烯", "5G"]),
        ("2027,储能", ["2027", "储能"]),
        (" ".join(map(str, range(20))), list(map(str, range(MOST_WORDS)))),
    ],
)
def test_words_stand_between_blanks_and_commas(typed: str, words: list[str]) -> None:
    assert split_words(typed) == words


@pytest.mark.parametrize(
    ("title", "word", "found"),
    [
        ("ΔT 控制", "ΔT", True),
        ("Ω形密封圈", "Ω形", True),
        ("装置ＨＪ－７", "ＨＪ－７", True),
        ("装置HJ-7", "ＨＪ－７", True),
        ("装置HJ-7", "hj-7", True),
        ("隔膜耐热", "耐热", True),
        ("隔膜耐热", "耐冷", False),
        ("耐热180℃", "180℃", True),
        ("收率100", "100%", False),
    ],
)
def test_a_word_stands_in_a_text_as_typed_or_folded(
    session: Session, title: str, word: str, found: bool
) -> None:
    factories.need(title=title)
    asked = sa.select(Need.title).where(stands_in(Need.title, word))
    assert session.scalars(asked).all() == ([title] if found else [])
