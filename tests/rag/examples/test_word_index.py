import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.examples.indexes import WordIndex, jaccard, question_words
from rag.examples.scoring import best

# few words, so that texts share them and similarities tie
WORDS = st.sampled_from(["who", "when", "mill", "river", "ledger", "1884", "built", "图书馆", "几点", "谁"])
TEXTS = st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=12)


@given(st.lists(TEXTS, max_size=25), st.lists(TEXTS, max_size=5), TEXTS, st.integers(1, 30))
def test_equals_the_plain_formula_ties_included(
    texts: list[str], later: list[str], question: str, k: int
) -> None:
    index = WordIndex()
    index.extend(texts)
    index.similarities(question)  # reading must not keep the index from growing
    index.extend(later)
    scores = index.similarities(question)
    asked = question_words(question)
    plain = [jaccard(asked, question_words(text)) for text in [*texts, *later]]
    assert scores.tolist() == plain
    expected = sorted(range(len(plain)), key=lambda i: (-plain[i], i))[:k]
    assert best(scores, k).tolist() == expected


SCORES = st.sampled_from([-np.inf, -0.5, 0.0, 0.01, 0.25, 0.5]) | st.floats(-1.0, 1.0)


@given(st.lists(SCORES, max_size=20), st.integers(0, 25))
def test_best_is_a_stable_sort_without_what_is_ruled_out(values: list[float], k: int) -> None:
    allowed = [i for i, value in enumerate(values) if value > -np.inf]
    expected = sorted(allowed, key=lambda i: (-values[i], i))[:k]
    assert best(np.array(values), k).tolist() == expected


def test_texts_without_words_have_nothing_in_common() -> None:
    assert jaccard(set(), set()) == 0.0
    index = WordIndex()
    index.extend(["", "?!"])
    assert index.similarities("…").tolist() == [0.0, 0.0]


def test_chinese_questions_compare_by_bigrams() -> None:
    index = WordIndex()
    index.extend(["图书馆几点开门", "谁写了这封信", "When does the library open?"])
    scores = index.similarities("图书馆几点关门")
    assert scores[0] > 0.4
    assert scores[1:].tolist() == [0.0, 0.0]


def test_interrogatives_tell_questions_apart() -> None:
    index = WordIndex()
    index.extend(["Who built the mill?", "When was the mill built?"])
    assert np.argmax(index.similarities("When was the tower built?")) == 1
