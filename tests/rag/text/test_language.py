from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import cjk_share, detect_language, has_cjk, is_foreign, likeliest_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The annual report shows that revenue grew in all regions of the company this year.", "en"),
        ("Der Jahresbericht zeigt, dass der Umsatz in allen Regionen des Unternehmens gewachsen ist.", "de"),
        ("Le rapport annuel montre que le chiffre d'affaires a augmenté dans toutes les régions.", "fr"),
        ("年度报告显示公司收入增长。", "zh"),
        ("年次報告書によると、会社の収益は増加しました。", "ja"),
        ("연례 보고서에 따르면 회사의 수익이 증가했습니다.", "ko"),
        ("Годовой отчет показывает, что выручка компании выросла во всех регионах.", "ru"),
        ("Revenue", "en"),
        ("1234 !?", "und"),
        ("", "und"),
    ],
)
def test_known_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_share_of_cjk_letters() -> None:
    assert cjk_share("中文ab") == 0.5
    assert cjk_share("123") == 0.0
    assert has_cjk("abc 中")
    assert has_cjk("\U00020000")
    assert not has_cjk("abc é")


@given(st.text(max_size=100))
def test_any_text_has_some_language(text: str) -> None:
    assert 2 <= len(detect_language(text)) <= 3
    assert 0.0 <= cjk_share(text) <= 1.0
    assert has_cjk(text) or cjk_share(text) == 0.0


SHORT = {
    "en": ("Who founded the museum?", "opening hours on Sunday", "When is the rent due?"),
    "de": ("Wer hat das Museum gegründet?", "Wie hoch ist die Miete?", "Wo liegt das Museum?"),
    "fr": ("Qui a fondé le musée ?", "Combien coûte une visite ?", "Où se trouve la mairie ?"),
    "es": ("¿Quién fundó el museo?", "Cuánto cuesta la entrada", "¿Dónde está el taller?"),
    "it": ("Chi ha fondato il museo?", "Quanto costa il biglietto?", "Dove si trova la biblioteca?"),
    "zh": ("谁创办了博物馆？", "门票多少钱", "iPhone 12 Pro Max 的保修期多长？"),
    "ru": ("Кто основал музей?", "Сколько стоит билет?"),
    "ja": ("博物館は誰が設立しましたか。",),
}


@pytest.mark.parametrize(("language", "question"), [(k, q) for k, qs in SHORT.items() for q in qs])
def test_a_short_question_is_foreign_to_all_languages_but_its_own(language: str, question: str) -> None:
    assert likeliest_language(question) == language
    assert {other for other in SHORT if is_foreign(question, other)} >= SHORT.keys() - {language, "it", "es"}
    assert not is_foreign(question, language)


@pytest.mark.parametrize("text", ["pilot date", "X200", "12 / 2021", "", "Marta Bellucci"])
def test_what_may_be_in_any_language_is_not_foreign_to_english(text: str) -> None:
    assert not is_foreign(text, "en")


def test_a_language_that_is_not_told_apart_is_never_foreign() -> None:
    assert not is_foreign("Wer hat das Museum gegründet?", "sv")
    assert not is_foreign("Wer hat das Museum gegründet?", "und")


@given(st.text(max_size=100))
def test_no_text_is_foreign_to_its_likeliest_language(text: str) -> None:
    assert not is_foreign(text, likeliest_language(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie hoch ist die Miete?", "de"),
        ("Quanto costa la camera?", "it"),
        ("Combien de places compte la salle?", "fr"),
        ("Pierre Durand", "en"),
        ("torque KD 20", "en"),
        ("notice period", "en"),
    ],
)
def test_a_short_line_is_english_unless_that_is_hardly_likely(text: str, language: str) -> None:
    assert detect_language(text) == language
