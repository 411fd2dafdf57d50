"""Searching by bigrams finds what looking into every text would find, and is kept current."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.disclosure import fold
from matchmaker.imports.services import import_postings
from matchmaker.needs.queries import NeedFilter, listed
from matchmaker.postings import leads
from matchmaker.postings.queries import led
from matchmaker.searching import search_words
from matchmaker.spreadsheets import write_table
from models import Need, derived, holding, newest_holding
from models.derived import bigrams
from tests import factories

ALPHABET = "甲乙丙aＢ1%_\\ \n，𠮷é"
TEXTS = st.text(ALPHABET, min_size=1, max_size=12)


def _found(session: Session, words: str) -> set[str]:
    chosen = NeedFilter(words=words)
    statement = led(session, listed(None, chosen), Need, chosen)
    return {need.title for need in session.scalars(statement)}


def _rewrite(session: Session, need: Need, text: str) -> None:
    with transaction(session):
        need.search_text = text


@given(TEXTS, st.data())
def test_a_text_has_the_bigrams_of_every_word_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))].split()
    assert all(bigrams(word) <= bigrams(text) for word in words)


@pytest.fixture
def texts(session: Session) -> list[str]:
    """Give the titles of some needs, which are all that there is of their texts."""
    made = [f"甲乙{number}丙aＢ%_ 丙甲" for number in range(8)]
    made += ["甲乙丙", "丙乙甲", "𠮷甲é", "é𠮷", "甲 乙", "1%", "1_", "a\\b", "ab", "aＢ"]
    for title in made:
        factories.need(title=title, problem="")
    return made


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=TEXTS)
def test_the_same_is_found_as_by_looking_into_every_text(
    session: Session, texts: list[str], words: str
) -> None:
    wanted = search_words(words)
    assert _found(session, words) == {
        text for text in texts if all(word in fold(text) for word in wanted)
    }


@pytest.mark.parametrize("few", [0, leads.FEW])
def test_what_is_listed_does_not_depend_on_what_the_database_begins_with(
    session: Session, texts: list[str], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(leads, "FEW", few)
    assert _found(session, "甲乙丙") == {"甲乙丙"}
    assert _found(session, "丙a 甲乙1") == {"甲乙1丙aＢ%_ 丙甲"}


def test_a_rewritten_text_is_found_by_its_new_words_alone(session: Session) -> None:
    need = factories.need(title="旧词")
    _rewrite(session, need, "新词")
    assert _found(session, "新词") == {"旧词"}
    assert _found(session, "旧词") == set()


def test_what_a_rollback_undoes_leaves_nothing_behind(session: Session) -> None:
    need = factories.need(title="旧词")
    with pytest.raises(ZeroDivisionError), transaction(session):
        need.search_text = "新词"
        session.flush()
        raise ZeroDivisionError
    assert session.scalars(holding(Need, "新词")).all() == []
    assert _found(session, "旧词") == {"旧词"}


@pytest.mark.parametrize(("most", "found"), [(1, 1), (3, 3), (5, 5), (9, 5)])
def test_the_newest_are_found_without_looking_at_all(
    session: Session, monkeypatch: pytest.MonkeyPatch, most: int, found: int
) -> None:
    monkeypatch.setattr(derived, "_SPAN_BITS", 1)
    made = [factories.need(title="甲乙丙" if number % 7 == 2 else "丙乙甲") for number in range(34)]
    ids = [need.id for need in made if need.title == "甲乙丙"]
    newest = newest_holding(Need, "甲乙丙", made[-1].id, most)
    assert sorted(session.scalars(newest)) == ids[-found:]
    assert session.scalars(newest_holding(Need, "戊己", 0, most)).all() == []


def test_what_a_spreadsheet_brought_is_found(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "需求.xlsx"
    write_table(
        path, ("需求编号", "需求名称", "需求描述"), [("1", "隔膜", "鸮羽"), ("2", "浆料", "团聚")]
    )
    import_postings(session, None, "needs", factories.organization(), path, {})
    assert _found(session, "鸮羽") == {"隔膜"}


def test_a_shorter_word_is_looked_for_in_the_texts(session: Session, texts: list[str]) -> None:
    assert _found(session, "é") == {"𠮷甲é", "é𠮷"}
    assert session.scalar(sa.select(sa.func.count()).select_from(Need)) == len(texts)
