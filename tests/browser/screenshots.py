"""Take the pictures of the README into `docs/`: `python -m tests.browser.screenshots [FOLDER]`.

With a folder, all pages are taken into it instead, wide and narrow, light and dark, to be looked at.

Starts the app over a fresh library of the sample documents, walks through it as a reader would,
and saves each picture with a palette of 256 colours, so that it stays small.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from ingest import ingest_paths
from rag.library import Library
from rag.resources import resource
from rag.settings import load_settings
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.looking import ask, settled
from ui.app.launch import streamlit_command, streamlit_environment
from ui.listening import free_port

_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
_README: Final = {
    "ask-light": "ask",
    "why-light": "why",
    "library-light": "library",
    "phone-evidence-light": "phone",
    "quality-light": "quality",
}
"""The pictures that the README shows, and their names there."""
_QUESTIONS: Final = (
    "What share of the restoration did the county's heritage fund pay?",
    "What did the repair of the library roof cost?",
)
_UNANSWERED: Final = "What is the password of the library's wireless network?"
_DESK: Final = {"width": 1280, "height": 800}
_PHONE: Final = {"width": 390, "height": 844}


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        library = Path(place) / "library"
        _fill(library)
        port = free_port("127.0.0.1", 0)
        process = subprocess.Popen(
            streamlit_command("127.0.0.1", port, 100), env=streamlit_environment(library, "default")
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/_stcore/health")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                for scheme in ("light", "dark"):
                    _desk(browser, address, folder, scheme)
                    _phone(browser, address, folder, scheme)
                browser.close()
        finally:
            process.terminate()
            process.wait()


def _fill(path: Path) -> None:
    settings = load_settings(overrides={"library": str(path)}, environment={})
    documents = resource("data", "samples", "documents")
    sources = {file: file.name for file in documents.iterdir()}
    with Library.open(settings=settings) as library:
        for result in ingest_paths(list(sources), library.store, library.embedder, settings, sources=sources):
            assert result.status == "added", result


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the app did not start at {address}")


def _desk(browser: Browser, address: str, folder: Path, scheme: str) -> None:
    page = browser.new_page(viewport=_DESK, color_scheme=scheme, locale="en-GB", device_scale_factor=1.5)
    _open(page, address)
    _save(page, folder / f"start-{scheme}.png")
    for question in _QUESTIONS:
        ask(page, question)
    page.locator('[class*="st-key-cite-1-"] button:visible').first.click()
    page.wait_for_selector(".st-key-evidence img")
    _save(page, folder / f"ask-{scheme}.png")
    ask(page, _UNANSWERED)
    page.locator('[class*="st-key-close-evidence"] button:visible').click()
    _save(page, folder / f"abstain-{scheme}.png")
    for name in ("Library", "Why", "Quality", "Status"):
        page.locator('[data-testid="stSidebarNav"] a', has_text=name).click()
        page.wait_for_selector(f'h1:has-text("{name}")')
        if name == "Quality":
            _evaluate(page)
        _save(page, folder / f"{name.lower()}-{scheme}.png")
        if name == "Why":
            _why(page, folder, scheme)
    page.locator('[data-testid="stSidebarNav"] a', has_text="Library").click()
    page.locator('[class*="st-key-view-"] button:visible').first.click()
    page.wait_for_selector("h2")
    _save(page, folder / f"document-{scheme}.png")
    page.close()


def _evaluate(page: Page) -> None:
    """Measure the library on the questions of the samples, and show the two pictures."""
    questions = resource("data", "samples", "questions.jsonl")
    settled(page)
    if page.locator(".cw-figures").count():  # measured in the other colours already
        return
    page.set_input_files('[data-testid="stFileUploader"] input[type=file]', str(questions))
    settled(page)
    page.locator(".st-key-evaluate button:visible").click()
    page.wait_for_selector(".cw-figures", timeout=120_000)
    settled(page)


def _why(page: Page, folder: Path, scheme: str) -> None:
    """The map and a replay of the last question."""
    page.get_by_role("tab", name="Map").click()
    page.locator(".st-key-map label").first.click()
    page.wait_for_selector('[data-testid="stVegaLiteChart"] svg', timeout=120_000)
    _save(page, folder / f"map-{scheme}.png")
    page.get_by_role("tab", name="Replay").click()
    page.locator(".st-key-replay button:visible").click()
    page.wait_for_selector(".cw-ranked")
    _save(page, folder / f"replay-{scheme}.png")


def _phone(browser: Browser, address: str, folder: Path, scheme: str) -> None:
    page = browser.new_page(viewport=_PHONE, color_scheme=scheme, locale="en-GB", device_scale_factor=1.5)
    _open(page, address)
    ask(page, _QUESTIONS[1])
    _save(page, folder / f"phone-answer-{scheme}.png")
    page.locator('[class*="st-key-cite-"] button:visible').first.click()
    page.wait_for_selector(".st-key-evidence img")
    _save(page, folder / f"phone-evidence-{scheme}.png")
    for name in ("library", "why", "quality", "status"):
        page.goto(f"{address}/{name}")
        page.wait_for_selector("h1")
        _save(page, folder / f"phone-{name}-{scheme}.png")
    page.close()


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector('[data-testid="stChatInputTextArea"]', timeout=120_000)
    settled(page)


def _save(page: Page, path: Path) -> None:
    settled(page)
    page.mouse.move(640, 790)
    page.wait_for_timeout(700)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if path.parent == _DOCS:
        if path.stem not in _README:
            return
        path = path.with_stem(_README[path.stem])
    picture.quantize(256, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
    print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _DOCS)
