from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text import STOP_WORDS, content_words, has_cjk, kept_terms, numbers, search_terms, stem, words
from rag.text.tokens import _words
from tests.searching import examples

TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("ab z-'’._/&+@#%,:0123456789中文テ한ﬁ½²Ⅷ１ \u0301\u0130ßς")),
    max_size=80,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Cat's 10-K filing", ["the", "cat's", "10-k", "filing"]),
        ("U.S. sales: 1,234.50", ["u.s", "sales", "1234.50"]),
        ("1234 and 1,234 are one", ["1234", "and", "1234", "are", "one"]),
        ("C++ and C# and .NET", ["c++", "and", "c#", "and", "net"]),
        ("write to A@B.com", ["write", "to", "a@b.com"]),
        ("5% of 1,000%", ["5%", "of", "1000%"]),
        ("full－width １２３", ["full-width", "123"]),
        ("ﬁnance Straße", ["finance", "strasse"]),
        ("中文检索", ["中文", "文检", "检索"]),
        ("中", ["中"]),
        ("GPT4模型2023年", ["gpt4", "模型", "2023", "年"]),
        ("iPhone手机", ["iphone", "手机"]),
        ("state-of-the-art", ["state-of-the-art"]),
        ("2023-01-05 10:30", ["2023-01-05", "10:30"]),
        ("!? ... —", []),
        ("", []),
    ],
)
def test_words_of_known_texts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(TEXT)
@settings(max_examples=examples(300))
def test_words_are_clean_and_stay_what_they_are(text: str) -> None:
    found = words(text)
    for word in found:
        assert word
        assert not any(c.isspace() for c in word)
        assert word == word.casefold()
    assert words(" ".join(found)) == found


@given(TEXT)
def test_words_do_not_depend_on_composition(text: str) -> None:
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


@given(TEXT)
def test_every_letter_and_digit_is_in_some_word(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    joined = "".join(words(text))
    assert {c for c in folded if c.isalnum()} <= set(joined)


def test_a_compound_is_searched_whole_and_by_its_parts() -> None:
    assert search_terms("10-K filings") == ["10-k", "10", "k", "file"]
    assert search_terms("a@b.com") == ["a@b.com", "a", "b", "com"]
    assert search_terms("3.14 5% don't") == ["3.14", "5%", "5", "don't"]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("call snake_case_name here", ["snake_case_name", "snake case", "name"]),
        ("the class HybridRetriever finds", ["HybridRetriever", "hybridretriever", "hybrid", "retriever"]),
        ("an HTTPServer and parseJSON", ["HTTPServer", "http", "server", "parse json"]),
        ("release v1.2.3 is out", ["v1.2.3", "V1.2.3"]),
        ("the annual 10-K filing", ["10-K", "10-k"]),
        ("certified to ISO-9001 since", ["ISO-9001", "iso 9001"]),
        ("paid $4,318.5 in cash", ["$4,318.5", "4318.5", "4,318.5"]),
        ("grew by 3.5% a year", ["3.5%", "3.5"]),
        ("then foo.bar() returns", ["foo.bar()", "foo.bar", "bar", "foo"]),
        ("then self.get_value(x) returns", ["self.get_value", "get_value", "value"]),
        ("mail jane.doe@example.org now", ["jane.doe@example.org", "Jane.Doe@Example.org", "doe", "example"]),
        ("see https://example.org/a/b?c=1 there", ["https://example.org/a/b?c=1", "example.org/a/b", "org"]),
    ],
)
def test_names_of_things_are_found_whole_and_by_parts(text: str, questions: list[str]) -> None:
    for question in questions:
        assert set(search_terms(question)) <= set(search_terms(text)), question


@pytest.mark.parametrize("text", ["PDFs", "McD", "plain words", "USA", "iPHONE5 a"])
def test_plurals_and_plain_words_are_not_taken_apart(text: str) -> None:
    assert not {"pd", "fs", "mc", "d"} & set(search_terms(text))


@given(TEXT)
def test_search_terms_hold_the_stem_of_each_word(text: str) -> None:
    terms = search_terms(text)
    assert {stem(word) for word in words(text)} <= set(terms)
    assert all(term and not any(c.isspace() for c in term) for term in terms)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("running", "run"),
        ("companies", "compani"),
        ("company's", "compani"),
        ("company’s", "compani"),
        ("10-k", "10-k"),
        ("中文", "中文"),
        ("naïve", "naïve"),
    ],
)
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_content_words_leave_out_function_words() -> None:
    assert content_words("What is the revenue of the company?") == {"revenu", "compani"}
    assert content_words("什么 是 收入") == {"收入"}
    assert all(word == word.casefold() for word in STOP_WORDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,234.50 and 1234.5", {"1234.5"}),
        ("5% or 5 per cent", {"5"}),
        ("007 and 7", {"7"}),
        ("0 and 0.0", {"0"}),
        ("from 10-20 people", {"10", "20"}),
        ("on 2023-01-05 at 10:30", {"2023", "1", "5", "10", "30"}),
        ("10-K of FY2022", {"10", "2022"}),
        ("version 1.2.3", {"1.2.3"}),
        ("2023年3月", {"2023", "3"}),
        ("１２３", {"123"}),
        ("1,000,000", {"1000000"}),
        ("2021,2022", {"2021", "2022"}),
        ("none", set()),
    ],
)
def test_numbers_in_one_notation(text: str, expected: set[str]) -> None:
    assert numbers(text) == expected


@given(TEXT)
def test_numbers_are_digits_in_plain_notation(text: str) -> None:
    for number in numbers(text):
        assert number[0].isdigit()
        assert number == "0" or not number.startswith("0") or number.startswith("0.")
        assert numbers(number) == {number}


@given(st.integers(0, 10**12))
def test_a_number_is_the_same_with_and_without_grouping(value: int) -> None:
    assert numbers(f"{value:,}") == numbers(str(value)) == {str(value)}


@given(TEXT)
@settings(max_examples=examples(300))
def test_words_are_cut_the_same_with_and_without_the_letters_of_cjk_in_mind(text: str) -> None:
    normal = unicodedata.normalize("NFKC", text).casefold()
    assert words(text) == list(_words(normal))
    plain = "".join(letter for letter in text if not has_cjk(letter))
    assert words(plain) == list(_words(unicodedata.normalize("NFKC", plain).casefold()))


def test_remembered_terms_are_the_search_terms() -> None:
    for text in ("The getValue of 10-K, 5% of 1,234", "中文检索 ISO-9001", ""):
        assert kept_terms(text) == kept_terms(text) == tuple(search_terms(text))
