import asyncio
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.example_selectors import BaseExampleSelector
from langchain_core.prompts import (
    ChatPromptTemplate,
    FewShotChatMessagePromptTemplate,
    FewShotPromptTemplate,
    PromptTemplate,
)

from rag.errors import ConfigurationError, NotFoundError, UsageError
from rag.examples import ExampleSelector, build_selector, select, select_scored, selector_names
from rag.examples.entity_selector import entities, stress_entities
from rag.schema import Example
from rag.settings import ExampleSettings
from tests.fakes import HashingEmbedder

QUESTIONS = [
    "When was the mill built?",
    "Who built the mill?",
    "When was the tower built?",
    "How many books did the library lend?",
    "How many maps does the library hold?",
    "Why was the bridge closed?",
    "图书馆几点开门？",
    "谁写了这封信？",
]
POOL = [
    Example(f"e{i}", question, f"answer {i}", label="odd" if i % 2 else "even")
    for i, question in enumerate(QUESTIONS)
]
NAMES = selector_names()
CHOOSING = [name for name in NAMES if name != "none"]


def selector(
    name: str, k: int = 3, most_similar: str = "first", pool: list[Example] = POOL
) -> ExampleSelector:
    settings = ExampleSettings(selector=name, k=k, most_similar=most_similar)
    return build_selector(settings, pool, HashingEmbedder(256))


def ids(chosen: tuple[Example, ...]) -> list[str]:
    return [example.example_id for example in chosen]


def test_the_known_selectors() -> None:
    assert {"jaccard", "embedding", "mmr", "hybrid", "random", "none"} <= set(NAMES)


def test_an_unknown_selector_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"no selector 'jacard': choose one of .*jaccard"):
        selector("jacard")


def test_selectors_that_compare_vectors_say_that_they_need_an_embedder() -> None:
    settings = ExampleSettings(selector="hybrid")
    with pytest.raises(ConfigurationError, match="'hybrid' compares vectors"):
        build_selector(settings, POOL, None)


@pytest.mark.parametrize("name", CHOOSING)
class TestEverySelector:
    def test_is_a_langchain_selector(self, name: str) -> None:
        built = selector(name)
        assert isinstance(built, BaseExampleSelector)
        found = built.select_examples({"question": "When was the bridge built?"})
        assert len(found) == 3
        assert set(found[0]) == {"example_id", "question", "passages", "answer", "label", "similarity"}
        assert asyncio.run(built.aselect_examples({"question": "When was the bridge built?"})) == found

    def test_chooses_k_different_ones_and_the_same_each_time(self, name: str) -> None:
        chosen = [ids(select(selector(name, k=4), "Who lends maps?")) for _ in range(2)]
        assert chosen[0] == chosen[1]
        assert len(set(chosen[0])) == 4

    def test_order_is_a_setting(self, name: str) -> None:
        first = select_scored(selector(name, most_similar="first"), QUESTIONS[2])
        last = select_scored(selector(name, most_similar="last"), QUESTIONS[2])
        assert last == first[::-1]

    def test_a_small_or_empty_pool_is_no_error(self, name: str) -> None:
        assert len(select(selector(name, k=9), "Who?")) == len(POOL)
        assert select(selector(name, pool=[]), "Who?") == ()
        assert select(selector(name, k=0), "Who?") == ()
        assert len(select(selector(name, k=3, pool=POOL[:1]), "")) == 1

    def test_adds_and_deletes(self, name: str) -> None:
        built = selector(name, k=9)
        added = asyncio.run(built.aadd_example({"question": "When did the ferry sink?", "answer": "1902"}))
        assert added in ids(select(built, "When did the ferry sink?"))
        built.delete(["e0", added])
        asyncio.run(built.adelete(["e1"]))
        assert set(ids(select(built, "When did the ferry sink?"))) == {f"e{i}" for i in range(2, 8)}
        assert len(built) == len(built.examples) == 6

    def test_refuses_duplicates_and_unknown_ids(self, name: str) -> None:
        built = selector(name)
        with pytest.raises(UsageError, match="'e0' is there already"):
            built.add_example({"example_id": "e0", "question": "Q", "answer": "A"})
        with pytest.raises(NotFoundError, match="no example 'e99'"):
            built.delete(["e1", "e99"])
        assert len(built) == len(POOL)


@pytest.mark.parametrize("name", [n for n in CHOOSING if n != "random"])
def test_the_same_question_in_the_pool_is_the_most_similar(name: str) -> None:
    for question, example in zip(QUESTIONS, POOL, strict=True):
        best = select_scored(selector(name), question)[0]
        assert best.example == example
        assert best.similarity == pytest.approx(1.0, abs=1e-5)


def test_none_chooses_nothing() -> None:
    assert select(selector("none"), QUESTIONS[0]) == ()
    assert select(None, QUESTIONS[0]) == ()


def test_equal_similarities_go_by_the_order_of_the_pool() -> None:
    pool = [Example(name, "When was the mill built?", "1884") for name in "dbca"]
    for name in ("jaccard", "embedding", "hybrid"):
        assert ids(select(selector(name, pool=pool), "When was the mill built?")) == ["d", "b", "c"]


def test_marginal_relevance_passes_over_repetitions() -> None:
    vectors = {"asked": (1.0, 0.0), "near": (0.95, 0.312), "repeated": (0.95, 0.312), "aside": (0.9, -0.436)}

    class Drawn(HashingEmbedder):
        def embed_questions(self, texts):
            return np.array([vectors[text] for text in texts], np.float32)

    pool = [Example(name, name, "x") for name in ("near", "repeated", "aside")]
    for name, expected in (("embedding", ["near", "repeated"]), ("mmr", ["near", "aside"])):
        settings = ExampleSettings(selector=name, k=2, most_similar="first")
        assert ids(select(build_selector(settings, pool, Drawn(2)), "asked")) == expected


def test_vectors_are_computed_once() -> None:
    class Counting(HashingEmbedder):
        embedded = 0

        def embed_questions(self, texts):
            self.embedded += len(texts)
            return super().embed_questions(texts)

    embedder = Counting(64)
    built = build_selector(ExampleSettings(selector="embedding"), POOL, embedder)
    assert embedder.embedded == 0
    select(built, "Who?")
    select(built, "When?")
    built.add_example({"question": "Why?", "answer": "So."})
    select(built, "Where?")
    assert embedder.embedded == len(POOL) + 1 + 3


@given(st.text(max_size=40), st.integers(0, 9))
def test_random_depends_on_the_question_alone(question: str, k: int) -> None:
    assert select(selector("random", k=k), question) == select(selector("random", k=k), question)


def test_fits_langchains_few_shot_template() -> None:
    turns = ChatPromptTemplate.from_messages([("human", "{question}"), ("ai", "{answer}")])
    few_shot = FewShotChatMessagePromptTemplate(
        example_selector=selector("jaccard", k=1), example_prompt=turns, input_variables=["question"]
    )
    messages = few_shot.invoke({"question": "Who built the tower?"}).to_messages()
    assert [message.content for message in messages] == ["Who built the mill?", "answer 1"]


@pytest.mark.parametrize("name", NAMES)
def test_fits_langchains_text_template_in_both_forms(name: str) -> None:
    few_shot = FewShotPromptTemplate(
        example_selector=selector(name, k=2, most_similar="last"),
        example_prompt=PromptTemplate.from_template("Q: {question}\nA: {answer}"),
        suffix="Q: {asked}\nA:",
        input_variables=["asked"],
    )
    shown = few_shot.format(asked="When was the tower built?")
    assert shown.count("A: answer") == (0 if name == "none" else 2)
    assert shown.endswith("Q: When was the tower built?\nA:")
    assert asyncio.run(few_shot.aformat(asked="When was the tower built?")) == shown


def test_a_template_of_several_variables_must_name_the_question() -> None:
    built = selector("jaccard")
    assert len(built.select_examples({"question": "Who?", "tone": "dry"})) == 3
    with pytest.raises(UsageError, match=r"must hold the text 'question', not \['asked', 'tone'\]"):
        built.select_examples({"asked": "Who?", "tone": "dry"})


def test_select_takes_any_langchain_selector() -> None:
    class Fixed(BaseExampleSelector):
        def add_example(self, example):
            return None

        def select_examples(self, input_variables):
            return [{"question": "Q", "answer": "A"}]

    (found,) = select_scored(Fixed(), "?")
    assert (found.example.question, found.example.answer, found.similarity) == ("Q", "A", 0.0)


def test_the_package_does_not_import_langchain() -> None:
    code = "import sys, rag.examples, rag.prompting; sys.exit('langchain_core' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_diversity_takes_one_example_of_each_cluster() -> None:
    alike = [Example(f"m{i}", "when was the mill built", "x") for i in range(6)]
    other = [Example(f"r{i}", "why did the river rise", "x") for i in range(3)]
    chosen = ids(select(selector("diversity", k=2, pool=alike + other), "when was the mill built"))
    assert chosen == ["m0", "r0"]


def test_pairs_differ_in_the_answer_and_stand_side_by_side() -> None:
    pool = [
        Example("near", "When did the old mill open", "1884"),
        Example("same", "When did the old mill open then", "1884"),
        Example("contrast", "When did the old mill close", "1931"),
        Example("far", "Why is the river high", "rain"),
    ]
    question = "When did the new mill open?"
    assert ids(select(selector("comparable_pairs", k=2, pool=pool), question)) == ["near", "contrast"]
    assert ids(select(selector("comparable_pairs", k=3, pool=pool), question)) == ["near", "contrast", "same"]


def test_pairs_begin_with_the_nearest_even_where_others_are_more_alike() -> None:
    pool = [
        Example("near", "Where is the old mill", "Elsing", label="place"),
        Example("rival", "When was the old mill sold", "1931", label="time"),
        Example("twin", "On what day did Ana and Bo marry at the chapel", "Monday", label="time"),
        Example("twins", "In what town did Ana and Bo marry at the chapel", "Tarn", label="place"),
    ]
    chosen = ids(select(selector("comparable_pairs", k=2, pool=pool), "Where is the mill?"))
    assert chosen == ["near", "rival"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("When was the Bank of Tarn founded in Elsing?", ["Bank of Tarn", "Elsing"]),
        ("Who wrote “The Salt Road” before 1990?", ["The Salt Road", "1990"]),
        ("How far is it?", []),
        ("NASA launched what?", ["NASA"]),
        ("《盐路》的作者是谁？", ["盐路"]),
        ("Can I use my card? I've lost it. How can this be?", []),
        ("What does the U.S. Congress do about Ana's iPhone 12?", ["U.S. Congress", "Ana", "iPhone 12"]),
        ("What did Dr. King say in Washington, D.C. in 1963?", ["Dr. King", "Washington", "D.C.", "1963"]),
        ("Tarn Mill burnt when? In Elsing?", ["Tarn Mill", "Elsing"]),
        ("他在NASA工作吗？", ["NASA"]),
    ],
)
def test_entities_of_a_question(question: str, found: list[str]) -> None:
    assert entities(question) == found
    stressed = stress_entities(question)
    assert question in stressed
    assert (stressed == question) == (not found)


def test_a_relation_is_what_stands_between_the_entities() -> None:
    stressed = stress_entities("In 2 of 22 cases, who in Indiana won the 2?")
    assert stressed.startswith(
        "The relation 'In of cases, who in won the ?' of '2' and '22' and 'Indiana' in"
    )
    assert stress_entities("他在NASA工作吗？") == "“NASA”的关系“他在 工作吗？”：他在NASA工作吗？"


@pytest.mark.parametrize("name", CHOOSING)
def test_a_question_gets_examples_in_its_own_script_while_there_are_enough(name: str) -> None:
    assert set(ids(select(selector(name, k=2), "信是什么时候写的？"))) == {"e6", "e7"}
    assert not {"e6", "e7"} & set(ids(select(selector(name, k=6), "When was it built?")))
    assert len(select(selector(name, k=3), "信是什么时候写的？")) == 3
