import re
from pathlib import Path

import pytest

from rag.library import Library
from tests.ui.app.sample import NASTY, html, page
from ui.app.ingesting import IngestJob
from ui.app.shared import shared

ROOF = "How much did the boathouse roof repair cost?"
CABINET = "How is the cabinet painted?"
UNKNOWN = "Who discovered penicillin?"


def _ask(app, question):
    app.chat_input[0].set_value(question).run()
    assert not app.exception
    return app


def _cite(app):
    return next(button for button in app.button if button.key and button.key.startswith("cite-"))


def test_an_answer_shows_sentence_number_source_and_confidence(app, library_path):
    _ask(app.run(), ROOF)
    assert "The boathouse roof repair cost 18,750 crowns." in html(app)
    assert "report.pdf, page 2" in html(app)
    assert _cite(app).label == "1"
    assert any(re.search(r"\w+ confidence · \d+ %", badge.value) for badge in app.markdown)
    assert app.session_state["citewell"].asking is None


def test_a_click_on_a_number_opens_the_page_with_the_quote_and_another_closes_it(app, library_path):
    _ask(app.run(), ROOF)
    _cite(app).click().run()
    assert '<blockquote class="cw-quote">The boathouse roof repair cost 18,750 crowns.' in html(app)
    (image,) = app.image
    assert "Page 2 with the quote marked" in image.proto.imgs[0].alt
    assert "<mark>The boathouse roof repair cost 18,750 crowns.</mark>" in html(app)
    assert app.get("download_button")[0].label == "Original file"
    _cite(app).click().run()
    assert not app.image
    assert "cw-quote" not in html(app)


def test_a_document_without_page_pictures_shows_the_text_around_with_the_quote_marked(app, library_path):
    _ask(app.run(), "How much did the library spend on books in 2023?")
    _cite(app).click().run()
    assert not app.image
    assert "<mark>The library spent 41,300 euros on books in 2023.</mark>" in html(app)
    assert "Ms Rossi took the minutes." in html(app)


def test_what_a_document_says_and_is_called_is_shown_and_never_part_of_the_page(app, library_path):
    _ask(app.run(), CABINET)
    _cite(app).click().run()
    shown = html(app)
    assert "vermilion" in shown
    assert "&lt;img src=x onerror=alert(1)&gt;.md" in shown
    assert "<img" not in shown
    assert "<script" not in shown
    for element in [*app.markdown, *app.caption, *app.title, *app.header]:
        assert "<img" not in element.value.replace("\\<img", "")
    assert not any(element.allow_html for element in app.markdown)


def test_a_question_without_an_answer_says_so_and_shows_the_nearest_passages(app, library_path):
    _ask(app.run(), UNKNOWN)
    assert "I could not find it in these documents." in html(app)
    assert not [button for button in app.button if button.key and button.key.startswith("cite-")]


def test_a_nearest_passage_opens_in_its_document(app, library_path):
    _ask(app.run(), "What was the boathouse roof of penicillin made of in 1870?")
    if "I could not find it in these documents." not in html(app):
        _cite(app).click().run()
    else:
        next(b for b in app.button if b.key and b.key.startswith("open-near")).click().run()
    assert "cw-document" in html(app)


def test_only_the_chosen_documents_are_asked(app, library_path):
    with Library.open(library_path) as library:
        minutes = library.store.resolve("minutes.txt").document_id
    app.run().multiselect(key="scope").set_value([minutes]).run()
    _ask(app, ROOF)
    assert "18,750" not in html(app)
    app.multiselect(key="scope").set_value([]).run()
    _ask(app, ROOF)
    assert "18,750" in html(app)


def test_a_choice_whose_document_is_removed_says_that_it_is_wider(app, library_path):
    with Library.open(library_path) as library:
        first, second, other = (
            library.store.resolve(name).document_id for name in ("minutes.txt", "report.pdf", NASTY)
        )
    app.run().multiselect(key="scope").set_value([first, second]).run()
    lost, lost_all = "Some of what you chose is no longer in the library.", "all documents are asked."
    for name, said in (("minutes.txt", lost), ("report.pdf", lost_all)):
        assert not any(said in caption.value for caption in app.caption)
        with Library.open(library_path) as library:
            library.remove([name])
        assert any(said in caption.value for caption in app.run().caption)
    app.multiselect(key="scope").set_value([other]).run()
    assert not any(said in caption.value for caption in app.caption for said in (lost, lost_all))


def test_a_conversation_is_kept_and_comes_back_with_its_citations(app, library_path):
    _ask(app.run(), ROOF)
    with Library.open(library_path) as library:
        (kept,) = library.store.conversations()
        assert (kept.title, kept.turns) == (ROOF, 1)
    app.button(key="new-conversation").click().run()
    assert "18,750" not in html(app)
    app.button(key=f"load-{kept.conversation_id}").click().run()
    assert "18,750" in html(app)
    _cite(app).click().run()
    assert len(app.image) == 1


def test_an_address_with_a_conversation_opens_it_in_a_new_session(app, library_path):
    _ask(app.run(), ROOF)
    with Library.open(library_path) as library:
        (kept,) = library.store.conversations()
    another = type(app).from_file(app._script_path, default_timeout=60)
    another.query_params["conversation"] = kept.conversation_id
    another.run()
    assert "18,750" in html(another)


def _shared(app, library_path, citation):
    """Another session at the address of the kept conversation and a citation."""
    with Library.open(library_path) as library:
        (kept,) = library.store.conversations()
    another = type(app).from_file(app._script_path, default_timeout=60)
    another.query_params["conversation"] = kept.conversation_id
    another.query_params["citation"] = citation
    another.run()
    assert not another.exception
    return another


def test_the_address_names_the_open_citation_and_opens_it_for_others(app, library_path):
    _ask(_ask(app.run(), "How much did the library spend on books in 2023?"), ROOF)
    next(button for button in app.button if button.key and button.key.startswith("cite-1-")).click().run()
    assert app.query_params["citation"] == "2.1"
    another = _shared(app, library_path, "2.1")
    assert '<blockquote class="cw-quote">The boathouse roof' in html(another)
    another.button(key="close-evidence").click().run()
    assert "citation" not in another.query_params
    another.button(key="new-conversation").click().run()
    assert "18,750" not in html(another)
    assert "conversation" not in another.query_params


@pytest.mark.parametrize("citation", ["9.1", "0.1", "1.9", "1", "", "<b>", "-1.1", "1.1.1", "9" * 400 + ".1"])
def test_an_address_with_a_citation_that_is_not_there_opens_the_conversation_alone(
    app, library_path, citation
):
    _ask(app.run(), ROOF)
    another = _shared(app, library_path, citation)
    assert "18,750" in html(another)
    assert "cw-quote" not in html(another)
    assert "citation" not in another.query_params


def test_hovering_over_a_number_tells_the_quote_and_its_place_as_plain_text(app, library_path):
    _ask(_ask(app.run(), ROOF), "Who knows why the cabinet is painted vermilion?")
    roof, cabinet = (b for b in app.button if b.key and b.key.startswith(("cite-0-0-", "cite-1-0-")))
    assert "18\\,750 crowns" in roof.help
    assert "report\\.pdf\\, page 2" in roof.help
    assert not re.search(r"(?<!\\)[<>*\[\]]", cabinet.help)


def test_an_answer_can_be_copied_with_its_citations(app, library_path):
    _ask(app.run(), ROOF)
    copied = app.code[-1].value
    assert "18,750 crowns.[^1-1]" in copied
    assert "[^1-1]: report.pdf, page 2: “The boathouse roof repair cost 18,750 crowns.”" in copied


def test_a_conversation_that_is_gone_is_passed_over(app, library_path):
    app.query_params["conversation"] = "0123456789abcdef"
    app.run()
    assert not app.exception
    assert app.title[0].value == "Ask your documents"


def test_a_citation_of_a_document_that_was_deleted_says_so(app, library_path):
    _ask(app.run(), ROOF)
    with Library.open(library_path) as library:
        library.remove(["report.pdf"])
    _cite(app).click().run()
    assert not app.exception
    assert app.info[0].value == "This document is no longer in the library."


def test_why_leads_to_the_run_of_the_answer(app, library_path):
    _ask(app.run(), CABINET)
    _ask(app, ROOF)
    app.button(key="why-0").click().run()
    assert not app.exception
    assert app.title[0].value == "Why this answer"
    assert CABINET in html(app)


def test_an_empty_library_invites(app, empty_path):
    app.run()
    assert app.title[0].value == "Ask your own documents"
    assert not app.chat_input
    assert app.file_uploader


def test_the_first_words_say_where_questions_go_and_how_answers_are_made(
    app, empty_path, library_path, monkeypatch
):
    monkeypatch.setenv("CITEWELL_LIBRARY", str(empty_path))
    assert app.run().markdown[0].value.endswith("Everything stays on this machine.")
    monkeypatch.setenv("CITEWELL_CONFIG", "server")
    monkeypatch.setenv("CITEWELL_GENERATOR__BASE_URL", "https://models.example/v1")
    monkeypatch.setenv("CITEWELL_GENERATOR__CONTEXT_TOKENS", "4096")  # else it is asked for them
    app.run()
    told = app.markdown[0].value.replace("\u2060", "")
    assert "sent to https\\:\\/\\/models\\.example" in told
    monkeypatch.setenv("CITEWELL_LIBRARY", str(library_path))
    assert app.run().markdown[0].value.startswith("A model writes the answers from the 3 documents")
    for name in ("BASE_URL", "CONTEXT_TOKENS"):
        monkeypatch.delenv(f"CITEWELL_GENERATOR__{name}")
    monkeypatch.setenv("CITEWELL_CONFIG", "default")
    assert app.run().markdown[0].value.startswith("Answers are quoted word for word from the 3 documents")


def test_a_question_that_fails_says_why_and_the_next_one_works(app, library_path):
    _ask(app.run(), "???")
    assert app.error[0].value == "The question could not be answered."
    assert "holds no word" in app.text[0].value
    _ask(app, ROOF)
    assert "18,750" in html(app)


def test_a_library_from_a_newer_program_is_a_clear_message(app, tmp_path, monkeypatch):
    monkeypatch.setenv("CITEWELL_LIBRARY", str(tmp_path))
    monkeypatch.setenv("CITEWELL_CONFIG", "no-such-preset")
    app.run()
    assert not app.exception
    assert "no preset 'no-such-preset'" in app.text[0].value


def test_the_interface_speaks_chinese(app, library_path):
    app.run().segmented_control(key="lang").set_value("zh").run()
    _ask(app, ROOF)
    assert any("把握" in badge.value for badge in app.markdown)
    assert "report.pdf，第 2 页" in html(app)
    assert page(app, "library").title[0].value == "文档库"


def test_thumbs_are_kept_with_the_answer_that_was_wanted(app, library_path):
    _ask(app.run(), ROOF)
    with Library.open(library_path) as library:
        (run,) = library.runs()
        app.feedback[0].set_value(0).run()
        assert [(kept.rating, kept.wanted_answer) for kept in library.store.feedback()] == [(-1, "")]
        app.text_area(key=f"wanted-0-{run.run_id}").set_value("18,750 crowns").run()
        (kept,) = library.store.feedback()
        assert (kept.run_id, kept.rating, kept.wanted_answer) == (run.run_id, -1, "18,750 crowns")
        app.feedback[0].set_value(1).run()
        assert library.store.feedback()[0].rating == 1
    assert not app.exception


def test_a_question_can_be_asked_again(app, library_path):
    _ask(app.run(), ROOF)
    app.button(key="again-0").click().run()
    assert not app.exception
    assert html(app).count("cw-question") == 2
    with Library.open(library_path) as library:
        assert len(library.runs()) == 2


def test_the_conversation_can_be_taken_along(app, library_path):
    _ask(app.run(), ROOF)
    names = [element.label for element in app.get("download_button")]
    assert names == ["Markdown with citations", "Word (.docx)", "JSON"]
    copied = app.code[0].value
    assert f"## {ROOF}" in copied
    assert "[^1-1]" in copied
    assert "page 2: “The boathouse roof repair cost 18,750 crowns.”" in copied


def test_questions_can_be_asked_while_files_still_come_in(app, library_path):
    app.run()
    job = IngestJob({Path("large.pdf"): "large.pdf"}, started=True)
    queue = shared().queue
    queue._jobs.append(job)
    try:
        app.run()
        assert [bar.proto.text for bar in app.get("progress")] == ["0 of 1 file · 0.0 pages/s · reading …"]
        assert not app.chat_input[0].disabled
        assert "18,750 crowns" in html(_ask(app, ROOF))
    finally:
        queue._jobs.remove(job)
