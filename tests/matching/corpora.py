"""Random corpora for property tests."""

from hypothesis import strategies as st

from matching import Document

WORDS = [
    *("锂离子", "电池", "正极材料", "mes", "pa6", "水处理", "研究", "技术开发", "关键"),
    *("ＡＩ", "Robot", "5G", "㎏", "，", " ", "𠮷", "😀"),
]
known_texts = st.lists(st.sampled_from(WORDS), max_size=12).map("".join)
any_texts = st.one_of(known_texts, st.text(max_size=30))


def documents(
    prefix: str, texts: st.SearchStrategy[str] = any_texts, most: int = 8
) -> st.SearchStrategy[list[Document]]:
    """Return lists of documents with ids prefix0, prefix1 and so on."""
    fields = st.tuples(texts, texts, st.lists(texts, max_size=2).map(tuple))
    return st.lists(fields, max_size=most).map(
        lambda rows: [Document(f"{prefix}{i}", *row) for i, row in enumerate(rows)]
    )
