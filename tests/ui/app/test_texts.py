import dataclasses
import re
import string

import pytest

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


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-GB", "en"), ("zh-CN", "zh"), ("zh_TW", "zh"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_the_browser_chooses_the_language(locale, language):
    assert language_of(locale) == language
