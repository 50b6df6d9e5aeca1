"""The Grid page over a real library: filled in the background, found, opened, downloaded."""

from __future__ import annotations

from rag.errors import StoreError
from rag.store.stored_cells import GridCells
from tests.ui.app.sample import html, page
from tests.waiting import wait_until

QUESTIONS = (
    "column,question,type\n"
    "cost,How much did the boathouse roof repair cost?,number\n"
    "minutes,Who took the minutes?,text\n"
)


def _fill(app, text=QUESTIONS):
    app.text_area(key="grid-questions").set_value(text).run()
    app.button(key="grid-fill").click().run()
    assert not app.exception
    wait_until(lambda: all(button.key != "grid-stop" for button in app.run().button), tries=600, pause=0.2)
    return app


def _table(app):
    return app.dataframe[0].value


def test_questions_are_asked_of_all_documents(app, library_path):
    page(app, "grid")
    assert app.button(key="grid-fill").disabled
    _fill(app)
    table = _table(app)
    assert len(table) == 3
    assert set(table["document"]) >= {"minutes.txt", "report.pdf"}
    costs = dict(zip(table["document"], table["0"], strict=True))
    assert costs["report.pdf"] == 18_750
    told = dict(zip(table["document"], table["1"], strict=True))
    assert "Ms Rossi" in told["minutes.txt"]
    assert [button.label for button in app.get("download_button")] == ["CSV", "XLSX"]


def test_a_chosen_cell_opens_where_it_stands_and_can_be_closed(app, library_path):
    _fill(page(app, "grid"))
    row = list(_table(app)["document"]).index("report.pdf")
    app.session_state["grid-table-0"] = {"selection": {"rows": [], "columns": [], "cells": [(row, "0")]}}
    app.run()
    assert not app.exception
    shown = html(app)
    assert "How much did the boathouse roof repair cost?" in shown
    assert "report.pdf" in shown
    assert "18,750" in shown
    app.button(key="close-evidence").click().run()
    assert all(button.key != "close-evidence" for button in app.button)


def test_rows_are_found_by_words_and_by_what_is_missing(app, library_path):
    _fill(page(app, "grid"))
    app.text_input(key="grid-words").set_value("ROSSI minutes").run()
    assert list(_table(app)["document"]) == ["minutes.txt"]
    app.text_input(key="grid-words").set_value("").run()
    app.selectbox(key="grid-rows").set_value("gaps").run()
    assert "report.pdf" in set(_table(app)["document"])
    app.text_input(key="grid-words").set_value("no such word").run()
    assert app.info[0].value == "No row has that."


def test_a_second_session_finds_it_filled(app, library_path):
    _fill(page(app, "grid"))
    first = _table(app)
    _fill(app)
    assert _table(app).equals(first)


def test_what_is_no_question_and_what_fails_is_told(app, library_path, monkeypatch):
    page(app, "grid")
    app.text_area(key="grid-questions").set_value('{"question": "Who?", "type": "colour"}').run()
    app.button(key="grid-fill").click().run()
    assert "no type 'colour'" in app.text[0].value

    def fails(*_):
        raise StoreError("the disk is full")

    monkeypatch.setattr(GridCells, "keep", fails)
    _fill(app)
    assert any("report.pdf could not be asked: the disk is full" in text.value for text in app.text)
    assert not app.exception


def test_an_empty_library_asks_for_documents(app, empty_path):
    page(app, "grid")
    assert not app.exception
    assert app.get("file_uploader")
