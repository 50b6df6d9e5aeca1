"""docs/measuring.md names every measure there is."""

from pathlib import Path

from rag.evaluation import MEASURES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "measuring.md"


def test_every_measure_is_explained():
    text = PAGE.read_text("utf-8")
    assert [name for name in MEASURES if f"`{name}`" not in text] == []
