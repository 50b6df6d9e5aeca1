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
    guarded.switch_page(f"views/{name}_view.py").run()
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


@pytest.fixture
def signing_in(app, library_path, monkeypatch):
    monkeypatch.setenv("CITEWELL_UI__OIDC", "true")
    return app


@pytest.mark.parametrize("name", ["ask", "library", "document", "grid", "why", "quality", "status"])
def test_no_page_is_shown_to_who_has_not_signed_in(signing_in, name):
    signing_in.run().switch_page(f"views/{name}_view.py").run()
    assert not signing_in.exception
    assert [button.key for button in signing_in.button] == ["sign-in"]
    assert html(signing_in) == ""


def test_signing_in_without_a_provider_says_what_is_missing(signing_in):
    signing_in.run().button(key="sign-in").click().run()
    assert not signing_in.exception
    assert "secrets.toml" in signing_in.error[0].value


def test_who_has_signed_in_goes_on_and_can_leave(signing_in, monkeypatch):
    monkeypatch.setattr("streamlit.user", {"is_logged_in": True, "name": "Ada <b>L</b>"})
    signing_in.run()
    assert signing_in.chat_input
    assert signing_in.button(key="sign-out").label == "Sign out (Ada \\<b\\>L\\<\\/b\\>)"


@pytest.mark.parametrize("name", ["ask", "library", "document", "grid", "why", "quality", "status"])
def test_who_signed_in_but_is_not_invited_sees_the_way_out_and_nothing_else(signing_in, monkeypatch, name):
    monkeypatch.setenv("CITEWELL_UI__ALLOWED_EMAILS", '["ada@example.org"]')
    monkeypatch.setattr("streamlit.user", {"is_logged_in": True, "name": "Eve", "email": "eve@example.org"})
    signing_in.run().switch_page(f"views/{name}_view.py").run()
    assert not signing_in.exception
    assert [button.key for button in signing_in.button] == ["sign-out"]
    assert "eve@example.org" in signing_in.text[0].value
    assert html(signing_in) == ""


def test_password_and_signing_in_are_both_asked_for_where_both_are_set(signing_in, monkeypatch):
    monkeypatch.setenv("CITEWELL_UI__PASSWORD", "open sesame")
    monkeypatch.setattr("streamlit.user", {"is_logged_in": True, "name": "Ada"})
    signing_in.run()
    assert signing_in.text_input(key="password")
    assert not signing_in.chat_input
