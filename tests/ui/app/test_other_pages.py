import json

from rag.library import Library
from tests.ui.app.sample import html, page


def test_why_without_questions_says_so(app, library_path):
    assert page(app, "why").info[0].value == "No question has been asked yet."


def test_why_shows_passages_scores_times_and_settings(app, library_path):
    with Library.open(library_path) as library:
        answer = library.ask("How much did the boathouse roof repair cost?")
    page(app, "why")
    assert not app.exception
    shown = html(app)
    assert "lexical" in shown
    assert "retrieve" in shown
    assert "boathouse roof repair cost 18,750 crowns" in shown
    assert json.loads(app.json[-1].value)["retrieval"]["top_k"] > 0
    assert answer.run_id


def test_status_tells_library_models_and_that_nothing_leaves(app, library_path):
    page(app, "status")
    assert not app.exception
    shown = html(app)
    assert str(library_path.resolve()) in shown
    assert "all-MiniLM-L6-v2" in shown
    assert "Apache-2.0" in shown
    assert app.success[0].value.startswith("Nothing.")


def test_check_finds_a_healthy_library(app, library_path):
    page(app, "status")
    app.button(key="check").click().run()
    assert any("checks hold" in element.value for element in app.success)


def test_a_remote_in_the_settings_is_named(app, library_path, monkeypatch):
    monkeypatch.setenv("CITEWELL_GENERATOR__PROVIDER", "openai")
    monkeypatch.setenv("CITEWELL_GENERATOR__BASE_URL", "http://models.example/v1")
    page(app, "status")
    assert "models\\.example" in app.warning[0].value
