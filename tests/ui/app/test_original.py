import pytest

from rag.library import Library
from tests.ui.app.sample import NASTY, html, page

ROOF = "How much did the boathouse roof repair cost?"


def _links(app):
    return [element.proto.url for element in app.get("link_button")]


def test_a_pdf_opens_in_the_browser_at_the_cited_page(app, library_path):
    app.run().chat_input[0].set_value(ROOF).run()
    next(b for b in app.button if b.key and b.key.startswith("cite-")).click().run()
    (link,) = _links(app)
    assert link.endswith(".pdf#page=2")
    assert str(library_path) not in link
    assert "report" not in link


@pytest.mark.parametrize("name", ["minutes.txt", NASTY])
def test_what_has_no_pages_is_for_download_only(app, library_path, name):
    with Library.open(library_path) as library:
        document_id = library.store.resolve(name).document_id
    app.run().query_params["id"] = document_id
    app.switch_page("views/document_view.py").run()
    assert not app.exception
    assert _links(app) == []
    assert [button.label for button in app.get("download_button")] == ["Original file"]


def test_a_large_original_is_not_held_in_memory(app, library_path, monkeypatch):
    monkeypatch.setattr("ui.app.original._MOST_BYTES", 10)
    with Library.open(library_path) as library:
        report = library.store.resolve("report.pdf").document_id
    app.run().query_params["id"] = report
    app.switch_page("views/document_view.py").run()
    assert _links(app) == []
    assert page(app, "library").title[0].value == "Library"
    assert "report.pdf" in html(app)
