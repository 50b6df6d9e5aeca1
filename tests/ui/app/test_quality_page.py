import json

from rag.library import Library
from tests.ui.app.sample import html, page
from tests.waiting import wait_until

ROOF = "How much did the boathouse roof repair cost?"
LINES = [
    {"id": "roof", "question": ROOF, "answers": ["18,750 crowns"], "documents": ["report.pdf"]},
    {
        "id": "books",
        "question": "How much did the library spend on books in 2023?",
        "answers": ["41,300 euros"],
    },
    {"id": "none", "question": "Who discovered penicillin?", "answers": []},
]
FILE = "".join(json.dumps(line) + "\n" for line in LINES).encode()


def _evaluate(app, name):
    app.file_uploader(key="questions").set_value([("mine.jsonl", FILE, "application/jsonl")]).run()
    app.text_input(key="evaluation-name").set_value(name).run()
    app.button(key="evaluate").click().run()
    assert not app.exception
    wait_until(
        lambda: all(button.key != "evaluation-stop" for button in app.run().button), tries=600, pause=0.2
    )


def test_a_file_of_questions_is_measured_and_drawn(app, library_path):
    page(app, "quality")
    assert app.info[0].value == "No evaluation yet."
    assert app.button(key="evaluate").disabled
    _evaluate(app, "first")
    shown = html(app)
    assert ">Citation precision</td>" in shown
    assert ">Quotes verified</td><td>1.000" in shown
    assert len(app.image) == 2
    questions = app.dataframe[0].value
    assert list(questions["Question"]) == [line["question"] for line in LINES]
    assert next(iter(questions["Outcome"])) == "right"
    kept = sorted(path.name for path in (library_path / "evaluations").iterdir())
    assert len(kept) == 3
    with Library.open(library_path) as library:
        assert library.runs() == []


def test_two_runs_are_compared_question_by_question(app, library_path):
    page(app, "quality")
    _evaluate(app, "first")
    app.number_input(key="option-abstain_below").set_value(1.0).run()
    _evaluate(app, "silent")
    chosen, other = (box for box in app.selectbox if box.label in ("Evaluation", "Compare with"))
    assert "silent" in chosen.options[0]
    assert "abstain_below 1.0" in chosen.options[0]
    other.select_index(1).run()
    assert not app.exception
    assert ">Accuracy</td><td>+0.000" in html(app)
    assert ">Word overlap (F1)</td><td>-" in html(app)


def test_lines_that_are_no_questions_are_refused_by_name(app, library_path):
    page(app, "quality")
    app.file_uploader(key="questions").set_value([("bad.jsonl", b"{}\n", "application/jsonl")]).run()
    app.button(key="evaluate").click().run()
    assert not app.exception
    assert "bad.jsonl, line 1" in app.text[0].value
    assert list((library_path / "evaluations").iterdir()) == []


def test_feedback_becomes_an_example_and_a_question_and_goes_again(app, library_path):
    with Library.open(library_path) as library:
        run_id = library.ask(ROOF).run_id
        library.rate(run_id, -1, "It cost 18,750 crowns.")
        page(app, "quality")
        assert "wanted: It cost 18,750 crowns." in html(app)
        app.button(key=f"approve-{run_id}").click().run()
        assert not app.exception
        assert library.store.examples.run_ids() == {run_id}
        assert "worked example" in html(app)
        assert [line["answers"] for line in library.feedback_questions()] == [["It cost 18,750 crowns."]]
        app.button(key=f"approve-{run_id}").click().run()
        assert library.store.examples.run_ids() == set()


def test_the_questions_of_the_feedback_can_be_asked_again(app, library_path):
    with Library.open(library_path) as library:
        library.rate(library.ask(ROOF).run_id, 1)
    page(app, "quality")
    app.checkbox(key="questions-feedback").check().run()
    assert not app.button(key="evaluate").disabled
