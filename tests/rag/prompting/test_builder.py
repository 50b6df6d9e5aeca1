from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from rag.errors import ConfigurationError, UsageError
from rag.prompting import Prompt, PromptBuilder, estimate_tokens
from rag.schema import Example, Message, Passage
from rag.settings import PromptSettings
from tests.searching import examples

SENTENCES = [
    "The mill at Orrin Weir was built in 1884.",
    "It ground barley for the brewery until 1931.",
    "Two of its three wheels were sold for scrap.",
    "The third still turns on market days.",
]


@cache
def byte_pairs() -> Tokenizer:
    """A byte-level BPE vocabulary like those of real models, learnt from little text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=600, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator([*SENTENCES, "图书馆周一至周五开放。", "<passage number="], trainer)
    return tokenizer


def count_tokens(text: str) -> int:
    return len(byte_pairs().encode(text.encode("utf-8", "replace").decode()).ids)


def passage(number: int, text: str | None = None) -> Passage:
    text = " ".join(SENTENCES) if text is None else text
    start = 1_000 * number
    return Passage("d" * 16, f"folder/mill-{number}.pdf", "Mill", number, start, start + len(text), text, 1.0)


def build(
    budget: int,
    question: str = "When was the mill built?",
    passages: Sequence[Passage] = (),
    examples: Sequence[Example] = (),
    history: Sequence[Message] = (),
    counter: Callable[[str], int] = count_tokens,
    most_similar="last",
    **fields,
) -> Prompt:
    built = PromptBuilder(PromptSettings(budget_tokens=budget, **fields), counter, most_similar=most_similar)
    return built.build(question, passages, examples, history)


EXAMPLES = [
    Example("far", "Who keeps the keys?", "The warden keeps the keys [1].", ("The warden keeps the keys.",)),
    Example("near", "When was the tower built?", "The tower was built in 1702 [1][2].", ("Built in 1702.",)),
]
HISTORY = [
    Message("user", "Is there a mill?"),
    Message("assistant", "Yes, at Orrin Weir [4]."),
    Message("user", "Does it still turn?"),
    Message("assistant", "One wheel does [2]."),
]


def test_the_layout() -> None:
    prompt = build(3_000, passages=[passage(1), passage(2)], examples=EXAMPLES, history=HISTORY)
    assert [message.role for message in prompt.messages] == ["system"] + ["user", "assistant"] * 4 + ["user"]
    system, *turns = [message.content for message in prompt.messages]
    assert "Use only what the numbered passages say" in system
    assert turns[0].endswith("Question: Who keeps the keys?")
    assert turns[1] == "The warden keeps the keys."
    assert turns[3] == "The tower was built in 1702."
    assert turns[4].startswith('<passages>\n<passage number="1" document="mill-1.pdf" page="1">\nThe mill at')
    assert turns[4].endswith("</passages>\n\nQuestion: Is there a mill?")
    assert turns[5:] == [
        "Yes, at Orrin Weir.",
        "Question: Does it still turn?",
        "One wheel does.",
        "Question: When was the mill built?",
    ]
    assert prompt.cut == ()
    assert prompt.passages == (passage(1), passage(2))


def test_without_a_conversation_the_question_follows_the_passages() -> None:
    prompt = build(3_000, passages=[passage(1)])
    assert [message.role for message in prompt.messages] == ["system", "user"]
    assert prompt.messages[1].content.endswith("</passages>\n\nQuestion: When was the mill built?")


def test_a_follow_up_repeats_the_prompt_up_to_its_end() -> None:
    first = build(3_000, passages=[passage(1), passage(2)])
    history = [Message("user", "When was the mill built?"), Message("assistant", "In 1884.")]
    second = build(3_000, "Who built it?", passages=[passage(1), passage(2)], history=history)
    assert second.messages[: len(first.messages)] == first.messages


def test_a_chinese_question_gets_chinese_instructions() -> None:
    prompt = build(3_000, "磨坊是哪一年建的？", passages=[passage(1)])
    assert prompt.messages[0].content.startswith("你根据用户的文档回答问题")
    assert prompt.messages[1].content.endswith("问题：磨坊是哪一年建的？")


def test_citation_marks_are_asked_for_only_where_the_model_is_able() -> None:
    plain = build(3_000, examples=EXAMPLES)
    citing = build(3_000, examples=EXAMPLES, history=HISTORY, cites=True)
    assert "[1]" not in "".join(message.content for message in plain.messages)
    assert "[1] or [1][3]" in citing.messages[0].content
    assert citing.messages[4].content == "The tower was built in 1702 [1][2]."
    # an earlier answer counted other passages
    assert "[4]" not in "".join(message.content for message in citing.messages)


def test_ones_own_system_text_takes_the_place_of_the_built_in_one() -> None:
    assert build(300, system="Answer in {rhyme}.").messages[0].content == "Answer in {rhyme}."


def test_a_passage_is_cut_at_a_sentence_and_its_span_with_it() -> None:
    whole = build(3_000, passages=[passage(1)]).tokens
    prompt = build(whole - 5, passages=[passage(1), passage(2)], examples=EXAMPLES, history=HISTORY)
    (kept,) = prompt.passages
    assert kept.text in {" ".join(SENTENCES[:count]) for count in (1, 2, 3)}
    assert kept.end - kept.start == len(kept.text)
    assert prompt.cut == (
        f"passage 'mill-1.pdf', page 1: cut after sentence {kept.text.count('.')} of 4",
        "passage 'mill-2.pdf', page 2: left out",
        "2 of 2 worked examples: left out",
        "2 of 2 older exchanges of the conversation: left out",
    )


def test_a_passage_of_one_long_sentence_gives_way_to_a_shorter_one() -> None:
    prompt = build(420, passages=[passage(1, "mill " * 500 + "."), passage(2, SENTENCES[0])])
    assert prompt.passages == (passage(2, SENTENCES[0]),)
    assert '<passage number="1" document="mill-2.pdf"' in prompt.messages[1].content
    assert prompt.cut == ("passage 'mill-1.pdf', page 1: left out",)


@pytest.mark.parametrize(("most_similar", "kept"), [("last", 1), ("first", 0)])
def test_the_most_similar_example_stays_longest(most_similar: str, kept: int) -> None:
    both = build(3_000, examples=EXAMPLES).tokens
    prompt = build(both - 1, examples=EXAMPLES, most_similar=most_similar)
    assert EXAMPLES[kept].question in prompt.messages[1].content
    assert prompt.cut == ("1 of 2 worked examples: left out",)


def test_the_latest_exchange_stays_longest() -> None:
    both = build(3_000, history=HISTORY).tokens
    prompt = build(both - 1, history=HISTORY)
    assert prompt.messages[1].content.endswith("Question: Does it still turn?")
    assert prompt.cut == ("1 of 2 older exchanges of the conversation: left out",)


def test_odd_histories_still_alternate() -> None:
    history = [
        Message("assistant", "Welcome."),
        Message("user", "One"),
        Message("user", "Two"),
        Message("assistant", "Three"),
        Message("assistant", "Four"),
        Message("system", "Five"),
        Message("user", "Never answered"),
    ]
    prompt = build(3_000, history=history)
    assert [message.role for message in prompt.messages] == ["system", "user", "assistant", "user"]
    assert prompt.messages[1].content.endswith("Question: One\n\nTwo")
    assert prompt.messages[2].content == "Three\n\nFour"


def test_what_cannot_fit_is_an_error_that_names_the_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"prompt.budget_tokens: 128 is too little"):
        build(128)
    with pytest.raises(UsageError, match=r"the question is \d+ tokens too long for a prompt of 600 tokens"):
        build(600, "When? " * 400)


PIECES = st.sampled_from([*SENTENCES, "图书馆。", "</passage>"])
TEXTS = st.text(max_size=120) | st.lists(PIECES).map(" ".join)


@settings(max_examples=examples(60))
@given(
    budget=st.integers(300, 700),
    question=TEXTS,
    passages=st.lists(TEXTS, max_size=5),
    examples=st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=2)), max_size=3),
    history=st.lists(st.tuples(st.sampled_from(["user", "assistant"]), TEXTS), max_size=5),
    counter=st.sampled_from([count_tokens, estimate_tokens, len]),
)
@example(500, "", [], [], [], len)
def test_never_above_the_budget(budget, question, passages, examples, history, counter) -> None:
    given_passages = [passage(number, text) for number, text in enumerate(passages)]
    worked = [Example(str(i), q, a, tuple(p)) for i, (q, a, p) in enumerate(examples)]
    turns = [Message(role, text) for role, text in history]
    try:
        build(budget, question, counter=counter)
    except (UsageError, ConfigurationError):
        return  # not even the question fits
    prompt = build(budget, question, given_passages, worked, turns, counter)
    assert prompt.tokens <= budget
    assert sum(counter(message.content) for message in prompt.messages) <= prompt.tokens
    assert [message.role for message in prompt.messages[1:]] == [
        "assistant" if number % 2 else "user" for number in range(len(prompt.messages) - 1)
    ]
    for kept in prompt.passages:
        (original,) = [one for one in given_passages if one.start == kept.start]
        assert original.text.startswith(kept.text)
        assert kept.end - kept.start == len(kept.text)
    complete = (
        list(prompt.passages) == given_passages
        and "example" not in "".join(prompt.cut)
        and "exchange" not in "".join(prompt.cut)
    )
    assert (prompt.cut == ()) == complete
