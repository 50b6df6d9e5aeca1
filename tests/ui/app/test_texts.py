import dataclasses
import re
import string
from typing import get_args

import pytest

from rag.evaluation import MEASURES
from rag.settings import RetrievalSettings
from ui.app.texts import CHINESE, ENGLISH, language_of

FIELDS = [field.name for field in dataclasses.fields(ENGLISH)]


def _places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", FIELDS)
def test_both_languages_fill_in_the_same_places(name):
    english, chinese = getattr(ENGLISH, name), getattr(CHINESE, name)
    if isinstance(english, str):
        assert _places(english) == _places(chinese)
        assert chinese.strip()
    else:
        assert english.keys() == chinese.keys()


def test_chinese_is_translated():
    same = [name for name in FIELDS if getattr(ENGLISH, name) == getattr(CHINESE, name)]
    assert set(same) <= {"export_json", "fact_sha256", "counts", "library_counts"}
    assert re.search("[\u4e00-\u9fff]", CHINESE.ask_placeholder)


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_measure_has_a_name_and_a_meaning(texts):
    assert set(texts.measures) == set(MEASURES)
    assert all(name and meaning and "_" not in name for name, meaning in texts.measures.values())
    assert len({name for name, _ in texts.measures.values()}) == len(MEASURES)


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_leg_and_fusion_that_can_be_set_has_a_name(texts):
    fields = RetrievalSettings.model_fields
    assert set(texts.fusions) == set(get_args(fields["fusion"].annotation))
    assert set(texts.legs) == set(RetrievalSettings().legs)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("zh-CN", "zh"), ("zh_TW", "zh"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_the_browser_chooses_the_language(locale, language):
    assert language_of(locale) == language
