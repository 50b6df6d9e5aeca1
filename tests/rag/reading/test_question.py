import pytest

from rag.reading import AnswerKind, read_question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who led the Panthers in sacks?", AnswerKind.PERSON),
        ("where is mount logan", AnswerKind.PLACE),
        ("In which country is the tower?", AnswerKind.PLACE),
        ("When did the war end?", AnswerKind.TIME),
        ("In what year was it built?", AnswerKind.TIME),
        ("Until what hour is the ferry running?", AnswerKind.TIME),
        ("How many people live there?", AnswerKind.QUANTITY),
        ("What is the total revenue of 2022?", AnswerKind.QUANTITY),
        ("Why did the bridge fall?", AnswerKind.REASON),
        ("How does a heat pump work?", AnswerKind.MANNER),
        ("What is the purpose of insulin?", AnswerKind.MEANING),
        ("Are both films American?", AnswerKind.CHOICE),
        ("Which treaty did they sign?", AnswerKind.OTHER),
        ("谁创立了麦肯锡公司？", AnswerKind.PERSON),
        ("图书馆是哪一年创建的？", AnswerKind.TIME),
        ("他住在哪里？", AnswerKind.PLACE),
        ("有多少人参加？", AnswerKind.QUANTITY),
        ("为什么天空是蓝色的？", AnswerKind.REASON),
    ],
)
def test_kind_of_answer(text: str, kind: AnswerKind) -> None:
    assert read_question(text).kind is kind


def test_words_that_ask_are_no_terms() -> None:
    assert read_question("In what year was the dam built?").terms == ("dam", "built")
    assert "什么" not in "".join(read_question("长江为什么泛滥？").terms)


def test_names_are_capitalised_or_quoted() -> None:
    question = read_question('Who directed "the third man" for London Films in 1949?')
    assert {"third", "man", "london", "film"} <= question.names
    assert "direct" not in question.names
    assert question.numbers == {"1949"}


def test_the_first_word_is_no_name_when_it_asks() -> None:
    assert read_question("Which Florida stadium hosted it?").names == {"florida"}
    assert read_question("What's the emergency number?").names == frozenset()
    assert read_question("Who’d pay for Anna's trip?").names == {"anna"}


def test_latin_words_and_titles_in_chinese_are_names() -> None:
    assert {"nexon", "红楼", "楼梦"} <= read_question("《红楼梦》和Nexon有什么关系？").names
