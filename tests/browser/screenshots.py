"""Take the pictures of the README into `docs/`: `python -m tests.browser.screenshots [FOLDER]`.

With a folder, all pages are taken into it instead, wide and narrow, light and dark, in English and in
Chinese, to be looked at.

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
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from ingest import ingest_paths
from rag.library import Library
from rag.resources import resource
from rag.settings import load_settings
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.looking import ask, settled
from ui.app.launch import streamlit_command, streamlit_environment
from ui.listening import free_port

Scheme = Literal["light", "dark"]
_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
_README: Final = {
    "ask-en-light": "ask",
    "why-en-light": "why",
    "library-en-light": "library",
    "phone-evidence-en-light": "phone",
    "quality-en-light": "quality",
}
"""The pictures that the README shows, and their names there."""
_QUESTIONS: Final = {
    "en": (
        "What share of the restoration did the county's heritage fund pay?",
        "What did the repair of the library roof cost?",
        "What is the password of the library's wireless network?",
    ),
    "zh": ("中文书的借期是多少天？", "成人借书证每年多少钱？", "图书馆的无线网络密码是什么？"),
}
"""Two that are answered, and one that is not."""
_LOCALES: Final = {"en": "en-GB", "zh": "zh-CN"}
_LOOKS: Final[tuple[tuple[str, Scheme], ...]] = (
    ("en", "light"),
    ("en", "dark"),
    ("zh", "light"),
    ("zh", "dark"),
)
_PAGES: Final = ("ask", "library", "grid", "why", "quality", "status")
_MAP: Final = 5
"""Which tab of the Why page holds the map."""
_DESK: Final[ViewportSize] = {"width": 1280, "height": 800}
_PHONE: Final[ViewportSize] = {"width": 390, "height": 844}


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        library = Path(place) / "library"
        _fill(library)
        port = free_port("127.0.0.1", 0)
        process = subprocess.Popen(
            streamlit_command("127.0.0.1", port), env=streamlit_environment(library, "default")
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(f"{address}/_stcore/health")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                for language, scheme in _LOOKS[:1] if folder == _DOCS else _LOOKS:
                    _desk(browser, address, folder, language, scheme)
                    _phone(browser, address, folder, language, scheme)
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


def _desk(browser: Browser, address: str, folder: Path, language: str, scheme: Scheme) -> None:
    page = _opened(browser, address, _DESK, language, scheme)
    look = f"{language}-{scheme}"
    _save(page, folder / f"start-{look}.png")
    *answered, unanswered = _QUESTIONS[language]
    for question in answered:
        ask(page, question)
    page.locator('[class*="st-key-cite-1-"] button:visible').first.click()
    page.wait_for_selector(".st-key-evidence img, .st-key-evidence mark")
    _save(page, folder / f"ask-{look}.png")
    ask(page, unanswered)
    page.locator('[class*="st-key-close-evidence"] button:visible').click()
    _save(page, folder / f"abstain-{look}.png")
    page.locator(".st-key-why-1 button:visible").click()
    page.wait_for_selector(".cw-weighed")
    _save(page, folder / f"why-{look}.png")
    _why(page, folder, look)
    for name in ("library", "quality", "status"):
        _turn_to(page, name)
        if name == "quality":
            _evaluate(page)
        _save(page, folder / f"{name}-{look}.png")
    _turn_to(page, "library")
    page.locator('[class*="st-key-view-"] button:visible').first.click()
    page.wait_for_selector("h2")
    _save(page, folder / f"document-{look}.png")
    page.close()


def _turn_to(page: Page, name: str) -> None:
    page.locator('[data-testid="stSidebarNav"] a').nth(_PAGES.index(name)).click()
    page.wait_for_url(f"**/{name}**")
    page.wait_for_selector("h1")
    settled(page)


def _evaluate(page: Page) -> None:
    """Measure the library on the questions of the samples, and show the two pictures."""
    questions = resource("data", "samples", "questions.jsonl")
    settled(page)
    if page.locator(".cw-figures").count():  # measured in the other colours already
        return
    page.set_input_files('[data-testid="stFileUploader"] input[type=file]', str(questions))
    settled(page)
    page.locator(".st-key-evaluate button:visible").click()
    page.wait_for_selector(".cw-figures", timeout=600_000)
    settled(page)


def _why(page: Page, folder: Path, look: str) -> None:
    """The map and a replay of the question that is shown."""
    tabs = page.get_by_role("tab")
    tabs.nth(_MAP).click()
    page.locator(".st-key-map label").first.click()
    page.wait_for_selector('[data-testid="stVegaLiteChart"] svg', timeout=120_000)
    _save(page, folder / f"map-{look}.png")
    tabs.nth(_MAP + 1).click()
    page.locator(".st-key-replay button:visible").click()
    page.wait_for_selector(".cw-ranked")
    _save(page, folder / f"replay-{look}.png")


def _phone(browser: Browser, address: str, folder: Path, language: str, scheme: Scheme) -> None:
    page = _opened(browser, address, _PHONE, language, scheme)
    look = f"{language}-{scheme}"
    ask(page, _QUESTIONS[language][1])
    _save(page, folder / f"phone-answer-{look}.png")
    page.locator('[class*="st-key-cite-"] button:visible').first.click()
    page.wait_for_selector(".st-key-evidence img, .st-key-evidence mark")
    _save(page, folder / f"phone-evidence-{look}.png")
    for name in _PAGES[1:]:
        page.goto(f"{address}/{name}")
        page.wait_for_selector("h1")
        _save(page, folder / f"phone-{name}-{look}.png")
    page.close()


def _opened(browser: Browser, address: str, size: ViewportSize, language: str, scheme: Scheme) -> Page:
    page = browser.new_page(
        viewport=size, color_scheme=scheme, locale=_LOCALES[language], device_scale_factor=1.5
    )
    page.goto(address)
    page.wait_for_selector('[data-testid="stChatInputTextArea"]', timeout=120_000)
    settled(page)
    return page


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
