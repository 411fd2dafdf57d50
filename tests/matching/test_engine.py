"""The matcher as its callers see it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings

from matching import Document, Grade, Matcher, MatchingError, Ranked
from tests.matching.corpora import documents

NEEDS = [
    Document("battery", "动力电池低温性能衰减", "冬季锂离子电池容量下降，需要低温电解液。"),
    Document("water", "印染废水深度处理", "现有膜处理通量衰减快，希望降低运行成本。"),
    Document("steel", "热轧带钢表面缺陷检测", "人工检测漏检率高，需要机器视觉在线检测。"),
]
RESULTS = [
    Document("electrolyte", "锂离子电池低温电解液", keywords=("电解液", "低温")),
    Document("membrane", "抗污染反渗透膜", "用于印染废水处理回用。"),
    Document("vision", "基于机器视觉的带钢表面缺陷在线检测系统"),
    Document("anode", "锂离子电池硅碳负极材料"),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(NEEDS, RESULTS)


def _result_ids(ranked: list[Ranked]) -> list[str]:
    return [pair.result_id for pair in ranked]


def test_each_need_finds_its_result_first(matcher: Matcher) -> None:
    first = {p.need_id: p.result_id for p in matcher.match() if p.need_rank == 1}
    assert first == {"battery": "electrolyte", "water": "membrane", "steel": "vision"}


def test_a_pair_is_listed_when_either_side_wants_it(matcher: Matcher) -> None:
    pairs = {(p.need_id, p.result_id): p for p in matcher.match(top=1)}
    assert ("battery", "electrolyte") in pairs
    anode = pairs["battery", "anode"]
    assert (anode.need_rank, anode.result_rank) == (None, 1)


def test_reasons_are_words_of_both_texts_where_they_stand(matcher: Matcher) -> None:
    best = matcher.search(NEEDS[0])[0]
    terms = [reason.term for reason in best.reasons]
    assert {"低温电解液", "锂离子电池"} <= set(terms)
    shares = [reason.share for reason in best.reasons]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1
    for reason in best.reasons:
        for field, start, end in reason.result_spans:
            assert RESULTS[0].text(field)[start:end] == reason.term


def test_boilerplate_is_never_a_reason() -> None:
    one, other = (
        Document("n", "关键技术研究开发应用"),
        Document("r", "系统关键技术研究开发应用项目"),
    )
    why = Matcher([one], [other]).explain(one, other)
    assert why.reasons == ()
    assert why.remainder == 1


def test_an_explanation_uses_only_the_text_it_is_given(matcher: Matcher) -> None:
    masked = Document("battery", "动力电池问题")
    terms = {reason.term for reason in matcher.explain(masked, RESULTS[0]).reasons}
    assert terms <= {"电池"}


def test_a_typed_text_scores_as_it_does_once_posted(matcher: Matcher) -> None:
    posted = [p for p in matcher.match() if p.need_id == "battery" and p.need_rank]
    typed = matcher.search(Document("", NEEDS[0].title, NEEDS[0].body))
    assert _result_ids(typed) == _result_ids(posted)
    assert [p.score for p in typed] == pytest.approx([p.score for p in posted], abs=1e-6)


def test_a_result_finds_its_needs(matcher: Matcher) -> None:
    found = matcher.search_needs(RESULTS[2])
    assert (found[0].need_id, found[0].result_rank, found[0].need_rank) == ("steel", 1, None)


def test_scores_agree_with_the_lists(matcher: Matcher) -> None:
    ranked = matcher.match()
    scored = matcher.score([(p.need_id, p.result_id) for p in ranked])
    assert [s.score for s in scored] == pytest.approx([p.score for p in ranked], abs=1e-6)
    assert [s.grade for s in scored] == [p.grade for p in ranked]


def test_equal_results_keep_their_order() -> None:
    results = [Document(f"r{i}", "锂离子电池") for i in range(20)]
    found = Matcher([], results).search(Document("", "锂离子电池"), top=5)
    assert _result_ids(found) == ["r0", "r1", "r2", "r3", "r4"]
    assert len({pair.score for pair in found}) == 1


def test_the_corpus_may_be_empty_or_hold_one_text() -> None:
    query = Document("", "锂离子电池")
    assert Matcher([], []).match() == []
    assert Matcher([], []).search(query) == []
    assert Matcher([], []).search_needs(query) == []
    alone = Matcher([query], [query]).match()
    assert [(p.need_rank, p.result_rank) for p in alone] == [(1, 1)]
    assert Matcher([Document("n", "")], [Document("r", "，。")]).match() == []


def test_all_identical_texts_are_as_alike_as_can_be() -> None:
    same = [Document(f"d{i}", "相同的文本") for i in range(30)]
    ranked = Matcher(same, same).match(top=2)
    assert {p.result_id for p in ranked if p.need_rank} == {"d0", "d1"}
    assert all(p.grade == Grade.STRONG for p in ranked)


@pytest.mark.parametrize(
    "text",
    ["", " ", "，。！", "\x00\x01\ud800", "😀🈶", "电池" * 50_000, "a" * 100_000, "١٢ ﷺ ㎏ ǆ"],
)
def test_any_text_goes_through(matcher: Matcher, text: str) -> None:
    for pair in matcher.search(Document("", text, text, (text,))):
        assert 0 <= pair.score <= 1


@given(documents("n"), documents("r"))
@settings(max_examples=40, deadline=None)
def test_any_corpus_goes_through(needs: list[Document], results: list[Document]) -> None:
    for pair in Matcher(needs, results).match(top=3):
        assert 0 <= pair.score <= 1
        assert sum(reason.share for reason in pair.reasons) <= 1 + 1e-6


def test_two_documents_with_one_id_are_refused() -> None:
    with pytest.raises(MatchingError, match="'a'"):
        Matcher([Document("a", "x"), Document("a", "y")], [])


def test_an_unknown_id_is_named(matcher: Matcher) -> None:
    with pytest.raises(MatchingError, match="no result with the id 'nowhere'"):
        matcher.score([("battery", "nowhere")])


def test_progress_reaches_the_whole(matcher: Matcher) -> None:
    steps: list[tuple[int, int]] = []
    ranked = matcher.match(progress=lambda done, whole: steps.append((done, whole)))
    assert steps[-1] == (len(ranked), len(ranked))


def test_threads_share_one_matcher() -> None:
    shared = Matcher(NEEDS, RESULTS)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(shared.search, NEEDS * 10))
    assert found == [shared.search(need) for need in NEEDS] * 10


def test_a_traditional_text_finds_what_its_simplified_twin_finds() -> None:
    results = [Document("1", "锂电池隔膜涂覆技术"), Document("2", "茶叶杀青机")]
    matcher = Matcher([], results)
    found, twin = (
        matcher.search(Document("", title)) for title in ("鋰電池隔膜塗覆", "锂电池隔膜涂覆")
    )
    assert [(pair.result_id, pair.score) for pair in found] == [
        (pair.result_id, pair.score) for pair in twin
    ]
    reason = found[0].reasons[0]
    assert reason.need_spans
    assert reason.result_spans
