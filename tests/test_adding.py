"""docs/adding.md is true: a format and a selector are one new file each, and what it names is there."""

import importlib
import re
import sqlite3
import sys
from pathlib import Path

import pytest

import ingest.loaders
import rag.examples
from rag.examples import build_selector, select, selector_names
from rag.schema import Example
from rag.settings import ExampleSettings, IngestSettings

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "adding.md").read_text("utf-8")

LOADER = """
import sqlite3
from ingest.loaders.document_builder import DocumentBuilder

class SqliteLoader:
    media_types = ("application/vnd.sqlite3",)
    version = 1

    def load(self, path, source, sha256, settings):
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        with sqlite3.connect(path) as opened:
            for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
                for row in opened.execute(f"SELECT * FROM {name}"):
                    builder.row([str(cell) for cell in row])
        opened.close()
        return builder.build()

LOADER = SqliteLoader()
"""

SELECTOR = '''
import numpy as np
from rag.examples.random_selector import Unindexed
from rag.examples.selector import ExampleSelector

class Lengths(Unindexed):
    """Examples are alike whose questions are as long."""
    def __init__(self):
        super().__init__()
        self.lengths = []
    def extend(self, texts):
        self.lengths.extend(map(len, texts))
    def similarities(self, question):
        return -np.abs(np.array(self.lengths, float) - len(question))

def build(options):
    return ExampleSelector(Lengths(), **options.common)
'''


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Put a module beside those of a package, from another folder."""
    added = []

    def put(package, name, code):
        (tmp_path / f"{name}.py").write_text(code, "utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        importlib.invalidate_caches()
        added.append(f"{package.__name__}.{name}")

    ingest.loaders.loaders.cache_clear()
    yield put
    ingest.loaders.loaders.cache_clear()
    for name in added:
        sys.modules.pop(name, None)


def test_a_format_is_one_new_file(beside, tmp_path):
    path = tmp_path / "berths.db"
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE berths (boat TEXT, place TEXT)")
        opened.execute("INSERT INTO berths VALUES ('Marlin', 'C 14')")
    opened.close()
    beside(ingest.loaders, "sqlite_files", LOADER)
    document = ingest.loaders.load_document(path, IngestSettings())
    assert "Marlin\tC 14" in document.text


def test_a_selector_is_one_new_file(beside):
    beside(rag.examples, "length_selector", SELECTOR)
    assert "length" in selector_names()
    pool = [Example("a", "How far?", "9 km."), Example("b", "How long does the ferry take there?", "1 h.")]
    selector = build_selector(ExampleSettings(selector="length", k=1), pool)
    (chosen,) = select(selector, "Where is it?")
    assert chosen.question == "How far?"


def test_the_files_that_the_page_names_are_there():
    named = re.findall(r"`((?:rag|ingest|ui|tests|benchmarks|data)/[\w./]+)`", PAGE)
    assert len(named) > 12
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []
