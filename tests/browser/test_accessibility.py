"""Every page can be used by everybody: axe-core finds nothing serious on any, light or dark."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.looking import ask, goto, settled, upload
from tests.ui.app.sample import two_page_pdf

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
ROOF = "How much did the boathouse roof repair cost?"


def _serious(page):
    """What axe finds wrong that keeps people from using the page, with the first element each."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    return [(each["id"], each["nodes"][0]["html"], each["nodes"][0]["failureSummary"]) for each in grave]


def _opened(browser, address, scheme):
    page = browser.new_context(locale="en-GB", color_scheme=scheme).new_page()
    page.goto(address)
    page.wait_for_selector("h1", timeout=120_000)
    settled(page)
    assert _serious(page) == []
    return page


@pytest.fixture(scope="module")
def address(browser, start_app, tmp_path_factory):
    address, file = start_app(), tmp_path_factory.mktemp("to-upload") / "report.pdf"
    two_page_pdf(file)
    page = _opened(browser, address, "light")
    upload(page, file)
    assert _serious(page) == []
    page.context.close()
    return address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_anybody_out(browser, address, scheme):
    page = _opened(browser, address, scheme)
    ask(page, ROOF)
    page.locator('[class*="st-key-cite-"] button').first.click()
    settled(page)
    assert _serious(page) == []
    for name in ("Library", "Grid", "Why", "Quality", "Status"):
        goto(page, name)
        assert _serious(page) == [], name
    page.context.close()
