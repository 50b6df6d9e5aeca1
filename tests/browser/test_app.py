"""A person's way through the app, in a real browser over the really started app."""

from __future__ import annotations

import json
import re

import docx
import pytest
from playwright.sync_api import expect

from tests.browser.looking import ask, goto, marked_rows, settled, upload, watched
from tests.ui.app.sample import MINUTES, NASTY, SCRIPT, two_page_pdf

ROOF = "How much did the boathouse roof repair cost?"
LAMP = "The cellar lamp cost 412 crowns: https://evil.example/a www.evil.example eve@evil.example\n"
CITE = '[class*="st-key-cite-"] button'


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("to-upload")
    (folder / "minutes.txt").write_text(MINUTES, "utf-8")
    (folder / NASTY).write_text(SCRIPT + "<img src=x onerror=\"document.title='owned'\">\n", "utf-8")
    (folder / "lamp.txt").write_text(LAMP, "utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    two_page_pdf(folder / "report.pdf")
    return folder


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


def test_from_an_upload_to_a_checked_answer(page, files):
    expect(page.locator("h1")).to_have_text("Ask your own documents")
    upload(page, files / "report.pdf", files / "broken.pdf", files / "minutes.txt")
    expect(page.locator(".cw-status-added")).to_have_count(2)
    broken = page.locator(".cw-file", has_text="broken.pdf")
    expect(broken).to_have_count(1)  # the page is drawn again when the first document is in
    expect(broken.locator(".cw-status")).to_have_text("failed")

    ask(page, ROOF)
    expect(page.locator(".cw-sentence").first).to_contain_text("18,750 crowns")
    page.locator(CITE).first.click()
    expect(page.locator(".st-key-evidence .cw-document")).to_contain_text("report.pdf · page 2")
    settled(page)
    rows = marked_rows(page, ".st-key-evidence img")
    assert rows is not None
    line = 1 - 220 / 300  # where the second line of the page's 300 points stands
    assert rows[0] < line < rows[1] + 0.02
    assert rows[1] - rows[0] < 0.1


def test_a_number_tells_its_quote_opens_it_at_an_address_to_share_and_escape_closes_it(page, browser):
    ask(page, ROOF)
    number = page.locator(f"{CITE}:visible").first
    number.hover()
    expect(page.locator('[data-testid="stTooltipContent"]')).to_contain_text("18,750 crowns.”")
    number.click()
    page.wait_for_url("**citation=1.1**")
    other = browser.new_context(locale="en-GB")
    shared = other.new_page()
    shared.goto(page.url)
    expect(shared.locator(".st-key-evidence .cw-document")).to_contain_text("page 2", timeout=60_000)
    other.close()
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-evidence")).to_have_count(0)
    page.wait_for_url(lambda url: "citation=" not in url)


def test_the_original_opens_in_the_browser_at_the_cited_page(page):
    ask(page, ROOF)
    page.locator(CITE).first.click()
    link = page.locator('.st-key-evidence-tools [data-testid="stLinkButton"] a:visible')
    expect(link).to_have_attribute("href", re.compile(r"/media/[0-9a-f]+\.pdf#page=2$"))
    answer = page.request.get(page.url.split("?")[0].rstrip("/") + (link.get_attribute("href") or ""))
    assert answer.headers["content-type"] == "application/pdf"
    assert "attachment" not in answer.headers.get("content-disposition", "")
    assert answer.body().startswith(b"%PDF-")


def test_a_follow_up_keeps_its_subject_and_says_how_it_was_understood(page):
    ask(page, "How much did the library spend on books in 2023?")
    ask(page, ROOF)
    expect(page.locator(".cw-understood")).to_have_count(0)
    ask(page, "When was it repaired?")
    expect(page.locator(".cw-understood")).to_contain_text("boathouse", ignore_case=True)
    expect(page.locator(".st-key-below-2")).to_be_visible()


def test_a_collection_narrows_what_is_asked(page):
    goto(page, "Library")
    page.locator('[data-testid="stExpander"] summary', has_text="Collections").click()
    page.locator(".st-key-collection-name- input").fill("Minutes only")
    page.keyboard.press("Tab")
    settled(page)
    page.locator(".st-key-collection-members- input").click()
    page.keyboard.type("minutes.txt")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")  # the list of choices would take the next click
    settled(page)
    page.locator(".st-key-collection-save button").click()
    expect(page.locator(".cw-row-name .cw-status")).to_have_text("Minutes only")
    page.locator('[data-testid="stSidebarNav"] a', has_text="Ask").click()
    page.locator(".st-key-ask-tools button", has_text="All documents").click()
    page.locator(".st-key-scope input").click()
    page.keyboard.type("Minutes only")
    page.keyboard.press("Enter")
    settled(page)
    ask(page, ROOF)
    assert "18,750" not in page.locator(".st-key-conversation").inner_text()


def test_an_evaluation_runs_beside_the_app_and_is_drawn(page, tmp_path):
    questions = tmp_path / "mine.jsonl"
    questions.write_text(
        json.dumps({"id": "1", "question": ROOF, "answers": ["18,750 crowns"]})
        + "\n"
        + json.dumps({"id": "2", "question": "Who discovered penicillin?", "answers": []})
        + "\n"
    )
    goto(page, "Quality")
    page.set_input_files('[data-testid="stFileUploader"] input[type=file]', str(questions))
    settled(page)
    page.locator(".st-key-evaluate button:visible").click()
    expect(page.locator(".cw-figures")).to_contain_text("Quotes verified", timeout=120_000)
    settled(page)
    expect(page.locator('[data-testid="stImage"] img')).to_have_count(2)


def test_a_question_can_be_asked_with_the_keyboard_alone(page):
    page.locator('[data-testid="stChatInputTextArea"]').focus()
    page.keyboard.type(ROOF)
    page.keyboard.press("Enter")
    expect(page.locator(".cw-sentence").first).to_contain_text("18,750", timeout=120_000)
    expect(page.locator(".st-key-stop-asking")).to_have_count(0, timeout=120_000)
    settled(page)
    number = page.locator(CITE).first
    number.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-evidence")).to_be_visible()
    nameless = page.locator("button:visible").evaluate_all(
        "all => all.filter(b => !(b.innerText.trim() || b.ariaLabel || b.title || "
        "b.getAttribute('aria-labelledby'))).map(b => b.outerHTML.slice(0, 200))"
    )
    assert nameless == []


def test_a_conversation_leaves_as_a_word_document(page):
    ask(page, ROOF)
    page.locator('[data-testid="stPopoverButton"]', has_text="Export").click()
    with page.expect_download() as taken:
        page.locator('[data-testid="stDownloadButton"] button:visible', has_text="Word").click()
    paragraphs = [paragraph.text for paragraph in docx.Document(taken.value.path()).paragraphs]
    assert paragraphs[0] == ROOF
    assert any(text.startswith("[1] report.pdf, page 2: “") for text in paragraphs)


def test_a_reload_keeps_the_conversation_and_its_citations(page):
    ask(page, ROOF)
    page.wait_for_url("**conversation=**")
    page.reload()
    settled(page)
    expect(page.locator(".cw-question")).to_have_text(ROOF)
    page.locator(CITE).first.click()
    expect(page.locator(".st-key-evidence img")).to_be_visible()


def test_what_documents_hold_is_never_executed(page, files):
    goto(page, "Library")
    upload(page, files / NASTY)
    expect(page.locator(".cw-row-name", has_text="onerror")).to_have_text(NASTY, timeout=60_000)
    page.locator('[data-testid="stSidebarNav"] a', has_text="Ask").click()
    ask(page, "How is the cabinet painted?")
    page.locator(CITE).first.click()
    expect(page.locator(".st-key-evidence .cw-document")).to_contain_text(NASTY)
    goto(page, "Why")
    assert page.title() != "owned"
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("a[href^=javascript]").count() == 0


def test_what_documents_hold_makes_no_link_in_a_tooltip(page, files):
    goto(page, "Library")
    upload(page, files / "lamp.txt")
    expect(page.locator(".cw-row-name", has_text="lamp")).to_have_text("lamp.txt", timeout=60_000)
    page.locator('[data-testid="stSidebarNav"] a', has_text="Ask").click()
    ask(page, "How much did the cellar lamp cost?")
    page.locator(f"{CITE}:visible").first.hover()
    tooltip = page.locator('[data-testid="stTooltipContent"]')
    expect(tooltip).to_contain_text("eve@")
    assert tooltip.locator("a").count() == 0


def test_the_interface_speaks_chinese_and_a_reload_keeps_it(page):
    page.locator('[data-testid="stSidebar"] button', has_text="中文").click()
    expect(page.locator('[data-testid="stChatInputTextArea"]')).to_have_attribute(
        "placeholder", "就您的文档提一个问题"
    )
    page.reload()
    settled(page)
    expect(page.locator('[data-testid="stSidebarNav"]')).to_contain_text("文档库")


def test_a_chinese_browser_is_spoken_to_in_chinese(browser, address):
    context = browser.new_context(locale="zh-CN")
    opened = context.new_page()
    opened.goto(address)
    expect(opened.locator('[data-testid="stSidebarNav"]')).to_contain_text("文档库", timeout=60_000)
    expect(opened.locator("html")).to_have_attribute("lang", "zh")
    expect(opened).to_have_title("提问 · Citewell")
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(browser, address, width):
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="en-GB")
    opened = context.new_page()
    opened.goto(address)
    opened.wait_for_selector('[data-testid="stChatInputTextArea"]', timeout=60_000)
    ask(opened, ROOF)
    opened.locator(f"{CITE}:visible").first.click()
    expect(opened.locator(".st-key-evidence")).to_be_in_viewport()
    settled(opened)
    for path in ("", "library", "why", "quality", "status"):
        if path:
            opened.goto(f"{address}/{path}")
            opened.wait_for_selector("h1")
            settled(opened)
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_password_guards_every_address_from_the_first_request_on(start_app, browser):
    address = start_app(CITEWELL_UI__PASSWORD="open sesame")
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    for path in ("status", "library", ""):
        opened.goto(f"{address}/{path}")
        expect(opened.locator("input[type=password]")).to_be_visible(timeout=60_000)
        settled(opened)
        assert opened.locator("h1, [data-testid=stFileUploader], [data-testid=stSidebarNav]").count() == 0
    opened.locator("input[type=password]").fill("open sesame")
    opened.keyboard.press("Enter")
    expect(opened.locator("h1")).to_have_text("Ask your own documents", timeout=60_000)
    context.close()


def test_a_deleted_document_is_no_longer_cited(page):
    goto(page, "Library")
    row = page.locator('[class*="st-key-document-"]', has=page.get_by_text("report.pdf", exact=True))
    row.locator('[class*="st-key-delete-"] button:visible').click()
    page.locator(".st-key-delete-yes button").click()
    expect(page.locator(".cw-row-name", has_text="report.pdf")).to_have_count(0)
    settled(page)
    page.locator('[data-testid="stSidebarNav"] a', has_text="Ask").click()
    ask(page, ROOF)
    assert "report.pdf" not in page.locator('[class*="st-key-conversation"]').last.inner_text()
    assert "18,750" not in page.locator(".st-key-conversation").inner_text()
