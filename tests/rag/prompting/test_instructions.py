import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate

from rag.prompting import (
    NO_ANSWER,
    PromptBuilder,
    chat_messages,
    chat_template,
    estimate_tokens,
    says_no_answer,
    system_text,
    token_counter,
    without_marks,
)
from rag.schema import Message
from rag.settings import load_settings


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_instructions_name_the_phrase_that_is_looked_for(language) -> None:
    assert NO_ANSWER[language] in system_text(language)
    assert "[1]" not in system_text(language)
    assert "[1]" in system_text(language, cites=True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_that_is_not_to_refuse_reads_nothing_of_it(language) -> None:
    plain = system_text(language, refuses=False)
    assert NO_ANSWER[language] not in plain
    assert system_text(language).startswith(f"{plain}\n- ")


def test_the_writer_on_a_cpu_leaves_refusing_to_the_confidence() -> None:
    prompt = load_settings("cpu-writer", environment={}).prompt
    built = PromptBuilder(prompt, count_tokens=len).build("Who wrote it?", passages=[])
    assert built.messages[0].content == system_text("en", refuses=False)


def test_an_abstention_is_known_by_how_it_begins() -> None:
    assert says_no_answer(' "The passages do not say who built it.')
    assert says_no_answer("资料中没有提到电话号码。")
    assert not says_no_answer("In 1884. The passages do not say who built it.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Built in 1884 [1]. Sold [2][3], then lost [12]", "Built in 1884. Sold, then lost"),
        ("建于1884年[1]。", "建于1884年。"),
        ("items[0] = [1] + x[2]y; [123]", "items = + x[2]y; [123]"),
    ],
)
def test_marks_are_taken_off(text: str, expected: str) -> None:
    assert without_marks(text) == expected


def test_the_estimate_is_on_the_safe_side() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("1884") == 4
    assert estimate_tokens("The mill was built of stone") >= 6
    assert estimate_tokens("图书馆") == 3


def test_a_generator_that_counts_is_asked_and_no_other() -> None:
    class Counting(FakeListChatModel):
        def count_tokens(self, text: str) -> int:
            return len(text.split())

    assert token_counter(Counting(responses=["x"]))("two words") == 2
    assert token_counter(FakeListChatModel(responses=["x"])) is estimate_tokens
    assert token_counter(None) is estimate_tokens


def test_the_template_is_langchains() -> None:
    template = chat_template()
    assert isinstance(template, ChatPromptTemplate)
    assert set(template.input_variables) == {"system", "passages", "question"}
    filled = template.invoke({"system": "S {x}", "passages": "P", "question": "Q"}).to_messages()
    assert filled == [SystemMessage("S {x}"), HumanMessage("P"), HumanMessage("Q")]


def test_messages_become_langchains() -> None:
    messages = [Message("system", "s"), Message("user", "u"), Message("assistant", "a")]
    assert chat_messages(messages) == [SystemMessage("s"), HumanMessage("u"), AIMessage("a")]


@pytest.mark.parametrize(
    "text",
    [
        "The passage does not say when it opened.",
        "The passages don't mention a price.",
        "The provided context does not contain the name.",
        "I don't know.",
        "资料中没有提供开放时间。",
        "文中未提及价格。",
    ],
)
def test_a_refusal_in_other_words_is_one(text: str) -> None:
    assert says_no_answer(text)


@pytest.mark.parametrize(
    "text",
    [
        "The passages say that it opened in 1884.",
        "The letter of gift does not say who signed it.",
        "The contract does not mention a price.",
        "Nobody knows.",
        "资料室九点开门。",
    ],
)
def test_an_answer_is_no_refusal(text: str) -> None:
    assert not says_no_answer(text)
