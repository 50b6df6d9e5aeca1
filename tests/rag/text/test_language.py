from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import cjk_share, detect_language, has_cjk


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
