from rag.library import Library
from tests.ui.app.sample import NASTY, html, page

ROOF = "How much did the boathouse roof repair cost?"


def _ids(path, *names):
    with Library.open(path) as library:
        return [library.store.resolve(name).document_id for name in names]


def _make(app, path, name, *members):
    page(app, "library")
    app.text_input(key="collection-name-").set_value(name).run()
    app.multiselect(key="collection-members-").set_value(_ids(path, *members)).run()
    app.button(key="collection-save").click().run()
    assert not app.exception


def test_a_collection_is_made_shown_and_asked(app, library_path):
    _make(app, library_path, "Reports <b>1</b>", "report.pdf", NASTY)
    assert html(app).count("Reports &lt;b&gt;1&lt;/b&gt;") == 2
    page(app, "ask")
    assert "Reports <b>1</b> (2 documents)" in app.multiselect(key="scope").options
    app.multiselect(key="scope").set_value(["collection:Reports <b>1</b>"]).run()
    app.chat_input[0].set_value("How much did the library spend on books in 2023?").run()
    assert "41,300" not in html(app)
    app.chat_input[0].set_value(ROOF).run()
    assert "18,750" in html(app)


def test_an_empty_collection_does_not_stand_for_all_documents(app, library_path):
    _make(app, library_path, "Nothing")
    page(app, "ask")
    app.multiselect(key="scope").set_value(["collection:Nothing"]).run()
    app.chat_input[0].set_value(ROOF).run()
    assert not app.exception
    assert "18,750" not in html(app)


def test_a_collection_is_changed_renamed_and_forgotten(app, library_path):
    _make(app, library_path, "Old", "report.pdf")
    app.text_input(key="collection-name-Old").set_value("New").run()
    app.multiselect(key="collection-members-Old").set_value(_ids(library_path, "minutes.txt")).run()
    app.button(key="collection-save").click().run()
    with Library.open(library_path) as library:
        (group,) = library.store.collections.all()
        assert (group.name, list(group.document_ids)) == ("New", _ids(library_path, "minutes.txt"))
        app.button(key="collection-remove").click().run()
        assert library.store.collections.all() == []
        assert len(library.documents()) == 3


def test_the_list_shows_one_collection(app, library_path):
    _make(app, library_path, "Reports", "report.pdf")
    app.selectbox(key="documents-collection").select_index(0).run()
    assert html(app).count("cw-row-name") == 1


def test_documents_that_are_nearly_the_same_are_marked(app, library_path, tmp_path):
    from ingest import ingest_paths
    from tests.ui.app.sample import MINUTES

    copy = tmp_path / "minutes-copy.txt"
    copy.write_text(MINUTES, "utf-8")
    with Library.open(library_path) as library:
        settings = library.settings
        (result,) = ingest_paths([copy], library.store, library.embedder, settings)
        assert result.status == "added"
    page(app, "library")
    assert "The same file as minutes.txt" in html(app)
