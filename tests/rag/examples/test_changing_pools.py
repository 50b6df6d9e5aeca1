"""A selector whose pool changed chooses as one that was made with what is left."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import NotFoundError, UsageError
from rag.examples import ExampleSelector, build_selector, select_scored, selector_names
from rag.examples.indexes import QuestionIndex
from rag.schema import Example
from rag.settings import ExampleSettings
from tests.fakes import HashingEmbedder
from tests.searching import examples

NAMES = selector_names()
WORDS = ("who", "when", "mill", "river", "Harrow", "1884", "built", "图书馆", "几点", "谁")
# few words, so that questions are equal or tie
QUESTIONS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
POOLS = st.lists(
    st.builds(Example, st.sampled_from("abcdefghijklmnop"), QUESTIONS, st.sampled_from(["yes", "no"])),
    max_size=14,
    unique_by=lambda example: example.example_id,
)
Change = Callable[[ExampleSelector], None]


def built(name: str, pool: list[Example] | tuple[Example, ...], k: int = 4) -> ExampleSelector:
    asked = ExampleSettings(selector=name, k=k, most_similar="first")
    return build_selector(asked, pool, HashingEmbedder(32))


def add(example: Example) -> Change:
    def change(selector: ExampleSelector) -> None:
        fields = {"question": example.question, "answer": example.answer, "example_id": example.example_id}
        if any(e.example_id == example.example_id for e in selector.examples):
            with pytest.raises(UsageError, match="there already"):
                selector.add_example(fields)
        else:
            selector.add_example(fields)

    return change


def delete(names: set[str]) -> Change:
    def change(selector: ExampleSelector) -> None:
        known = [example.example_id for example in selector.examples if example.example_id in names]
        selector.delete(known)
        with pytest.raises(NotFoundError):
            selector.delete([*known, "absent"])

    return change


def ask(question: str) -> Change:
    def change(selector: ExampleSelector) -> None:
        select_scored(selector, question)

    return change


def keep(pool: list[Example]) -> Change:
    def change(selector: ExampleSelector) -> None:
        selector.keep_only(pool)
        assert list(selector.examples) == pool

    return change


CHANGES = st.lists(
    POOLS.filter(bool).map(lambda pool: add(pool[0]))
    | st.sets(st.sampled_from("abcdefghijklmnop"), max_size=6).map(delete)
    | QUESTIONS.map(ask)
    | POOLS.map(keep),
    max_size=8,
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=examples(60))
@given(pool=POOLS, changes=CHANGES, question=QUESTIONS, k=st.integers(1, 6))
def test_what_came_and_went_leaves_no_trace(
    name: str, pool: list[Example], changes: list[Change], question: str, k: int
) -> None:
    changed = built(name, pool, k)
    for change in changes:
        change(changed)
    fresh = built(name, changed.examples, k)
    assert select_scored(changed, question) == select_scored(fresh, question)
    assert len(changed) == len(changed.examples)


@pytest.mark.parametrize("name", NAMES)
def test_as_many_that_came_as_went_leave_no_trace(name: str) -> None:
    drawn = np.random.default_rng(0)
    for _ in range(20):
        texts = [" ".join(drawn.choice(WORDS, 3)) for _ in range(24)]
        pool = [Example(f"e{i}", text, str(i % 3)) for i, text in enumerate(texts)]
        changed = built(name, pool[:12])
        select_scored(changed, texts[0])
        changed.delete([example.example_id for example in pool[:6]])
        for example in pool[12:18]:
            add(example)(changed)
        fresh = built(name, pool[6:18])
        for question in texts:
            assert select_scored(changed, question) == select_scored(fresh, question)


@pytest.mark.parametrize("name", NAMES)
def test_one_id_is_deleted_as_one_id(name: str) -> None:
    selector = built(name, [Example("ab", "Who?", "Ana"), Example("a", "When?", "1884")])
    selector.delete("ab")
    assert [example.example_id for example in selector.examples] == ["a"]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_that_was_changed_is_chosen_as_it_is_now(name: str) -> None:
    selector = built(name, [Example("a", "Who?", "Ana")])
    select_scored(selector, "Who?")
    selector.keep_only([Example("a", "Who?", "Bo")])
    assert [example.answer for example in selector.examples] == ["Bo"]


@given(POOLS, QUESTIONS, st.integers(1, 6), st.data())
def test_nearest_neighbours_are_those_of_the_plain_formula(
    pool: list[Example], question: str, k: int, data: st.DataObject
) -> None:
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(pool), max_size=len(pool))), bool)
    embedder = HashingEmbedder(32)
    index = QuestionIndex(embedder)
    index.extend([example.question for example in pool])
    vectors = embedder.embed_questions([example.question for example in pool]).astype(np.float64)
    cosines = (vectors @ embedder.embed_questions([question])[0].astype(np.float64)).round(6)
    expected = sorted(np.flatnonzero(allowed), key=lambda i: (-cosines[i], i))[:k]
    found = index.nearest(question, k, allowed)
    assert [position for position, _ in found] == expected
    assert [cosine for _, cosine in found] == pytest.approx([cosines[i] for i in expected], abs=2e-6)
    assert index.similarities(question) == pytest.approx(cosines, abs=2e-6)


def test_equal_texts_are_equally_similar_wherever_they_stand() -> None:
    """A matrix product gives rows at its edges other last bits, which rounding now and then tells apart."""

    class Drawn(HashingEmbedder):
        def embed_questions(self, texts):
            return np.array([np.random.default_rng(int(text)).normal(size=384) for text in texts], np.float32)

    index = QuestionIndex(Drawn(384))
    texts = ["7" if number % 3 else str(number) for number in range(401)]
    index.extend(texts)
    equal = np.array([text == "7" for text in texts])
    for question in range(1000, 1200):
        assert len(np.unique(index.similarities(str(question))[equal])) == 1


@pytest.mark.parametrize("name", [name for name in NAMES if name != "none"])
def test_questions_are_answered_while_the_pool_changes(name: str) -> None:
    pool = [Example(f"e{i}", f"When was the {WORDS[i % 10]} number {i} built?", str(i)) for i in range(60)]
    selector = built(name, pool, k=3)
    failed: list[BaseException] = []

    def asking() -> None:
        try:
            for number in range(40):
                found = select_scored(selector, f"Who built number {number}?")
                assert len({scored.example.example_id for scored in found}) == 3
        except BaseException as error:
            failed.append(error)

    def changing(start: int) -> None:
        try:
            for number in range(start, start + 20):
                selector.delete([f"e{number}"])
                selector.add_example({"example_id": f"n{number}", "question": f"Is {number}?", "answer": "x"})
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=asking) for _ in range(3)]
    threads += [threading.Thread(target=changing, args=(start,)) for start in (0, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    fresh = built(name, selector.examples, k=3)
    assert len(selector) == 60
    assert select_scored(selector, "Who built it?") == select_scored(fresh, "Who built it?")
