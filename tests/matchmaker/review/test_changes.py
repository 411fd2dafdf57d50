"""The difference of two texts, in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.review.changes import Pieces, compare
from tests.growth import LINEAR, growth


def _marked(pieces: Pieces) -> list[str]:
    return [piece.text for piece in pieces if piece.changed]


def test_a_changed_figure_is_marked_alone() -> None:
    before, after = compare("耐热150℃以上。成本不变。", "耐热180℃以上。成本不变。")
    assert _marked(before) == ["150"]
    assert _marked(after) == ["180"]


def test_an_added_sentence_is_marked_on_one_side_only() -> None:
    before, after = compare("耐热。", "耐热。已试过陶瓷涂层。")
    assert _marked(before) == []
    assert _marked(after) == ["已试过陶瓷涂层。"]


@given(st.text(alphabet="ab1 。\n试", max_size=60), st.text(alphabet="ab1 。\n试", max_size=60))
def test_the_pieces_make_up_both_texts(old: str, new: str) -> None:
    before, after = compare(old, new)
    assert "".join(piece.text for piece in before) == old
    assert "".join(piece.text for piece in after) == new
    unchanged = ["".join(p.text for p in side if not p.changed) for side in (before, after)]
    assert unchanged[0] == unchanged[1]


def test_a_very_long_passage_does_not_keep_the_reader_waiting() -> None:
    assert growth(lambda length: compare("试" * length, "验" * length), 50_000) < LINEAR
    before, _after = compare("试" * 50_000, "验" * 50_000)
    assert len(before) == 1
