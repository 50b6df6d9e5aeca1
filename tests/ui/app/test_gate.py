import pytest

from tests.ui.app.sample import MAIN, html


@pytest.fixture
def guarded(app, library_path, monkeypatch):
    monkeypatch.setenv("CITEWELL_UI__PASSWORD", "open sesame")
    monkeypatch.setattr("ui.app.components.gate._WRONG_SECONDS", 0.0)
    return app.run()


def test_nothing_is_shown_before_the_password(guarded):
    assert not guarded.exception
    assert not guarded.chat_input
    assert not guarded.title
    assert html(guarded) == ""


@pytest.mark.parametrize("name", ["ask", "library", "document", "why", "status"])
def test_no_page_can_be_reached_past_the_door(guarded, name):
    guarded.switch_page(f"views/{name}.py").run()
    assert guarded.text_input(key="password")
    assert html(guarded) == ""


def test_streamlit_finds_no_pages_folder_to_serve_by_itself():
    assert not (MAIN.parent / "pages").exists()


def test_a_wrong_password_is_refused_and_the_right_one_opens(guarded):
    guarded.text_input(key="password").set_value("sesame")
    guarded.button[0].click().run()
    assert guarded.error[0].value == "This is not the password."
    assert not guarded.chat_input
    guarded.text_input(key="password").set_value("open sesame")
    guarded.button[0].click().run()
    assert guarded.chat_input
    assert "open sesame" not in html(guarded)
