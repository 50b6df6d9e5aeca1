"""Who does not sign in is told why the page was closed, and may come again."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_still_visitor_is_led_to_a_page_that_says_why_and_back(browser, start_app):
    address = start_app(CITEWELL_UI__PASSWORD="open sesame", CITEWELL_UI__STRANGER_SECONDS="10")
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{address}/library")
    expect(page.get_by_text("由于长时间没有人登录")).to_be_visible(timeout=120_000)
    assert page.url == f"{address}/door/still"
    page.get_by_role("link").click()
    expect(page.locator("input[type=password]")).to_be_visible(timeout=60_000)
    assert page.url == f"{address}/"
    page.context.close()


def test_one_visitor_too_many_is_told_so(browser, start_app):
    address = start_app(CITEWELL_UI__PASSWORD="open sesame", CITEWELL_UI__MAX_STRANGERS="1")
    first, second = (browser.new_context(locale="en-GB").new_page() for _ in range(2))
    first.goto(address)
    field = first.locator("input[type=password]")
    expect(field).to_be_visible(timeout=120_000)
    second.goto(address)
    expect(second.get_by_text("Too many people are at the door")).to_be_visible(timeout=60_000)
    field.fill("open sesame")
    field.press("Enter")
    expect(first.locator("h1")).to_have_text("Ask your own documents", timeout=60_000)
    second.get_by_role("link", name="Open it again").click()
    expect(second.locator("input[type=password]")).to_be_visible(timeout=60_000)
    for page in (first, second):
        page.context.close()
