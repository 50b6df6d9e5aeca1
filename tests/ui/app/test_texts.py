import ast
import re
import string
from pathlib import Path
from typing import get_args

import pytest

import ui.app
from rag.evaluation import MEASURES
from rag.settings import RetrievalSettings
from ui.app.texts import CHINESE, ENGLISH, language_of

FIELDS = list(vars(ENGLISH))
APP = [ast.parse(path.read_text("utf-8")) for path in Path(ui.app.__file__).parent.rglob("*.py")]


def test_both_languages_have_the_same_names():
    assert list(vars(CHINESE)) == FIELDS


def test_every_text_that_the_app_names_is_there():
    named = {node.attr for tree in APP for node in ast.walk(tree) if _is_text(node)}
    assert len(named) > 200
    assert named - {"count", "format"} <= set(FIELDS)


def test_every_text_is_shown_somewhere():
    assert set(FIELDS) <= {node.attr for tree in APP for node in ast.walk(tree) if hasattr(node, "attr")}


def _is_text(node):
    """Whether a node is `t.NAME` or `texts().NAME`."""
    if not isinstance(node, ast.Attribute):
        return False
    match node.value:
        case ast.Name("t") | ast.Call(func=ast.Name("texts")):
            return True
    return False


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


def test_nothing_is_counted_without_its_noun_in_the_right_number():
    """A text that fills in a bare number before a word would say `1 pages` some day."""
    counts = re.compile(r"\{n\} \w+s\b")
    many = {"map_help", "tokens_told", "healthy"}  # never one: chunks of a map, tokens, checks
    plain = {name for name in FIELDS if isinstance(getattr(ENGLISH, name), str)}
    assert {name for name in plain if counts.search(getattr(ENGLISH, name))} <= many
    assert ENGLISH.count("hit", 1) == "1 hit"
    assert ENGLISH.count("character", 12_000, "12k") == "12k characters"
