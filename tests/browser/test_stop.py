"""A written answer grows before the reader's eyes, and stops when it is told to, or nobody reads it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.endpoint import slow_endpoint
from tests.browser.looking import settled, upload
from tests.ui.app.sample import two_page_pdf
from tests.waiting import wait_until

WORDS = ["The", "boathouse", "roof", "repair", "cost", "18,750", "crowns."] + [
    "Then",
    "more",
    "was",
    "said.",
] * 40


@pytest.fixture(scope="module")
def endpoint(request):
    with slow_endpoint(WORDS, 0.25) as served:
        yield served


@pytest.fixture(scope="module")
def address(start_app, endpoint, browser, tmp_path_factory):
    """The app with a document in its library."""
    started = start_app(
        "server", CITEWELL_GENERATOR__BASE_URL=endpoint.base_url, CITEWELL_GENERATOR__API_KEY="none"
    )
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(started)
        page.wait_for_selector("h1", timeout=120_000)
        upload(page, two_page_pdf(tmp_path_factory.mktemp("files") / "report.pdf"))
    return started


@pytest.fixture
def page(browser, address):
    """A window in which an answer is being written."""
    with browser.new_context(viewport={"width": 1280, "height": 850}, locale="en-GB") as context:
        opened = context.new_page()
        opened.goto(address)
        question = opened.locator('[data-testid="stChatInputTextArea"]')
        question.fill("How much did the boathouse roof repair cost?", timeout=120_000)
        opened.keyboard.press("Enter")
        expect(opened.locator(".cw-writing")).to_contain_text("roof repair", timeout=60_000)
        yield opened


def test_stop_ends_the_answer_and_keeps_what_was_written(page, endpoint):
    seen = len(page.locator(".cw-answer").inner_text())
    page.wait_for_timeout(1500)
    assert len(page.locator(".cw-answer").inner_text()) > seen
    page.locator(".st-key-stop-asking button:visible").click()
    expect(page.locator(".st-key-stop-asking")).to_have_count(0, timeout=20_000)
    settled(page)
    assert endpoint.hung_up
    expect(page.locator(".st-key-conversation")).to_contain_text("(stopped)")
    expect(page.locator(".cw-question")).to_have_count(1)
    expect(page.locator('[data-testid="stChatInputTextArea"]')).to_be_enabled()


def test_a_question_whose_reader_has_gone_stops(page, endpoint):
    before = len(endpoint.hung_up)
    page.close()
    wait_until(lambda: len(endpoint.hung_up) > before)
