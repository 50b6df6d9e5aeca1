import json

import pytest

from rag.library import Library
from rag.schema import Answer, Example
from rag.settings import ExampleSettings
from tests.fakes import add_to_store, document
from tests.ui.app.sample import html, page
from ui.app.components.why_page import example_similarities
from ui.app.escaping import html_text
from ui.transparency import trainings


def add_places(library):
    for name in ("harbour", "windmill", "cannery"):
        add_to_store(library.store, document(f"The {name} is old.", f"{name}.txt"), library.embedder)


def test_why_without_questions_says_so(app, library_path):
    assert page(app, "why").info[0].value == "No question has been asked yet."


def test_why_shows_passages_scores_times_and_settings(app, library_path):
    with Library.open(library_path) as library:
        answer = library.ask("How much did the boathouse roof repair cost?")
    page(app, "why")
    assert not app.exception
    shown = html(app)
    assert "lexical" in shown
    assert "<span>Search</span>" in shown
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


def test_status_tells_digests_training_data_and_what_left_for_each_answer(app, library_path):
    with Library.open(library_path) as library:
        library.ask("How much did the boathouse roof repair cost?")
    page(app, "status")
    shown = html(app)
    for card in trainings().values():
        assert card["sha256"]["reader.npz"] in shown
        data = card["data"].items()
        assert all(html_text(name) in shown and entry["licence"] in shown for name, entry in data)
        assert all(html_text(limit) in shown for limit in card["limits"])
    assert "<td>How much did the boathouse roof repair cost?</td><td>nothing</td>" in shown


def test_check_finds_a_healthy_library(app, library_path):
    page(app, "status")
    app.button(key="check").click().run()
    assert any("checks passed" in element.value for element in app.success)


def test_a_remote_in_the_settings_is_named(app, library_path, monkeypatch):
    monkeypatch.setenv("CITEWELL_GENERATOR__PROVIDER", "openai")
    monkeypatch.setenv("CITEWELL_GENERATOR__BASE_URL", "http://models.example/v1")
    page(app, "status")
    assert "models\\.example" in app.warning[0].value


def test_a_question_is_replayed_under_other_settings_beside_its_answer(app, library_path):
    with Library.open(library_path) as library:
        library.ask("How much did the boathouse roof repair cost?")
        page(app, "why")
        app.number_input(key="replay-threshold").set_value(1.0).run()
        app.selectbox(key="replay-legs").set_value(("lexical",)).run()
        app.button(key="replay").click().run()
        assert not app.exception
        assert [part.value for part in app.subheader] == ["As it was answered", "With these settings"]
        assert html(app).count("I could not find it in these documents.") == 1
        assert len(library.runs()) == 1


def test_the_map_marks_the_question_and_what_was_cited(app, library_path):
    with Library.open(library_path) as library:
        add_places(library)
        library.ask("How much did the boathouse roof repair cost?")
    page(app, "why")
    assert not app.get("vega_lite_chart")
    app.toggle(key="map").set_value(True).run()
    assert not app.exception
    (chart,) = app.get("vega_lite_chart")
    spec = json.loads(chart.proto.spec)
    kinds = [row["kind"] for row in spec["layer"][1]["data"]["values"]]
    assert kinds.count("Question") == 1
    assert "Cited" in kinds


def test_examples_are_told_with_their_likeness(library_path):
    settings = ExampleSettings(selector="jaccard", k=2)
    near = Example("near", "What did the roof repair cost?", "12 crowns", ("It cost 12 crowns.",))
    far = Example("far", "Who sings?", "Ana", ())
    answer = Answer("What did the boathouse roof cost?", "", (), (), False, 0.5, examples=(far, near))
    with Library.open(library_path) as library:
        similar = example_similarities(library, settings, answer)
    assert similar["near"] > similar["far"]


@pytest.mark.parametrize("question", ["hello", "How deep is the harbour basin at Kirkwall?"])
def test_what_is_no_answer_from_the_documents_has_no_percentage(app, library_path, question):
    with Library.open(library_path) as library:
        library.ask(question)
    page(app, "why")
    assert "% " not in html(app)
    assert not any("confidence" in element.value for element in app.caption)
