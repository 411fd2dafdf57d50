"""The words of a search."""

import pytest

from matchmaker.searching import MOST_WORDS, split_words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", []),
        (" ，、 ", []),
        ("隔膜 涂层", ["隔膜", "涂层"]),
        ("隔膜、涂层，耐热；收缩;起火", ["隔膜", "涂层", "耐热", "收缩", "起火"]),
        ("隔膜　涂层,耐热", ["隔膜", "涂层", "耐热"]),
        ("1,200 小时", ["1,200", "小时"]),
        (" ".join(map(str, range(20))), list(map(str, range(MOST_WORDS)))),
    ],
)
def test_words_stand_between_blanks_and_commas(typed: str, words: list[str]) -> None:
    assert split_words(typed) == words
