"""Several people use one library: each has their own conversations, and shows one by its address."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.looking import ask, settled, upload
from tests.ui.app.sample import MINUTES

LAMP = "How much did the library spend on books in 2023?"
TALKS = '[class*="st-key-load-"] button'


def _entered(browser, address):
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(address)
    page.locator("input[type=password]").fill("open sesame", timeout=120_000)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1, [data-testid=stChatInputTextArea]", timeout=120_000)
    settled(page)
    return page


def test_conversations_are_ones_own_and_shown_by_their_address(browser, start_app, tmp_path):
    (tmp_path / "minutes.txt").write_text(MINUTES, "utf-8")
    address = start_app(CITEWELL_UI__PASSWORD="open sesame")
    ada = _entered(browser, address)
    upload(ada, tmp_path / "minutes.txt")
    ask(ada, LAMP)
    expect(ada.locator(TALKS)).to_have_count(1)
    ada.wait_for_url("**conversation=**")
    (kept,) = re.findall(r"conversation=(\w+)", ada.url)
    cookies = {cookie["name"]: cookie for cookie in ada.context.cookies()}
    assert cookies["citewell_person"]["httpOnly"]
    assert cookies["citewell_person"]["sameSite"] == "Lax"

    bob = _entered(browser, f"{address}/?conversation={kept}")
    expect(bob.locator(".cw-sentence").first).to_contain_text("41,300")
    expect(bob.locator(TALKS)).to_have_count(0)
    ask(bob, LAMP)
    expect(bob.locator(TALKS)).to_have_count(1)
    bob.wait_for_url(lambda url: "conversation=" in url and kept not in url)

    ada.reload()
    ada.locator("input[type=password]").fill("open sesame", timeout=60_000)
    ada.keyboard.press("Enter")
    expect(ada.locator(TALKS)).to_have_count(1, timeout=60_000)
    expect(ada.locator('[data-testid="stChatMessage"]')).to_have_count(2)  # nobody went on in hers
    for page in (ada, bob):
        page.context.close()
