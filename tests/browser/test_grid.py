"""The Grid page in a real browser: questions pasted, the grid filled, a cell opened, files taken home."""

from __future__ import annotations

import contextlib
import io

import pytest
from openpyxl import load_workbook
from playwright.sync_api import TimeoutError, expect

from tests.browser.looking import goto, settled, upload, watched
from tests.ui.app.sample import MINUTES, two_page_pdf

QUESTIONS = (
    "column,question,type\n"
    "cost,How much did the boathouse roof repair cost?,number\n"
    "minutes,Who took the minutes?,text\n"
)
TABLE = '[data-testid="stDataFrame"] canvas'


@pytest.fixture(scope="module")
def address(start_app):
    return start_app()


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 850}, locale="en-GB")
    opened = context.new_page()
    seen = watched(opened)
    opened.goto(address)
    opened.wait_for_selector("h1, [data-testid=stChatInputTextArea]", timeout=120_000)
    settled(opened)
    yield opened
    context.close()
    assert seen == {"dialogs": [], "errors": [], "elsewhere": []}


def test_a_grid_is_filled_opened_and_taken_home(page, tmp_path):
    (tmp_path / "minutes.txt").write_text(MINUTES, "utf-8")
    upload(page, two_page_pdf(tmp_path / "report.pdf"), tmp_path / "minutes.txt")
    goto(page, "Grid")
    page.locator(".st-key-grid-questions textarea").fill(QUESTIONS)
    page.keyboard.press("Tab")
    settled(page)
    page.locator(".st-key-grid-fill button:visible").click()
    downloads = page.locator(".st-key-grid-downloads button:visible")
    expect(downloads).to_have_count(2, timeout=120_000)
    settled(page)

    with page.expect_download() as taken:
        downloads.last.click()
    book = load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
    rows = {line[0].value.rsplit("/", 1)[-1]: line for line in book.iter_rows(min_row=2)}
    assert rows["report.pdf"][1].value == 18_750
    assert "18,750 crowns" in rows["report.pdf"][1].comment.text

    page.locator("h1").click()  # the table takes the next click as its first
    settled(page)
    box = page.locator(TABLE).first.bounding_box()
    assert box is not None
    evidence = page.locator(".st-key-evidence")
    for _ in range(4):  # a busy table misses a click
        page.mouse.move(box["x"] + 140, box["y"] + 35 * 2.5)
        page.mouse.click(box["x"] + 150, box["y"] + 35 * 2.5)  # the cost in the second row
        with contextlib.suppress(TimeoutError):
            evidence.locator(".cw-document").first.wait_for(timeout=10_000)
            break
    expect(evidence.locator(".cw-document")).to_contain_text("report.pdf · page 2")
    expect(evidence.locator(".cw-quote")).to_contain_text("18,750 crowns")
    expect(evidence.locator("img")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(evidence).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    evidence.locator(".st-key-close-evidence button:visible").click()
    expect(evidence).to_have_count(0)


def test_after_sorting_the_cell_under_the_pointer_is_opened(page):
    goto(page, "Grid")
    page.locator(".st-key-grid-questions textarea").fill(QUESTIONS)
    page.keyboard.press("Tab")
    settled(page)
    page.locator(".st-key-grid-fill button:visible").click()
    expect(page.locator(".st-key-grid-downloads button:visible")).to_have_count(2, timeout=120_000)
    settled(page)
    box = page.locator(TABLE).first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + 17)  # the head of the documents: ascending
    page.wait_for_timeout(500)
    page.mouse.click(box["x"] + 40, box["y"] + 17)  # and descending
    page.wait_for_timeout(500)
    page.mouse.click(box["x"] + 150, box["y"] + 35 * 1.5)
    expect(page.locator(".st-key-evidence .cw-document")).to_contain_text("report.pdf")
