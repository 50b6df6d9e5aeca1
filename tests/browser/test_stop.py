"""A written answer grows before the reader's eyes, and stops when it is told to."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.endpoint import slow_endpoint
from tests.browser.looking import settled, upload
from tests.ui.app.sample import two_page_pdf

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


def test_stop_ends_the_answer_and_keeps_what_was_written(start_app, browser, endpoint, tmp_path):
    base_url, hung_up = endpoint
    address = start_app("server", CITEWELL_GENERATOR__BASE_URL=base_url, CITEWELL_GENERATOR__API_KEY="none")
    context = browser.new_context(viewport={"width": 1280, "height": 850}, locale="en-GB")
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("h1", timeout=120_000)
    upload(page, two_page_pdf(tmp_path / "report.pdf"))
    page.locator('[data-testid="stChatInputTextArea"]').fill("How much did the boathouse roof repair cost?")
    page.keyboard.press("Enter")
    expect(page.locator(".cw-writing")).to_contain_text("roof repair", timeout=60_000)
    seen = len(page.locator(".cw-answer").inner_text())
    page.wait_for_timeout(1500)
    assert len(page.locator(".cw-answer").inner_text()) > seen
    page.locator(".st-key-stop-asking button:visible").click()
    expect(page.locator(".st-key-stop-asking")).to_have_count(0, timeout=20_000)
    settled(page)
    assert hung_up
    expect(page.locator(".st-key-conversation")).to_contain_text("(stopped)")
    expect(page.locator(".cw-question")).to_have_count(1)
    expect(page.locator('[data-testid="stChatInputTextArea"]')).to_be_enabled()
    context.close()
