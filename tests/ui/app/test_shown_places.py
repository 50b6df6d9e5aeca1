import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document
from tests.ui.app.sample import two_page_pdf
from ui.app.shown_places import file_name, span_boxes, surroundings

TEXT = "First words of a page. " * 40 + "\fSecond page, which is short."


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("places") / "library") as store:
        info = add_to_store(store, document(TEXT), HashingEmbedder())
        yield store, info.document_id


@given(data=st.data(), characters=st.integers(0, 300))
def test_surroundings_hold_the_span_and_no_more_than_was_asked_for(stored, data, characters):
    store, document_id = stored
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, len(TEXT)))
    around = surroundings(store, document_id, start, end, characters)
    assert around.text[around.start : around.end] == TEXT[start:end]
    assert around.start <= characters
    assert len(around.text) - around.end <= characters
    first = start - around.start
    assert TEXT[first : first + len(around.text)] == around.text
    assert around.cut_before == (first > 0)
    assert around.cut_after == (first + len(around.text) < len(TEXT))


def test_boxes_of_a_span_lie_on_the_pages_it_touches(tmp_path):
    from ingest import ingest_paths
    from rag.settings import load_settings

    settings = load_settings(overrides={"ingest": {"workers": 1}}, environment={})
    with Store.open(tmp_path / "library") as store:
        pdf = two_page_pdf(tmp_path / "report.pdf")
        (result,) = ingest_paths([pdf], store, HashingEmbedder(), settings)
        text = store.text(result.document_id)
        boxes = span_boxes(store, result.document_id, 0, len(text))
        assert {box.page for box in boxes} == {1, 2}
        start = text.index("18,750")
        (box,) = span_boxes(store, result.document_id, start, start + 6)
        assert box.page == 2
        assert box.top < 80 < box.bottom + 5


def test_a_text_without_geometry_has_no_boxes(stored):
    store, document_id = stored
    assert span_boxes(store, document_id, 0, len(TEXT)) == ()


@pytest.mark.parametrize(
    ("source", "name"),
    [("a/b/c.pdf", "c.pdf"), ("C:\\x\\y.md", "y.md"), ("plain", "plain"), ("folder/", "folder"), ("/", "/")],
)
def test_file_name(source, name):
    assert file_name(source) == name
